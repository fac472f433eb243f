using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
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
    [Flips(nameof(GatePipeline.ForRollback), typeof(ConfigurationGate))]
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

    /// <summary>A person goes back to the good release: its pods start with the ConfigMap as it is now, and prove themselves. The same bad release again is rolled back then.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(ConfigurationGate))]
    public async Task AConfigMapThatWasEditedForbidsTheRollbackUntilTheGoodRevisionHasStartedWithIt()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await StartAsync(world, "configMapRef");
        await world.ApplyAsync(Settings("ConfigMap", "2"));
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "configMapRef"));
        var denied = await world.StoppedByAsync("Configuration", "Deny", "ConfigMapEdited");
        await world.EscalatedAsync("ConfigMapEdited");
        Assert.Empty(world.ForeignWrites());

        await world.ReleaseAsync(1, PodFate.Well, change: deployment => Refer(deployment, "configMapRef"));
        await world.IncidentAsync("over", one => one.Metadata.Uid == denied.Metadata.Uid && one.Status?.Phase == IncidentPhase.Resolved);
        await Waiting.QuietlyAsync(7);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "configMapRef"));
        await world.IncidentAsync("healed", one => one.Status is { Phase: IncidentPhase.Resolved, LastAction: "Rollback/Succeeded" });
        world.AssertSpecWrites("web");
    }

    /// <summary>What the chart's `rbac.readSecretMetadata` grants; the policy's limit is changed too, so that the incident is thought over.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(ConfigurationGate))]
    public async Task ASecretThatMayNotBeLookedAtForbidsTheRollbackAndTheRightToAllows()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await StartAsync(world, "secretRef");
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => Refer(deployment, "secretRef"));
        var denied = await world.StoppedByAsync("Configuration", "Deny", "SecretStateUnknown");
        await world.EscalatedAsync("SecretStateUnknown");
        await AllowAsync(world, 4);
        await world.IncidentAsync("denied again", one => one.Status is { Phase: IncidentPhase.Escalated, PolicyGeneration: 2, Reason: "SecretStateUnknown" });
        Assert.Empty(world.ForeignWrites());

        await using var rights = await NodeRights.GrantAsync(world, """{ "apiGroups": [ "" ], "resources": [ "secrets" ], "verbs": [ "get" ] }""");
        await AllowAsync(world, 5);
        await IsHealedAsync(world, denied);
    }

    /// <summary>
    /// The good release names it, and the bad one does not; it is deleted in between, and made anew when the rollback was denied. The policy's limit is changed too, so that the incident is thought over.
    /// </summary>
    [Theory]
    [InlineData("ServiceAccountGone", "/api/v1/namespaces/{0}/serviceaccounts", """{ "metadata": { "name": "runner" } }""", "serviceAccountName", "\"runner\"")]
    [InlineData("PersistentVolumeClaimGone", "/api/v1/namespaces/{0}/persistentvolumeclaims",
        """{ "metadata": { "name": "data" }, "spec": { "accessModes": [ "ReadWriteOnce" ], "storageClassName": "none", "resources": { "requests": { "storage": "1Gi" } } } }""",
        "volumes", """[ { "name": "data", "persistentVolumeClaim": { "claimName": "data" } } ]""")]
    [InlineData("PriorityClassGone", "/apis/scheduling.k8s.io/v1/priorityclasses", """{ "metadata": { "name": "{0}" }, "value": 100 }""", "priorityClassName", "\"{0}\"")]
    [Flips(nameof(GatePipeline.ForRollback), typeof(ConfigurationGate))]
    public async Task WhatTheTargetNeedsAndIsGoneForbidsTheRollbackAndOnceItIsBackAllows(string reason, string where, string what, string field, string value)
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var rights = await NodeRights.GrantAsync(world, """{ "apiGroups": [ "scheduling.k8s.io" ], "resources": [ "priorityclasses" ], "verbs": [ "get" ] }""");
        var (list, needed) = (Named(where), JsonNode.Parse(Named(what))!);
        var path = $"{list}/{needed["metadata"]!["name"]}";
        await world.Client.SendAsync(HttpMethod.Post, list, needed, ct: ApiServerWorld.Ct);
        try
        {
            await world.ReleaseAsync(1, PodFate.Well, change: Need);
            await Waiting.QuietlyAsync(1.1); // as in StartAsync
            await using var running = await EscalationTests.StartAsync(world);
            await DeleteAsync(world, path);
            await world.ReleaseAsync(2, PodFate.Failing(), change: Without);
            var denied = await world.StoppedByAsync("Configuration", "Deny", reason);
            await world.EscalatedAsync(reason);
            await AllowAsync(world, 4);
            await world.IncidentAsync("denied again", one => one.Status is { Phase: IncidentPhase.Escalated, PolicyGeneration: 2 } status && status.Reason == reason);
            Assert.Empty(world.ForeignWrites());

            await world.RolledOutAsync();
            await Waiting.ForAsync("it to be gone", async () => await IsThereAsync(world, path) ? null : path);
            await world.Client.SendAsync(HttpMethod.Post, list, needed.DeepClone(), ct: ApiServerWorld.Ct);
            await AllowAsync(world, 5);
            await IsHealedAsync(world, denied);
        }
        finally
        {
            await DeleteAsync(world, path);
        }

        string Named(string text) => text.Replace("{0}", world.Namespace, StringComparison.Ordinal);

        void Need(JsonObject deployment) => deployment["spec"]!["template"]!["spec"]![field] = JsonNode.Parse(Named(value));

        // The server keeps the name of the account under an older one, too, which would bring it back.
        void Without(JsonObject deployment)
        {
            if (field == "serviceAccountName")
            {
                deployment["spec"]!["template"]!["spec"]![field] = "default";
            }
        }
    }

    private static async Task DeleteAsync(ApiServerWorld world, string path)
    {
        if (await IsThereAsync(world, path))
        {
            await world.Client.SendAsync(HttpMethod.Delete, path);
        }
    }

    private static async Task<bool> IsThereAsync(ApiServerWorld world, string path)
    {
        try
        {
            return await world.Client.SendAsync(HttpMethod.Get, path) is not null;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private static async Task IsHealedAsync(ApiServerWorld world, Incident denied)
    {
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((denied.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        world.AssertSpecWrites("web");
    }

    private static Task AllowAsync(ApiServerWorld world, int actions)
    {
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!.AsObject().Child("remediation")["maxActionsPerHour"] = actions;
        return world.ApplyAsync(policy);
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
