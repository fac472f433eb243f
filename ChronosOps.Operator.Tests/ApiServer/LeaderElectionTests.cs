using System.Diagnostics;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Two replicas and one Lease, with the times that are shipped.</summary>
[Trait("Tier", "apiserver")]
public class LeaderElectionTests
{
    private static readonly string[] Elect = ["--leader-elect", "true"];

    [Fact]
    public async Task TheOtherReplicaFinishesWhatAKilledLeaderBegan()
    {
        await using var world = await StartAsync();
        await using var leader = await RunningOperator.StartProcessAsync(world, more: Elect);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        var first = await HolderAsync(world);
        await using var standby = await RunningOperator.StartProcessAsync(world, more: Elect);
        Assert.Equal(first, await HolderAsync(world));

        await world.ReleaseAsync(2, PodFate.Failing());
        await world.IncidentAsync("open", _ => true);
        leader.Kill();
        var killed = Stopwatch.GetTimestamp();
        await Waiting.ForAsync("another leader", async () => await HolderAsync(world) is { } now && now != first ? now : null);
        Told.Line("leader-election", $"another replica led {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.0} s after the leader was killed");
        await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Single(await world.IncidentsAsync());
        world.AssertSpecWrites("web");
    }

    [Fact]
    public async Task ALeaderThatIsStoppedGivesTheLeaseBack()
    {
        await using var world = await StartAsync();
        var leader = await RunningOperator.StartProcessAsync(world, more: Elect);
        await using var standby = await RunningOperator.StartProcessAsync(world, more: Elect);
        var first = await HolderAsync(world);
        var stopped = Stopwatch.GetTimestamp();
        Assert.Equal(0, await leader.TerminateAsync());
        await Waiting.ForAsync("another leader", async () => await HolderAsync(world) is { } now && now != first ? now : null);
        Told.Line("leader-election", $"another replica led {Stopwatch.GetElapsedTime(stopped).TotalSeconds:0.0} s after the leader was told to stop");
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await leader.DisposeAsync();
    }

    private static async Task<ApiServerWorld> StartAsync()
    {
        var world = await ApiServerWorld.StartAsync();
        await world.Cluster.AllowElectionAsync(world.Namespace, ApiServerWorld.Account);
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await world.ApplyAsync(Manifests.Policy("policy", "web"));
        return world;
    }

    private static Task<string> HolderAsync(ApiServerWorld world) => Waiting.ForAsync("a leader", async () =>
    {
        var lease = await world.Client.For(Kubernetes.KubernetesResources.Leases).FindNamespacedAsync(world.Namespace, "chronosops", ApiServerWorld.Ct);
        return lease?.Spec.HolderIdentity is { Length: > 0 } holder ? holder : null;
    });
}
