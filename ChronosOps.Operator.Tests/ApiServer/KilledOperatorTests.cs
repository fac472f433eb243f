using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>The operator is killed at a chosen moment and started again: it goes on where it was, and has its effect once.</summary>
public abstract class KilledOperator
{
    /// <summary>Kills the first operator when a write that matches passes the proxy; the second one must finish.</summary>
    private protected static async Task SurvivesAsync(ProxyMoment when, Func<string, string, string, bool> matches) =>
        Assert.NotNull(await OneKill.SurvivesAsync(when, matches));

    private protected static bool IsPhase(string method, string path, string body, string phase) =>
        StatusWrite.PhaseOf(method, path, body) == phase;

    private protected static bool IsRollback(string method, string path, string body) =>
        method == "PATCH" && path.Contains("/deployments/", StringComparison.Ordinal) && body.Contains("/spec/template", StringComparison.Ordinal);
}

[Trait("Tier", "apiserver")]
public class KilledBeforeActingTests : KilledOperator
{
    [Fact]
    public Task KilledWhileItOpensTheIncident() => SurvivesAsync(ProxyMoment.After, (method, path, _) => method == "POST" && path.EndsWith("/incidents", StringComparison.Ordinal));

    [Theory]
    [InlineData("Observing")]
    [InlineData("Orienting")]
    [InlineData("Deciding")]
    public Task KilledInAPhaseBeforeTheEffect(string phase) => SurvivesAsync(ProxyMoment.After, (method, path, body) => IsPhase(method, path, body, phase));
}

[Trait("Tier", "apiserver")]
public class KilledWhileActingTests : KilledOperator
{
    [Fact]
    public Task KilledBeforeTheActionIsWrittenDown() => SurvivesAsync(ProxyMoment.Before, (method, path, body) => IsPhase(method, path, body, "Acting"));

    [Fact]
    public Task KilledWhenTheActionIsWrittenDown() => SurvivesAsync(ProxyMoment.After, (method, path, body) => IsPhase(method, path, body, "Acting"));

    [Fact]
    public Task KilledBeforeThePatch() => SurvivesAsync(ProxyMoment.Before, IsRollback);

    [Fact]
    public Task KilledAfterThePatchAndBeforeTheRecord() => SurvivesAsync(ProxyMoment.After, IsRollback);
}

[Trait("Tier", "apiserver")]
public class KilledAfterActingTests : KilledOperator
{
    [Theory]
    [InlineData("Verifying")]
    [InlineData("Mitigated")]
    public Task KilledInAPhaseAfterTheEffect(string phase) => SurvivesAsync(ProxyMoment.After, (method, path, body) => IsPhase(method, path, body, phase));

    [Fact]
    public Task KilledBeforeTheEndIsRecorded() => SurvivesAsync(ProxyMoment.Before, (method, path, body) => IsPhase(method, path, body, "Resolved"));

    [Fact]
    public async Task TwoOperatorsAtOnceHaveOneEffect()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await using var one = await RunningOperator.StartProcessAsync(world);
        await using var other = await RunningOperator.StartProcessAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await Waiting.QuietlyAsync(3); // both have seen it
        await world.ReleaseAsync(2, PodFate.Failing());
        await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Single(await world.IncidentsAsync());
        world.AssertSpecWrites("web");
        Assert.False(one.HasExited || other.HasExited);
    }
}
