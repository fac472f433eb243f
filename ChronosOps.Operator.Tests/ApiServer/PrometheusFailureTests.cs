using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

[Trait("Tier", "apiserver")]
public class PrometheusFailureTests
{
    [Theory]
    [InlineData(nameof(PrometheusMood.Down), "Unreachable")]
    [InlineData(nameof(PrometheusMood.ServerError), "ServerError")]
    [InlineData(nameof(PrometheusMood.Slow), "Timeout")]
    [InlineData(nameof(PrometheusMood.Garbage), "BadAnswer")]
    [InlineData(nameof(PrometheusMood.CutOff), "BadAnswer")]
    public async Task WithoutSeriesNothingIsConcludedAndTheSameProcessHealsOnceTheyAreBack(string mood, string reason)
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        world.Prometheus.Mood = Enum.Parse<PrometheusMood>(mood);
        Assert.Equal(reason, (await world.PolicyConditionAsync("policy", "SignalsAvailable", "False")).Reason);
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.RolledOutAsync();
        await Waiting.QuietlyAsync(4);
        Assert.Empty(await world.IncidentsAsync());
        Assert.Empty(world.ForeignWrites());

        world.Prometheus.Mood = PrometheusMood.Well;
        await world.PolicyConditionAsync("policy", "SignalsAvailable", "True");
        await world.IncidentAsync(IncidentPhase.Resolved);
        world.AssertSpecWrites("web");
    }
}

[Trait("Tier", "apiserver")]
public class PrometheusLostMidwayTests
{
    [Fact]
    public async Task ALossBetweenDetectionAndActionHoldsTheAction()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.SetEmergencyStopAsync("true");
        await using var running = await world.ProtectedAsync();
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.IncidentAsync(IncidentPhase.Deciding);
        world.Prometheus.Mood = PrometheusMood.Down;
        await world.PolicyConditionAsync("policy", "SignalsAvailable", "False");
        await world.SetEmergencyStopAsync("false");
        await Waiting.QuietlyAsync(4);
        Assert.Empty(world.ForeignWrites());

        world.Prometheus.Mood = PrometheusMood.Well;
        await world.IncidentAsync(IncidentPhase.Resolved);
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task ACrashLoopNeedsNoSeries()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await using var running = await world.ProtectedAsync();
        world.Prometheus.Mood = PrometheusMood.Down;
        await world.PolicyConditionAsync("policy", "SignalsAvailable", "False");
        await world.ReleaseAsync(2, PodFate.Well with { Start = PodStart.CrashLoop });
        await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal(Manifests.Image(1), await world.ImageAsync());
        world.AssertSpecWrites("web");
    }
}
