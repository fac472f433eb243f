using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>One gate alone has the action wait; then that one condition is flipped, and nothing else, and the same incident acts.</summary>
[Trait("Tier", "apiserver")]
public class GateFlipOfWaitingTests
{
    /// <summary>The emergency stop only keeps the incident from acting until the traffic has ceased.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(MinimumTrafficGate))]
    public async Task TrafficThatCeasedHasTheActionWaitAndItsReturnAllows()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.SetEmergencyStopAsync("true");
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.RolledOutAsync();
        await WarnAsync(world);
        await world.IncidentAsync("kept from acting", one => one.Status?.Message?.StartsWith("waiting for EmergencyStop", StringComparison.Ordinal) == true);
        world.Prometheus.Traffic.RequestsPerSecond = 0;
        await world.IncidentAsync("no longer measured", one => one.Status is { Signals.Count: > 0 } status && status.Signals.TrueForAll(signal => signal.State == "Unknown"));
        await world.SetEmergencyStopAsync("false");
        var waiting = await world.StoppedByAsync("MinimumTraffic", "Wait", "NotMeasured");
        await Waiting.QuietlyAsync(3);
        Assert.Empty(world.ForeignWrites());

        world.Prometheus.Traffic.RequestsPerSecond = 40;
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((waiting.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        world.AssertSpecWrites("web");
    }

    /// <summary>
    /// The pods of the old revision fail when the new one comes, and of the new one none serves yet; then its pods crash, so that the rollout under way is the suspect's. Where only the rollout's end is flipped:
    /// <see cref="RollingRestartTests"/>.
    /// </summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(RolloutGate))]
    public async Task ARolloutThatIsNotSuspectedHasTheActionWaitAndOneThatIsAllows()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!["rolloutDeadline"] = "10m";
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(policy);
        await using var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing();
        await world.ReleaseAsync(2, PodFate.Well with { Start = PodStart.NotReady });
        var waiting = await world.StoppedByAsync("RolloutInProgress", "Wait", "OtherRollout");
        await Waiting.QuietlyAsync(3);
        Assert.Empty(world.ForeignWrites());

        world.Kubelet.Fates[Manifests.Image(2)] = PodFate.Well with { Start = PodStart.CrashLoop };
        var acted = await world.IncidentAsync("acted upon", one => one.Status?.Actions is [{ Action: "Rollback", AppliedAt: not null }]);
        Assert.Equal((waiting.Metadata.Uid, Manifests.Image(1)), (acted.Metadata.Uid, await world.ImageAsync()));

        // What the new revision had done to them is over with it.
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Well;
        Assert.Equal("Rollback/Succeeded", (await world.IncidentAsync(IncidentPhase.Resolved)).Status!.LastAction);
        world.AssertSpecWrites("web");
    }

    /// <summary>The connection breaks under every patch of the first incident, so that its action stays under way.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(OneActionGate))]
    public async Task AnActionOfAnotherIncidentHasTheActionWaitAndItsAbsenceAllows()
    {
        await using var world = await ApiServerWorld.StartAsync();
        var second = "";
        await using var proxy = await ApiProxy.StartAsync(world.Client.Configuration, (moment, method, path, body) =>
            moment == ProxyMoment.Before && method == "PATCH" && path.Contains("/deployments/", StringComparison.Ordinal) && body.Contains("/spec/template", StringComparison.Ordinal)
            && (second.Length == 0 || !body.Contains(second, StringComparison.Ordinal)));
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await using var running = await RunningOperator.StartProcessAsync(world, proxy.Kubeconfig(KubernetesClientConfiguration.BuildConfigFromConfigFile(world.OperatorKubeconfig).AccessToken!));
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.ReleaseAsync(2, PodFate.Failing());
        var first = await world.IncidentAsync(IncidentPhase.Acting);
        second = (string)(await ReportAsync(world))["metadata"]!["uid"]!;
        var waiting = await world.StoppedByAsync("OneActionPerWorkload", "Wait", "ActionUnderWay");
        Assert.Equal(second, waiting.Metadata.Uid);
        await Waiting.QuietlyAsync(3);
        Assert.Empty(world.ForeignWrites());

        await GateFlipTests.DeleteAsync(world, first);
        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((second, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        world.AssertSpecWrites("web");
    }

    /// <summary>What a kubelet says of a pod whose readiness probe failed once: a second kind of evidence, which needs no traffic.</summary>
    private static async Task WarnAsync(ApiServerWorld world)
    {
        var pod = (await IllPodTests.PodsAsync(world)).First(one => one.Spec.Containers[0].Image == Manifests.Image(2));
        var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var warning = JsonNode.Parse($$"""
            {
              "apiVersion": "v1", "kind": "Event", "metadata": { "name": "unhealthy" }, "type": "Warning", "reason": "Unhealthy", "message": "Readiness probe failed: HTTP probe failed with statuscode: 500",
              "involvedObject": { "apiVersion": "v1", "kind": "Pod", "namespace": "{{world.Namespace}}", "name": "{{pod.Metadata.Name}}", "uid": "{{pod.Metadata.Uid}}" },
              "firstTimestamp": "{{time}}", "lastTimestamp": "{{time}}", "count": 1
            }
            """);
        await world.Client.SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{world.Namespace}/events", warning, ct: ApiServerWorld.Ct);
    }

    private static Task<JsonNode> ReportAsync(ApiServerWorld world) => world.ApplyAsync(new JsonObject
    {
        ["apiVersion"] = "chronosops.io/v1alpha1",
        ["kind"] = "Incident",
        ["metadata"] = new JsonObject { ["name"] = "second" },
        ["spec"] = new JsonObject { ["workloadRef"] = new JsonObject { ["name"] = "web" } },
    });
}
