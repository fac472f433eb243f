using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>All pods of a proven release lose memory: the limit is three minutes away.</summary>
[Trait("Tier", "apiserver")]
public class RollingRestartTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("--server-side=false")]
    [InlineData("--server-side")]
    public async Task AllPodsAreRestartedByOneWriteAndTheTeamsNextApplyWorks(string how)
    {
        await using var world = await WorldAsync(how);
        await using var running = await IllPodTests.RunningAsync(world);
        var old = await LeakAsync(world);

        var incident = await world.IncidentAsync(IncidentPhase.Mitigated, patience: Patience);
        var (status, action) = (incident.Status!, incident.Status!.Actions.Single());
        Assert.Equal(("Leak", "Restart/Succeeded", null), (status.Cause, status.LastAction, action.TargetPod));
        Assert.Empty((await IllPodTests.PodsAsync(world)).Select(pod => pod.Metadata.Uid!).Intersect(old));
        world.AssertSpecWrites("web");
        var restarted = await world.DeploymentAsync();
        Assert.NotNull(Stamp(restarted));
        Assert.Contains(restarted["metadata"]!["managedFields"]!.AsArray(), entry => (string?)entry!["manager"] == "chronosops" && entry["fieldsV1"]!["f:spec"]?["f:template"]?["f:spec"] is null);

        // The same manifest again is no change: nothing takes the stamp away, which would start every pod anew.
        await ApplyAsync(world, how, 1);
        var same = await world.DeploymentAsync();
        Assert.Equal(((long)restarted["metadata"]!["generation"]!, Stamp(restarted)), ((long)same["metadata"]!["generation"]!, Stamp(same)));

        await ApplyAsync(world, how, 2);
        await world.RolledOutAsync();
        Assert.Equal(Manifests.Image(2), await world.ImageAsync());
        var over = await world.IncidentAsync(IncidentPhase.Resolved, patience: Patience);
        Assert.Equal(("StayedWell", incident.Metadata.Uid), (over.Status!.Reason, over.Metadata.Uid));
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task WhatComesBackIsNotRestartedASecondTime()
    {
        await using var world = await WorldAsync("--server-side");
        await using var running = await IllPodTests.RunningAsync(world);
        await LeakAsync(world);
        await world.IncidentAsync(IncidentPhase.Mitigated, patience: Patience);
        world.Kubelet.Fates[Manifests.Image(1)] = Leaking;
        var incident = await world.IncidentAsync(IncidentPhase.Escalated, patience: Patience);
        Assert.Equal("LadderExhausted", incident.Status!.Reason);
        world.AssertSpecWrites("web");
    }

    [Theory]
    [InlineData(nameof(ProxyMoment.Before))]
    [InlineData(nameof(ProxyMoment.After))]
    public async Task KilledAroundTheWriteItIsHadOnce(string when)
    {
        await using var world = await WorldAsync("--server-side");
        RunningOperator? first = null;
        var (gate, killed) = (new Lock(), false);
        await using var proxy = await ApiProxy.StartAsync(world.Client.Configuration, (moment, method, path, body) =>
        {
            lock (gate)
            {
                if (!killed && moment.ToString() == when && method == "PATCH" && path.Contains("/deployments/web", StringComparison.Ordinal) && body.Contains("restarted-at", StringComparison.Ordinal))
                {
                    killed = true;
                    first!.Kill();
                }

                return killed;
            }
        });
        first = await RunningOperator.StartProcessAsync(world, proxy.Kubeconfig(KubernetesClientConfiguration.BuildConfigFromConfigFile(world.OperatorKubeconfig).AccessToken!));
        await using (first)
        {
            await world.PolicyConditionAsync("policy", "Protected", "True");
            await LeakAsync(world);
            await Waiting.ForAsync("the kill", () => Task.FromResult(first.HasExited ? first : null), async () => string.Join(" | ", (await world.IncidentsAsync()).Select(Waiting.Story)), Patience);
        }

        await using var second = await RunningOperator.StartProcessAsync(world);
        var incident = await world.IncidentAsync(IncidentPhase.Mitigated, patience: Patience);
        Assert.Equal("Restart/Succeeded", Assert.Single(await world.IncidentsAsync()).Status!.LastAction);
        Assert.NotNull(Stamp(await world.DeploymentAsync()));
        world.AssertSpecWrites("web");
    }

    /// <summary>It is another's to restart what Argo CD drives.</summary>
    [Fact]
    public async Task WhatArgoCdDrivesIsNotRestarted()
    {
        await using var world = await WorldAsync("--server-side", deployment => deployment.Child("metadata").Child("annotations")["argocd.argoproj.io/tracking-id"] = "shop:apps/Deployment:shop/web");
        await using var running = await IllPodTests.RunningAsync(world);
        await LeakAsync(world);
        await IsForbiddenAsync(world, "GitOpsOwned");
    }

    /// <summary>With one strategy a restart would stop every pod first. Then only that is changed, and the policy's limits, so that it is thought over.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollingRestart), typeof(RollingRestartGate))]
    public async Task AStrategyThatStopsAllPodsForbidsItAndOneThatDoesNotAllows()
    {
        await using var world = await WorldAsync("--server-side", deployment => SetStrategy(deployment, "Recreate"));
        await using var running = await IllPodTests.RunningAsync(world);
        await LeakAsync(world);
        await IsForbiddenAsync(world, "RecreateStrategy");

        await ApplyAsync(world, "--server-side", 1, deployment => SetStrategy(deployment, "RollingUpdate"));
        await world.ApplyAsync(Policy(hourly: 9));
        var incident = await world.IncidentAsync(IncidentPhase.Mitigated, patience: Patience);
        Assert.Equal("Restart/Succeeded", incident.Status!.LastAction);
        world.AssertSpecWrites("web");
    }

    /// <summary>One of three pods is not ready, and has long to get so. Then it does, and nothing else changes.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollingRestart), typeof(RolloutGate))]
    public async Task AMissingPodHasItWaitAndOneThatIsThereAllows()
    {
        await using var world = await WorldAsync("--server-side", deployment => deployment["spec"]!["replicas"] = 3);
        var policy = Policy();
        policy["spec"]!["rolloutDeadline"] = "10m";
        await world.ApplyAsync(policy);
        await using var running = await IllPodTests.RunningAsync(world);
        await LeakAsync(world);
        var missing = (await IllPodTests.PodsAsync(world))[0].Metadata.Name!;
        world.Kubelet.PodFates[missing] = Leaking with { Start = PodStart.NotReady };
        await world.IncidentAsync(IncidentPhase.Deciding, patience: Patience);
        var waiting = await world.StoppedByAsync("RolloutInProgress", "Wait", "OtherRollout");
        await Waiting.QuietlyAsync(3);
        Assert.Empty(world.ForeignWrites());

        world.Kubelet.PodFates[missing] = Leaking;
        var mitigated = await world.IncidentAsync(IncidentPhase.Mitigated, patience: Patience);
        Assert.Equal((waiting.Metadata.Uid, "Restart/Succeeded"), (mitigated.Metadata.Uid, mitigated.Status!.LastAction));
        world.AssertSpecWrites("web");
    }

    /// <summary>In mode Observe nothing is done; then the next stands in the way, until nothing does.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollingRestart), typeof(ModeGate), typeof(ConfidenceGate), typeof(RateGate), typeof(DryRunGate), typeof(OptOutGate), typeof(GitOpsGate), typeof(EmergencyStopGate), typeof(HoldGate))]
    public async Task WhatForbidsAnyActionForbidsItOneByOneAndNothingIsLeftThatDoes()
    {
        await using var world = await WorldAsync("--server-side");
        await world.ApplyAsync(Policy().With("mode", "Observe"));
        await using var running = await IllPodTests.RunningAsync(world);
        await LeakAsync(world);
        var held = await GateWalk.ThroughAsync(world, () => Policy(), ApiGroup.DoNotRestartAnnotation, "DoNotRestart");
        var mitigated = await world.IncidentAsync(IncidentPhase.Mitigated, patience: Patience);
        Assert.Equal((held.Metadata.Uid, "Restart/Succeeded"), (mitigated.Metadata.Uid, mitigated.Status!.LastAction));
        world.AssertSpecWrites("web");
    }

    private static async Task IsForbiddenAsync(ApiServerWorld world, string reason)
    {
        var incident = await world.IncidentAsync(IncidentPhase.Escalated, patience: Patience);
        Assert.Equal((reason, "Leak"), (incident.Status!.Reason, incident.Status.Cause));
        Assert.Empty(world.ForeignWrites());
    }

    private static void SetStrategy(JsonObject deployment, string type) => deployment["spec"]!["strategy"] = new JsonObject { ["type"] = type };

    private static PodFate Leaking => PodFate.Well with { Gauge = 1.0 / 200 };

    private static async Task<ApiServerWorld> WorldAsync(string how, Action<JsonObject>? change = null)
    {
        var world = await ApiServerWorld.StartAsync();
        await ApplyAsync(world, how, 1, change);
        await world.ApplyAsync(Policy());
        return world;
    }

    private static JsonObject Policy(int hourly = 10)
    {
        var policy = Manifests.RestartPolicy("policy", "web");
        policy["spec"]!["signals"]!.AsArray().Add(JsonNode.Parse("""{ "name": "growth", "preset": "MemoryGrowth", "threshold": "30m", "window": "5s", "for": "2s" }"""));
        policy["spec"]!["remediation"]!["maxActionsPerHour"] = hourly;
        return policy;
    }

    /// <summary>When the release has proved itself and served as long again, and it is known how many requests there are. The pods that come later are well.</summary>
    /// <returns>The UIDs of the pods that leak.</returns>
    private static async Task<IReadOnlyList<string>> LeakAsync(ApiServerWorld world)
    {
        var released = DateTimeOffset.Parse((string)(await world.DeploymentAsync())["metadata"]!["creationTimestamp"]!, CultureInfo.InvariantCulture);
        await Waiting.QuietlyAsync(Math.Max(25, (TimeProvider.System.GetUtcNow() - released).TotalSeconds + 3));
        var pods = await IllPodTests.PodsAsync(world);

        // On a busy machine requests come in bursts; fewer of them are no surge even so.
        world.Prometheus.Traffic.RequestsPerSecond /= 2;
        foreach (var pod in pods)
        {
            world.Kubelet.PodFates[pod.Metadata.Name!] = Leaking;
        }

        return [.. pods.Select(pod => pod.Metadata.Uid!)];
    }

    private static string? Stamp(JsonNode deployment) => (string?)deployment["spec"]!["template"]!["metadata"]!["annotations"]?["chronosops.io/restarted-at"];

    private static Task<string> ApplyAsync(ApiServerWorld world, string how, int version, Action<JsonObject>? change = null)
    {
        var deployment = Manifests.Deployment("web", Manifests.Image(version));
        change?.Invoke(deployment);
        return Kubectl.RunAsync(world.Cluster.Kubeconfig, deployment.ToJsonString(), "-n", world.Namespace, "apply", how, "-f", "-");
    }
}
