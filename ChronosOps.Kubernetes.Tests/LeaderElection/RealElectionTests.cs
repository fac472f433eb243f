using System.Collections.Concurrent;

namespace ChronosOps.Kubernetes.Tests;

[Trait("Tier", "apiserver")]
public class RealElectionTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task OfTwoElectorsOneLeadsAndTheOtherTakesOverAtOnceWhenItStops()
    {
        await using var server = await RealServer.ConnectAsync();
        using var other = RealServer.NewClient();
        using var stopFirst = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        using var stopSecond = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var log = new ConcurrentQueue<string>();
        var first = Run(server.Client, server.Namespace, "first", log, stopFirst.Token);
        await Eventually.BeTrue(() => log.Contains("first leads"));
        var second = Run(other, server.Namespace, "second", log, stopSecond.Token);
        await Task.Delay(TimeSpan.FromSeconds(3), Ct);
        Assert.DoesNotContain("second leads", log);
        await stopFirst.CancelAsync();
        await Eventually.BeTrue(() => log.Contains("second leads"));
        Assert.Equal(["first leads", "first ends", "second leads"], log);
        var lease = await other.For(KubernetesResources.Leases).ReadNamespacedAsync(server.Namespace, "leader", Ct);
        Assert.Equal(("second", 1), (lease.Spec.HolderIdentity, lease.Spec.LeaseTransitions));
        await stopSecond.CancelAsync();
        await first.ContinueWith(_ => { }, TaskScheduler.Default);
        await second.ContinueWith(_ => { }, TaskScheduler.Default);
        lease = await server.Client.For(KubernetesResources.Leases).ReadNamespacedAsync(server.Namespace, "leader", Ct);
        Assert.Equal(("", 1), (lease.Spec.HolderIdentity, lease.Spec.LeaseDurationSeconds));
    }

    [Fact]
    public async Task ALeaderThatVanishesIsReplacedWithinTwentySeconds()
    {
        await using var server = await RealServer.ConnectAsync();
        var leases = server.Client.For(KubernetesResources.Leases);
        var now = TimeProvider.System.GetUtcNow();
        await leases.CreateNamespacedAsync(new()
        {
            Metadata = { Name = "leader" },
            Spec = { HolderIdentity = "vanished", LeaseDurationSeconds = 15, AcquireTime = now, RenewTime = now + TimeSpan.FromDays(1), LeaseTransitions = 4 },
        }, server.Namespace, ct: Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var log = new ConcurrentQueue<string>();
        var running = Run(server.Client, server.Namespace, "next", log, stop.Token);
        await Eventually.BeTrue(() => log.Contains("next leads"), seconds: 20);
        Assert.Equal(5, (await leases.ReadNamespacedAsync(server.Namespace, "leader", Ct)).Spec.LeaseTransitions);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static Task Run(KubernetesClient client, string ns, string identity, ConcurrentQueue<string> log, CancellationToken ct) =>
        new LeaderElector(new LeaderElectionConfig(new LeaseLock(client, ns, "leader", identity))).RunAsync(async leading =>
        {
            log.Enqueue($"{identity} leads");
            await Task.Delay(Timeout.Infinite, leading).ContinueWith(_ => { }, TaskScheduler.Default);
            log.Enqueue($"{identity} ends");
        }, ct);
}
