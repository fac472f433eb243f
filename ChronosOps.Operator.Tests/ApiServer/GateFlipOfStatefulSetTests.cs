using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>The update strategy of a StatefulSet alone stands against its rollback; then a person changes only that, and the same incident acts.</summary>
[Trait("Tier", "apiserver")]
public sealed class GateFlipOfStatefulSetTests
{
    /// <summary>
    /// The incident is thought over when the policy changes, here the number of actions, which matters to nothing: with the strategy as it was it is denied again. The change of the strategy
    /// starts nothing by itself, and has the controller go on with the bad release.
    /// </summary>
    [Theory]
    [InlineData("""{ "type": "RollingUpdate", "rollingUpdate": { "partition": 1 } }""", "Partition")]
    [InlineData("""{ "type": "OnDelete" }""", "OnDeleteStrategy")]
    public async Task AnUpdateStrategyForbidsAndAnotherAllows(string strategy, string reason)
    {
        await using var world = await ApiServerWorld.StartAsync();
        world.Prometheus.Traffic.RequestsPerSecond = 100;
        world.Kubelet.Fates[Manifests.Image(2)] = PodFate.Failing();
        await ApplyAsync(world, 1, strategy);
        await AllowAsync(world, actions: 3);
        await using var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await ApplyAsync(world, 2, strategy);
        if (reason == "OnDeleteStrategy")
        {
            await world.Client.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{world.Namespace}/pods/web-1", ct: ApiServerWorld.Ct);
        }

        var denied = await world.StoppedByAsync("Feasibility", "Deny", reason);
        await world.EscalatedAsync(reason);
        await AllowAsync(world, actions: 4);
        await world.IncidentAsync("denied again", one => one.Status is { Phase: IncidentPhase.Escalated, PolicyGeneration: 2 } status && status.Reason == reason);
        Assert.Empty(world.ForeignWrites());

        await ApplyAsync(world, 2, """{ "type": "RollingUpdate", "rollingUpdate": { "partition": 0 } }""");
        await Waiting.ForAsync("the bad release on every pod", async () => (await IllPodTests.PodsAsync(world)) is { Count: 2 } pods && pods.All(pod => pod.Spec.Containers[0].Image == Manifests.Image(2)) ? pods : null);
        await Waiting.QuietlyAsync(3);
        await world.EscalatedAsync(reason);
        Assert.Empty(world.ForeignWrites());

        await AllowAsync(world, actions: 5);
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((denied.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        Assert.Equal([("patch", "statefulsets", "web")], world.ForeignWrites().Where(write => write.ChangedSpec || write.Resource != "statefulsets").Select(write => (write.Verb, write.Resource, write.Name)));
    }

    private static Task ApplyAsync(ApiServerWorld world, int version, string strategy)
    {
        var set = Manifests.StatefulSet("web", Manifests.Image(version));
        set["spec"]!["updateStrategy"] = JsonNode.Parse(strategy);
        return world.ApplyAsync(set);
    }

    private static Task AllowAsync(ApiServerWorld world, int actions)
    {
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!["workloads"]!["kind"] = "StatefulSet";
        policy["spec"]!.AsObject().Child("remediation")["maxActionsPerHour"] = actions;
        return world.ApplyAsync(policy);
    }
}
