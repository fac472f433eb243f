using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
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
    [Flips(nameof(GatePipeline.ForRollback), typeof(FeasibilityGate))]
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

    /// <summary>
    /// The template is mended, and the broken pod holds its controller up. Somebody opts the workload out in that moment: what keeps the pod from being evicted goes one by one, until nothing does.
    /// </summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForContinuation), typeof(HoldGate), typeof(EmergencyStopGate), typeof(ModeGate), typeof(DryRunGate), typeof(OptOutGate))]
    public async Task ThePodThatHoldsARollbackUpStaysWhileAPersonForbidsItAndIsEvictedWhenNobodyDoes()
    {
        await using var world = await ApiServerWorld.StartAsync();
        world.Prometheus.Traffic.RequestsPerSecond = 100;
        world.Kubelet.Fates[Manifests.Image(2)] = PodFate.Well with { Start = PodStart.CrashLoop };
        await world.ApplyAsync(Manifests.StatefulSet("web", Manifests.Image(1)));
        await world.ApplyAsync(Policy());
        await using var proxy = await ApiProxy.StartAsync(world.Client.Configuration, async (moment, method, path, body) =>
        {
            if (moment == ProxyMoment.After && method == "PATCH" && path.Contains("/statefulsets/", StringComparison.Ordinal) && body.Contains("/spec/template", StringComparison.Ordinal))
            {
                await AnnotateAsync(ApiGroup.DoNotActAnnotation, "true");
                await AMomentAsync();
            }

            return false;
        }, "127.0.0.1");
        await using var running = await RunningOperator.StartProcessAsync(world, proxy.Kubeconfig(KubernetesClientConfiguration.BuildConfigFromConfigFile(world.OperatorKubeconfig).AccessToken!));
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.ApplyAsync(Manifests.StatefulSet("web", Manifests.Image(2)));
        await StaysAsync("OptOut", "Deny", "DoNotAct");
        await world.ApplyAsync(Policy().With("mode", "DryRun"));
        await Waiting.QuietlyAsync(2);
        await AnnotateAsync(ApiGroup.DoNotActAnnotation, null);
        await StaysAsync("DryRun", "Deny", "DryRun");
        await world.ApplyAsync(Policy().With("mode", "Observe"));
        await StaysAsync("Mode", "Deny", "ModeObserve");
        await world.SetEmergencyStopAsync("true");
        await Waiting.QuietlyAsync(2);
        await world.ApplyAsync(Policy().With());
        await StaysAsync("EmergencyStop", "Wait", "EmergencyStop");
        await AnnotateAsync(ApiGroup.HoldAnnotation, "true");
        await Waiting.QuietlyAsync(2);
        await world.SetEmergencyStopAsync("false");
        await StaysAsync("Hold", "Wait", "Held");
        Assert.DoesNotContain(world.ForeignWrites(), write => write.Resource == "pods");

        await AnnotateAsync(ApiGroup.HoldAnnotation, null);
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal("Rollback/Succeeded", healed.Status!.LastAction);
        Assert.Equal(["web-1"], world.ForeignWrites().Where(write => write.Resource == "pods").Select(write => write.Name));

        Task AnnotateAsync(string key, string? value) => world.AnnotateAsync(key, value, "statefulsets");

        async Task StaysAsync(string gate, string verdict, string reason)
        {
            var waiting = await world.StoppedByAsync(gate, verdict, reason);
            Assert.Equal((IncidentPhase.Verifying, "Continuation"), (waiting.Status!.Phase!.Value, waiting.Status.Decisions[^1].Action));
        }

        static JsonObject Policy()
        {
            var policy = Manifests.Policy("policy", "web");
            policy["spec"]!["workloads"]!["kind"] = "StatefulSet";
            policy["spec"]!["verification"]!["timeout"] = "5m";
            return policy;
        }
    }

    /// <summary>Until a watch has told of what was written. No test is known where this is waited for.</summary>
    private static Task AMomentAsync() => Task.Delay(500, CancellationToken.None);

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
