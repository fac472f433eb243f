using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Where a rollback cannot help or must not be: a named reason, and nothing is changed.</summary>
[Trait("Tier", "apiserver")]
public class EscalationTests
{
    [Fact]
    public async Task APausedDeploymentIsLeftAlone()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing());
        await Waiting.ForAsync("a pod of the new revision", async () => (await world.DeploymentAsync())["status"]?["updatedReplicas"]);
        await world.ReleaseAsync(2, PodFate.Failing(), change: deployment => deployment.Child("spec")["paused"] = true);
        await EscalatesAsync(world, "Paused");
    }

    [Fact]
    public async Task WithoutHistoryThereIsNothingToReturnTo()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Well, change: deployment => deployment.Child("spec")["revisionHistoryLimit"] = 0);
        await world.RolledOutAsync();
        await Waiting.ForAsync("the old ReplicaSet to go", async () =>
            (await world.Client.SendAsync(HttpMethod.Get, $"/apis/apps/v1/namespaces/{world.Namespace}/replicasets", ct: ApiServerWorld.Ct))!["items"]!.AsArray() is { Count: 1 } sets ? sets : null);
        world.Kubelet.Fates[Manifests.Image(2)] = PodFate.Failing();
        await EscalatesAsync(world, "NoHistory");
    }

    [Fact]
    public async Task ARestartIsNoReleaseToRollBack()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await Kubectl.RunAsync(world.Cluster.Kubeconfig, null, "-n", world.Namespace, "rollout", "restart", "deployment/web");
        await world.RolledOutAsync();
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing();
        await EscalatesAsync(world, "SameTemplate");
    }

    [Fact]
    public async Task ATagThatMayStandForOtherContentNowIsNotReturnedTo()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.ApplyAsync(Manifests.Deployment("web", "example.com/web:latest"));
        await using var running = await StartAsync(world);
        world.Kubelet.Fates["changed"] = PodFate.Failing();
        var next = Manifests.Deployment("web", "example.com/web:latest");
        next.Container()["env"]![0]!["value"] = "changed";
        await world.ApplyAsync(next);
        await EscalatesAsync(world, "SameMutableTag");
    }

    [Fact]
    public async Task ARecreateStrategyIsNotRolledBackUnasked()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var first = Manifests.Deployment("web", Manifests.Image(1));
        Recreate(first);
        await world.ApplyAsync(first);
        await using var running = await StartAsync(world);
        await world.ReleaseAsync(2, PodFate.Failing(), change: Recreate);
        await EscalatesAsync(world, "RecreateStrategy");

        static void Recreate(JsonObject deployment) => deployment["spec"]!["strategy"] = new JsonObject { ["type"] = "Recreate" };
    }

    [Fact]
    public async Task ARevisionThatHasNotProvedItselfIsNotReturnedTo()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!["knownGood"]!["minimumDuration"] = "1h";
        await world.ApplyAsync(policy);
        await using var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "SignalsAvailable", "True");
        Assert.Equal("False", (await world.PolicyConditionAsync("policy", "Protected", "False")).Status);
        await world.ReleaseAsync(2, PodFate.Failing());
        await EscalatesAsync(world, "NoKnownGoodRevision");
    }

    internal static async Task<RunningOperator> StartAsync(ApiServerWorld world)
    {
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        return running;
    }

    internal static async Task EscalatesAsync(ApiServerWorld world, string reason)
    {
        var before = await world.ImageAsync();
        var incident = await world.EscalatedAsync(reason);
        Assert.Contains(incident.Status!.Conditions, condition => condition is { Type: "Stalled", Status: "True" });
        await Waiting.QuietlyAsync(2);
        Assert.Equal(before, await world.ImageAsync());
        Assert.Empty(world.ForeignWrites());
    }
}
