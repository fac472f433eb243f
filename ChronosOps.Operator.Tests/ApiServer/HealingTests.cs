using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

[Trait("Tier", "apiserver")]
public class HealingTests
{
    [Fact]
    public async Task ABadReleaseIsDetectedRolledBackVerifiedMitigatedAndResolved()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        var good = (await world.DeploymentAsync())["spec"]!["template"]!.ToJsonString();
        await world.ApplyAsync(Manifests.Deployment("neighbour", Manifests.Image(1)));

        await world.ReleaseAsync(2, PodFate.Failing());
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);

        var status = incident.Status!;
        IncidentPhase?[] way = [IncidentPhase.Observing, IncidentPhase.Orienting, IncidentPhase.Deciding, IncidentPhase.Acting, IncidentPhase.Verifying, IncidentPhase.Mitigated, IncidentPhase.Resolved];
        Assert.Equal(way, status.Timeline.Select(entry => entry.Phase));
        Assert.Equal(("BadRelease", "Rollback/Succeeded"), (status.Cause, status.LastAction));
        Assert.True(status.OnsetAt <= status.DetectedAt && status.DetectedAt < status.MitigatedAt && status.MitigatedAt < status.EndedAt, Waiting.Story(incident));
        Assert.Equal(good, (await world.DeploymentAsync())["spec"]!["template"]!.ToJsonString());
        world.AssertSpecWrites("web");
        await ToldAsync(world, incident);
    }

    [Fact]
    public async Task ASlowReleaseIsRolledBack()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Well with { LatencySeconds = 0.8 });
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Contains(incident.Status!.Signals, signal => signal.Name == "latency");
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task AQueryOfThePolicysOwnIsJudgedAndBoundToItsNamespace()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!["signals"]!.AsArray().Add(JsonNode.Parse("""{"name":"queue","query":"sum by (pod) (queue_depth)","threshold":"100","for":"2s"}"""));
        await world.ApplyAsync(policy);
        await using var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.ReleaseAsync(2, PodFate.Well with { Gauge = 500 });
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Contains(incident.Status!.Signals, signal => signal.Name == "queue");
        Assert.All(world.Prometheus.Queries.Where(query => query.Contains("queue_depth", StringComparison.Ordinal)), query => Assert.Contains($"namespace=\"{world.Namespace}\"", query));
        world.AssertSpecWrites("web");
    }

    /// <summary>The postmortem, the Events and the operator's own metrics tell of it.</summary>
    private static async Task ToldAsync(ApiServerWorld world, Incident incident)
    {
        var name = incident.Status!.Postmortem!.ConfigMap!;
        var text = await Waiting.ForAsync("the postmortem of the resolved incident", async () =>
            (string?)(await world.Client.SendAsync(HttpMethod.Get, $"/api/v1/namespaces/{world.Namespace}/configmaps/{name}", ct: ApiServerWorld.Ct))!["data"]!["postmortem.md"] is { } written
            && written.Contains("Resolved", StringComparison.Ordinal) ? written : null);
        Assert.Contains(incident.Metadata.Name!, text);
        var events = (await world.Client.SendAsync(HttpMethod.Get, $"/api/v1/namespaces/{world.Namespace}/events", ct: ApiServerWorld.Ct))!["items"]!.AsArray();
        foreach (var (kind, reason) in new[] { ("Incident", "RollbackApplied"), ("Incident", "Verified"), ("Deployment", "RollbackApplied") })
        {
            Assert.Contains(events, e => (string?)e!["involvedObject"]!["kind"] == kind && (string?)e["reason"] == reason);
        }
    }
}
