using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>What ails other workloads has the action wait, by one gate alone; then that one condition is flipped, and nothing else, and the same incident acts.</summary>
[Trait("Tier", "apiserver")]
public sealed class GateFlipOfOthersTests : OverloadedWorld
{
    /// <summary>Two others fall ill within the window, and the operator is killed in the storm. What is flipped is the time: no further workload falls ill.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRollback), typeof(StormGate))]
    public async Task AStormHoldsTheActionAlsoAfterARestartAndItsEndAllows()
    {
        await using var world = await ApiServerWorld.StartAsync();
        string[] limits = ["--storm-workloads=3", "--storm-share=50%", "--storm-window=1m", "--storm-quiet=40s"];
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        await using var running = await RunningOperator.StartProcessAsync(world, null, limits);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        world.Kubelet.Fates[Manifests.Image(9)] = PodFate.Well with { Start = PodStart.CrashLoop };
        foreach (var other in new[] { "cart", "search" })
        {
            await world.ApplyAsync(Manifests.Policy(other, other, "Observe"));
            await world.ApplyAsync(Manifests.Deployment(other, Manifests.Image(9)));
        }

        await world.ReleaseAsync(2, PodFate.Failing());
        var waiting = await world.StoppedByAsync("Storm", "Wait", "Storm");
        Assert.Equal("web", waiting.Spec.WorkloadRef.Name);
        running.Kill();
        await using var again = await RunningOperator.StartProcessAsync(world, null, limits);
        await Waiting.QuietlyAsync(5);
        Assert.Empty(world.ForeignWrites());
        Assert.Contains("chronosops_storms 1", (await again.GetAsync("/metrics")).Text, StringComparison.Ordinal);

        var healed = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal((waiting.Metadata.Uid, "Rollback/Succeeded"), (healed.Metadata.Uid, healed.Status!.LastAction));
        world.AssertSpecWrites("web");
        Assert.All((await world.IncidentsAsync()).Where(one => one.Spec.WorkloadRef.Name != "web"), other => Assert.NotEqual(IncidentPhase.Resolved, other.Status!.Phase));
    }

    /// <summary>
    /// What web talks to has failed, a person scaled it to 0, and its incident waits for a person; so it is not even known since when it is ill. Then web gets more than it can
    /// serve. What is flipped is that incident, which is deleted.
    /// </summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForScale), typeof(OriginGate))]
    public async Task AnOpenIncidentOfWhatIsCalledHoldsTheActionAndItsAbsenceAllows()
    {
        var world = await OverloadedAsync(upstream: "http://cart:8080/");
        await world.ApplyAsync(Manifests.Policy("cart", "cart", "Observe"));
        world.Kubelet.Fates[Manifests.Image(9)] = PodFate.Failing();
        await world.ApplyAsync(Manifests.Deployment("cart", Manifests.Image(9), replicas: 1));
        await using var running = await RunningOperator.StartAsync(world);
        var cart = await world.IncidentAsync(IncidentPhase.Escalated, "cart");
        await world.ApplyAsync(Manifests.Deployment("cart", Manifests.Image(9), replicas: 0));
        await world.IncidentAsync("no longer measured", one => one.Status!.Signals.Exists(signal => signal is { Name: "errors", State: "Unknown" }), "cart");
        await SurgeAsync(world);
        var waiting = await world.StoppedByAsync("Origin", "Wait", "OriginOpen");
        Assert.Equal((cart.Metadata.Name, IncidentRelation.Calls, CallSource.Template, true),
            waiting.Status!.Related.Select(link => (link.Incident, link.Relation, link.KnownBy, link.LikelyOrigin)).Single());
        var origin = await world.IncidentAsync("linked", one => one.Status?.Origin == one.Metadata.Name, "cart");
        Assert.Equal((waiting.Metadata.Name, IncidentRelation.CalledBy), origin.Status!.Related.Select(link => (link.Incident, link.Relation)).Single());
        await Waiting.QuietlyAsync(3);
        Assert.Empty(world.ForeignWrites());

        await GateFlipTests.DeleteAsync(world, cart);
        var healed = await world.IncidentAsync(IncidentPhase.Mitigated);
        Assert.Equal((waiting.Metadata.Uid, cart.Metadata.Name), (healed.Metadata.Uid, healed.Status!.Origin));
        Assert.Equal(4, await ReplicasAsync(world));
    }
}
