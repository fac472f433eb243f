using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

[Trait("Tier", "apiserver")]
public class NeverReadyTests
{
    [Theory]
    [InlineData(nameof(PodStart.CrashLoop), "CrashLoop")]
    [InlineData(nameof(PodStart.ImagePullBackOff), "ImagePullFailure")]
    [InlineData(nameof(PodStart.NotReady), "RolloutNotProgressing")]
    public async Task AReleaseThatNeverBecomesReadyIsRolledBack(string start, string sign)
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Well with { Start = Enum.Parse<PodStart>(start) });
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Contains(incident.Status!.Signals, signal => signal.Name == sign);
        Assert.Equal("Rollback/Succeeded", incident.Status!.LastAction);
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task AReleaseWhosePodsAreRefusedIsRolledBack()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        await world.ApplyAsync(JsonNode.Parse("""
            { "apiVersion": "v1", "kind": "LimitRange", "metadata": { "name": "small" }, "spec": { "limits": [ { "type": "Container", "max": { "memory": "64Mi" } } ] } }
            """)!.AsObject());
        await world.ReleaseAsync(2, PodFate.Well, change: deployment => deployment.Container()["resources"] = new JsonObject { ["limits"] = new JsonObject { ["memory"] = "1Gi" } });
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Single(incident.Status!.Signals, signal => signal.Name == "RolloutNotProgressing");
        Assert.Contains(incident.Status.Findings, finding => finding.Message!.Contains("pods are refused", StringComparison.Ordinal));
        Assert.Equal("Rollback/Succeeded", incident.Status.LastAction);
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web");
    }
}
