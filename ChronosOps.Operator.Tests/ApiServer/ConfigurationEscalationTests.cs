using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A rollback brings back the template, not what it refers to.</summary>
[Trait("Tier", "apiserver")]
public class ConfigurationEscalationTests
{
    [Fact]
    public async Task AConfigMapThatIsGoneForbidsTheRollback()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await StartAsync(world, "configMapRef");
        await world.Client.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{world.Namespace}/configmaps/settings", ct: ApiServerWorld.Ct);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "configMapRef"));
        await EscalationTests.EscalatesAsync(world, "ConfigMapGone");
    }

    /// <summary>The same release again: all that is different is that the ConfigMap is there.</summary>
    [Fact]
    public async Task AConfigMapThatIsBackAllowsTheRollback()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await StartAsync(world, "configMapRef");
        await world.Client.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{world.Namespace}/configmaps/settings", ct: ApiServerWorld.Ct);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "configMapRef"));
        var denied = await world.EscalatedAsync("ConfigMapGone");

        await world.ApplyAsync(Settings("ConfigMap", "1"));
        await world.ReleaseAsync(1, PodFate.Well, change: deployment => Refer(deployment, "configMapRef"));
        await world.IncidentAsync("over", one => one.Metadata.Uid == denied.Metadata.Uid && one.Status?.Phase == IncidentPhase.Resolved);
        await Waiting.QuietlyAsync(7);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "configMapRef"));
        await world.IncidentAsync("healed", one => one.Status is { Phase: IncidentPhase.Resolved, LastAction: "Rollback/Succeeded" });
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task AConfigMapThatWasEditedInPlaceSinceForbidsTheRollback()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await StartAsync(world, "configMapRef");
        await world.ApplyAsync(Settings("ConfigMap", "2"));
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "configMapRef"));
        await EscalationTests.EscalatesAsync(world, "ConfigMapEdited");
    }

    /// <summary>Its pods served on with what they had read when they started. New ones would be the first to read what is there now.</summary>
    [Fact]
    public async Task AConfigMapThatTheGoodRevisionServedOnAfterAndNeverStartedWithForbidsTheRollback()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await StartAsync(world, "configMapRef");
        await Waiting.QuietlyAsync(1.1);
        await world.ApplyAsync(Settings("ConfigMap", "2"));
        await Waiting.QuietlyAsync(7);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "configMapRef"));
        await EscalationTests.EscalatesAsync(world, "ConfigMapEdited");
    }

    [Fact]
    public async Task AConfigMapThatTheGoodRevisionStartedWithSinceDoesNotForbidTheRollback()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await StartAsync(world, "configMapRef");
        await world.ApplyAsync(Settings("ConfigMap", "2"));
        await GateFlipOfRestartTests.ReplacePodsAsync(world);
        await Waiting.QuietlyAsync(3);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "configMapRef"));
        await world.IncidentAsync(IncidentPhase.Resolved);
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task ASecretThatMayNotBeLookedAtForbidsTheRollback()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await StartAsync(world, "secretRef");
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "secretRef"));
        await EscalationTests.EscalatesAsync(world, "SecretStateUnknown");
    }

    private static async Task<RunningOperator> StartAsync(ApiServerWorld world, string kind)
    {
        await world.ApplyAsync(Settings(kind == "secretRef" ? "Secret" : "ConfigMap", "1"));
        var first = Manifests.Deployment("web", Manifests.Image(1));
        Refer(first, kind);
        await world.ApplyAsync(first);
        await Waiting.QuietlyAsync(1.1); // times of objects are whole seconds: what was made before must be told from what serves
        return await EscalationTests.StartAsync(world);
    }

    internal static void Refer(JsonObject deployment, string kind) =>
        deployment.Container()["envFrom"] = new JsonArray(new JsonObject { [kind] = new JsonObject { ["name"] = "settings" } });

    internal static JsonObject Settings(string kind, string value) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = "settings" },
        [kind == "Secret" ? "stringData" : "data"] = new JsonObject { ["level"] = value },
    };
}
