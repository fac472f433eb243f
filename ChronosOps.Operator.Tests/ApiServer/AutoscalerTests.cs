using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>The replicas of an overloaded workload belong to an autoscaler.</summary>
[Trait("Tier", "apiserver")]
public sealed class AutoscalerTests : OverloadedWorld
{
    [Fact]
    public async Task WhereAnAutoscalerSetsTheReplicasItsBoundsAreRaisedAndHandedBack()
    {
        var world = await OverloadedAsync();
        await world.ApplyAsync(Autoscaler(null));
        await using var running = await RunningOperator.StartAsync(world);
        await SurgeAsync(world);

        var incident = await world.IncidentAsync(IncidentPhase.Mitigated, patience: TimeSpan.FromSeconds(90));
        Assert.Equal((4, 4), await BoundsAsync(world));
        Assert.Equal(("web", 2, 4, 3, 4), Parts(incident.Status!.Actions[0]));
        world.Prometheus.Traffic.RequestsPerSecond /= 2;
        await world.IncidentAsync(IncidentPhase.Resolved, patience: TimeSpan.FromSeconds(150));
        Assert.Equal((2, 3), await BoundsAsync(world));
        Assert.All(world.ForeignWrites(), write => Assert.Equal("horizontalpodautoscalers", write.Resource));

        static (string?, int?, int?, int?, int?) Parts(ActionRecord action) => (action.Autoscaler, action.FromReplicas, action.ToReplicas, action.FromMaximum, action.ToMaximum);
    }
}
