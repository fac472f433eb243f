using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>An informer as a whole: its end, its name, and whom it tells what.</summary>
public sealed class InformerTests : FakeServerTest
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private protected override void Prepare() => client = new KubernetesClient(server.Configuration, time);

    [Fact]
    public async Task APartThatFailsEndsTheWhole()
    {
        server.AnswersList("7");
        running = new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { Resync = TimeSpan.FromDays(-1) }).RunAsync(stop.Token);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => running.WaitAsync(TimeSpan.FromSeconds(10), Ct));
        await Eventually.BeTrue(() => server.OpenWatches == 0);
    }

    [Fact]
    public async Task WhoeverFailsWhenToldOfAnUnreadableObjectDisturbsNobody()
    {
        var told = new List<string>();
        server.AnswersList("7", Json.BadPod("x", "3")).Watches(WatchEnd.Silence, Json.Line("ADDED", Json.BadPod("y", "8")), Json.Line("ADDED", Json.Pod("a", "9")));
        var pods = client.For(KubernetesResources.Pods);
        pods.Undecodable += _ => throw new InvalidOperationException("no");
        pods.Undecodable += bad => told.Add(bad.Key.Name);
        var informer = new Informer<V1Pod>(pods);
        running = informer.RunAsync(stop.Token);
        await Eventually.BeTrue(() => informer.Store.Count == 1);
        Assert.Equal((1, 1), (server.SeenLists.Count, server.SeenWatches.Count));
        Assert.Equal(["x", "y"], told);
    }

    [Fact]
    public async Task TwoOfOneKindAreMeasuredUnderNamesOfTheirOwn()
    {
        using var seen = new SeenMetrics(client.Metrics);
        server.AnswersList("7", Json.Pod("a", "3"), Json.Pod("b", "4"));
        var all = new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { StreamLists = false });
        running = all.RunAsync(stop.Token);
        await all.WaitForSyncAsync(Ct);
        _ = new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { Namespace = "shop" });
        _ = new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { Namespace = "shop", LabelSelector = "app in (web,db)", FieldSelector = "spec.nodeName=n1" });
        Assert.Equal(2, seen.Read("informer_cached_objects", "name=pods.v1"));
        Assert.Equal(0, seen.Read("informer_cached_objects", "name=pods.v1/shop"));
        Assert.Equal(0, seen.Read("informer_cached_objects", "name=pods.v1/shop?labelSelector=app in (web,db)&fieldSelector=spec.nodeName=n1"));
    }

    [Fact]
    public async Task ItsListsAndWatchesAreMeasured()
    {
        using var seen = new SeenMetrics(client.Metrics);
        server.AnswersList("7", Json.Pod("a", "3")).Watches(WatchEnd.Clean, Json.Line("ADDED", Json.Pod("b", "8")), Json.Bookmark("12"));
        running = new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { StreamLists = false }).RunAsync(stop.Token);
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Equal(1, seen.Read("reflector_items_per_list", "name=pods.v1"));
        Assert.Equal(1, seen.Read("reflector_watch_duration_seconds", "name=pods.v1"));
        Assert.Equal(1, seen.Read("reflector_items_per_watch", "name=pods.v1"));
        Assert.Equal(12, seen.Read("reflector_last_resource_version", "name=pods.v1"));
    }
}
