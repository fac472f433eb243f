using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A proven release gets three times its requests, and its containers are at their limits.</summary>
[Trait("Tier", "apiserver")]
public class OverloadTests
{
    [Fact]
    public async Task AnOverloadIsNamedAndNothingIsRolledBackForIt()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!["signals"]!.AsArray().Add(JsonNode.Parse("""{ "name": "cpu", "preset": "CpuSaturation", "threshold": "90%", "window": "5s", "for": "2s" }"""));
        await world.ApplyAsync(policy);
        await using var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.PolicyConditionAsync("policy", "SignalsAvailable", "True");
        await Waiting.QuietlyAsync(25);

        world.Prometheus.Traffic.RequestsPerSecond *= 3;
        world.Kubelet.Fates[Manifests.Image(1)] = PodFate.Failing(0.2) with { Gauge = 0.97 };
        var incident = await world.IncidentAsync(IncidentPhase.Escalated);

        var status = incident.Status!;
        Assert.Equal(("Overload", "NoRungHelps"), (status.Cause, status.Reason));
        Assert.Contains(status.Findings, finding => finding is { Kind: "Saturation", Message: { } text } && text.Contains("97% of the CPU limit", StringComparison.Ordinal));
        Assert.Contains(status.Hypotheses, hypothesis => hypothesis is { Cause: "BadRelease", Verdict: "Rejected" });
        Assert.Empty(world.ForeignWrites());
        Assert.Contains(world.Prometheus.Queries, query => query.Contains($"container_spec_cpu_quota{{namespace=\"{world.Namespace}\"", StringComparison.Ordinal));
    }
}
