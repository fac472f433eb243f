using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>The policy may scale an overloaded workload to four replicas.</summary>
[Trait("Tier", "apiserver")]
public sealed class ScaleTests : OverloadedWorld
{
    [Fact]
    public async Task AnOverloadedWorkloadIsScaledAndTheReplicasAreHandedBack()
    {
        var world = await OverloadedAsync();
        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world);

        var mitigated = await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal(4, await ReplicasAsync(world));
        Assert.Equal(("Overload", "Scale/Succeeded"), (mitigated.Status!.Cause, mitigated.Status.LastAction));
        Assert.Contains(mitigated.Status.Timeline, one => one.Message!.Contains("never Rollback: the release before would get the same traffic", StringComparison.Ordinal));

        world.Prometheus.Traffic.RequestsPerSecond /= 2;
        var resolved = await world.IncidentAsync(IncidentPhase.Resolved, patience: TimeSpan.FromSeconds(150));
        Assert.Equal(["Scale", "HandBack", "HandBack"], resolved.Status!.Actions.Select(action => action.Action));
        Assert.All(resolved.Status.Actions, action => Assert.Equal(ActionState.Succeeded, action.State));
        Assert.Equal(2, await ReplicasAsync(world));
        Assert.Equal(("Overload", mitigated.Status.MitigatedAt), (resolved.Status.Cause, resolved.Status.MitigatedAt));
        world.AssertSpecWrites("web", "web", "web");
    }

    [Fact]
    public async Task TheTeamsNextApplyMeetsNoConflictAndASilentOneKeepsTheReplicas()
    {
        var world = await OverloadedAsync();
        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world);
        await world.IncidentAsync(IncidentPhase.Mitigated);

        await world.ApplyAsync(Deployment(null));
        Assert.Equal(4, await ReplicasAsync(world));
        await world.ApplyAsync(Deployment(5));
        var resolved = await world.IncidentAsync(IncidentPhase.Resolved, patience: TimeSpan.FromSeconds(90));
        Assert.Equal("ReplicasStay", resolved.Status!.Reason);
        Assert.Equal(5, await ReplicasAsync(world));
        world.AssertSpecWrites("web");
    }
}
