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
}
