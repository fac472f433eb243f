using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Each gate of scaling denies, then only what it speaks of changes, and the replicas are added.</summary>
[Trait("Tier", "apiserver")]
public sealed class GateFlipOfScaleTests : OverloadedWorld
{
    /// <summary>Each gate that speaks of room and owners denies by itself; that alone is mended, and the replicas are added. An escalated incident is thought over when its policy changes.</summary>
    [Theory]
    [InlineData("QuotaTooSmall")]
    [InlineData("NodesUnknown")]
    [InlineData("NodesTooFull")]
    [InlineData("AutoscalerOwned")]
    public async Task AGateDeniesUntilItsConditionAloneChanges(string reason)
    {
        var world = await OverloadedAsync(maySeeNodes: reason != "NodesUnknown", request: reason == "NodesTooFull" ? "5000Gi" : "1Gi");
        if (reason == "QuotaTooSmall")
        {
            await QuotaAsync(world, 4);
        }

        if (reason == "AutoscalerOwned")
        {
            await world.ApplyAsync(Autoscaler("kustomize-controller"));
        }

        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world, memory: reason == "NodesTooFull" ? "2Gi" : "4000Gi");
        var escalated = await world.IncidentAsync(IncidentPhase.Escalated);
        Assert.Equal((reason, "Overload"), (escalated.Status!.Reason, escalated.Status.Cause));
        Assert.Empty(world.ForeignWrites());

        // No node of another test has room for one of these pods.
        await NodeAsync(world, reason == "NodesTooFull" ? "5000000Gi" : "4000Gi");
        await (reason switch
        {
            "QuotaTooSmall" => QuotaAsync(world, 20),
            "NodesUnknown" => ShowNodesAsync(world),
            "AutoscalerOwned" => world.ApplyAsync(Autoscaler(null)),
            _ => Task.CompletedTask,
        });
        await world.ApplyAsync(Policy(4, hourly: 9));
        await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal(4, reason == "AutoscalerOwned" ? (await BoundsAsync(world)).Minimum : await ReplicasAsync(world));
    }

    [Fact]
    public async Task NoMoreReplicasAreAskedForThanThePolicyAllowsUntilItAllowsMore()
    {
        var world = await OverloadedAsync(maximum: 2);
        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world);
        Assert.Equal("AtMaximum", (await world.IncidentAsync(IncidentPhase.Escalated)).Status!.Reason);
        Assert.Empty(world.ForeignWrites());

        await NodeAsync(world, "4000Gi");
        await world.ApplyAsync(Policy(4));
        await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal(4, await ReplicasAsync(world));
    }
}
