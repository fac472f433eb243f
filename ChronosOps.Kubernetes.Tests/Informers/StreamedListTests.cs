using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>Caches that are filled by a watch (<c>sendInitialEvents</c>), and what happens where the server does not play along.</summary>
public sealed class StreamedListTests : FakeServerTest
{
    private Informer<V1Pod> informer = null!;

    private protected override void Prepare()
    {
        server.StreamsLists = true;
        client = new KubernetesClient(server.Configuration, time);
        informer = new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { LabelSelector = "app=web" });
    }

    [Fact]
    public async Task TheWatchFillsTheCacheAndGoesOn()
    {
        server.Watches(WatchEnd.Silence, Added("a", "3"), Json.Line("ADDED", Json.BadPod("b", "4")), End("9"), Added("c", "10"));
        Start();
        await informer.WaitForSyncAsync(TestContext.Current.CancellationToken);
        await Eventually.BeTrue(() => Names().SequenceEqual(["a", "c"]));
        var watch = Assert.Single(server.SeenWatches);
        Assert.Equal(("true", "NotOlderThan", null, "app=web"), (watch.Parameter("sendInitialEvents"), watch.Parameter("resourceVersionMatch"), watch.Parameter("resourceVersion"), watch.Parameter("labelSelector")));
        Assert.Empty(server.SeenLists);
        Assert.Equal(0, informer.Relists);
    }

    [Fact]
    public async Task ItCountsAsFilledOnlyAtTheMark()
    {
        server.Watches(WatchEnd.Silence, Added("a", "3"), Json.Bookmark("4"));
        Start();
        await Eventually.BeTrue(() => server.OpenWatches == 1);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(informer.HasSynced);
        Assert.Equal(0, informer.Store.Count);
    }

    [Fact]
    public async Task AnExpiredVersionIsFollowedByAnotherStreamedListThatFindsWhatIsGone()
    {
        server.Watches(WatchEnd.Clean, Added("a", "3"), Added("b", "4"), End("9"), Json.Line("ERROR", Json.Gone))
            .Watches(WatchEnd.Silence, Added("b", "4"), End("30"));
        var deleted = new List<string>();
        informer.Changed += change =>
        {
            if (change.Type == InformerEventType.Deleted)
                deleted.Add(change.Object.Name());
        };
        Start();
        await Eventually.BeTrue(() => Names().SequenceEqual(["b"]));
        Assert.Equal(["a"], deleted);
        Assert.Null(server.SeenWatches[1].Parameter("resourceVersion"));
        Assert.Equal(1, informer.Relists);
    }

    [Fact]
    public async Task AServerThatRefusesIsNotAskedAgain()
    {
        server.StreamsLists = false;
        server.AnswersList("7", Json.Pod("a", "3")).AnswersList("20").Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone));
        Start();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Single(server.Seen, request => request.IsStreamedList);
        Assert.Equal(2, server.SeenLists.Count);
    }

    [Theory]
    [InlineData(nameof(WatchEnd.Clean))]
    [InlineData(nameof(WatchEnd.Silence))]
    public async Task AServerThatNeverSendsTheMarkIsListed(string end)
    {
        server.AnswersList("7", Json.Pod("a", "3")).Watches(Enum.Parse<WatchEnd>(end), Added("a", "3"));
        Start();
        await Eventually.BeTrueWhileAdvancing(time, () => informer.HasSynced, TimeSpan.FromSeconds(5));
        Assert.Equal(["a"], Names());
        Assert.Single(server.SeenLists);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(403)]
    [InlineData(503)]
    public async Task OneThatFailsIsFollowedByAListAndTriedAgainAtTheNextOccasion(int status)
    {
        server.AnswersList("7", Json.Pod("a", "3")).RefusesWatch(status, "{}").Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone)).Watches(WatchEnd.Silence, Added("b", "8"), End("9"));
        Start();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 1);
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenLists.Count == 1, TimeSpan.FromSeconds(0.2));
        await Eventually.BeTrue(() => Names().SequenceEqual(["b"]));
        Assert.Single(server.SeenLists);
        Assert.Equal([true, false, true], server.SeenWatches.Select(watch => watch.IsStreamedList));
    }

    /// <summary>A role may allow the one and not the other.</summary>
    [Fact]
    public async Task WhereTheListFailsTheStreamIsTriedAgain()
    {
        server.RefusesWatch(503, "{}").Answers(403, "{}").Watches(WatchEnd.Silence, Added("a", "3"), End("9"));
        Start();
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 2, TimeSpan.FromSeconds(0.2));
        await Eventually.BeTrue(() => Names().SequenceEqual(["a"]));
        Assert.Single(server.SeenLists);
    }

    [Theory]
    [InlineData(429, "")]
    [InlineData(410, "Expired")]
    public async Task OneThatIsToWaitOrToTakeAnotherVersionIsTriedAgain(int status, string reason)
    {
        server.RefusesWatch(status, $$"""{"kind":"Status","reason":"{{reason}}","code":{{status}} }""").Watches(WatchEnd.Silence, Added("a", "3"), End("9"));
        Start();
        await Eventually.BeTrue(() => server.SeenWatches.Count >= 1);
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 2, TimeSpan.FromSeconds(0.2));
        await Eventually.BeTrue(() => informer.HasSynced);
        Assert.Empty(server.SeenLists);
        Assert.Equal(2, server.SeenWatches.Count(watch => watch.IsStreamedList));
    }

    [Fact]
    public async Task FailuresWithSuccessesBetweenThemDoNotTurnItOffForGood()
    {
        for (var i = 10; i < 40; i += 10)
        {
            server.AnswersList($"{i}", Json.Pod("a", "3"))
                .Watches(WatchEnd.Clean, Added("a", "3"))
                .Watches(WatchEnd.Clean, Json.Bookmark($"{i + 1}"), Json.Line("ERROR", Json.Gone))
                .Watches(WatchEnd.Clean, Added("a", "3"), End($"{i + 2}"), Json.Bookmark($"{i + 3}"), Json.Line("ERROR", Json.Gone));
        }
        server.Watches(WatchEnd.Silence, Added("b", "40"), End("41"));
        Start();
        await Eventually.BeTrue(() => Names().SequenceEqual(["b"]));
        Assert.Equal((3, 7), (server.SeenLists.Count, server.SeenWatches.Count(watch => watch.IsStreamedList)));
    }

    [Fact]
    public async Task AServerThatNeverSendsTheMarkIsNotAskedForEver()
    {
        for (var i = 0; i < 4; i++)
        {
            server.AnswersList($"{i + 7}", Json.Pod("a", "3"));
            if (i < 3)
                server.Watches(WatchEnd.Clean, Added("a", "3"));
            server.Watches(WatchEnd.Clean, Json.Bookmark($"{i + 8}"), Json.Line("ERROR", Json.Gone));
        }
        server.AnswersList("30", Json.Pod("b", "29"));
        Start();
        await Eventually.BeTrue(() => Names().SequenceEqual(["b"]));
        Assert.Equal((5, 3), (server.SeenLists.Count, server.SeenWatches.Count(watch => watch.IsStreamedList)));
    }

    [Fact]
    public async Task AWatchThatHadBookmarksAndFallsSilentIsOpenedAnewFromItsVersion()
    {
        server.Watches(WatchEnd.Silence, Added("a", "3"), End("9"), Json.Bookmark("12"));
        Start();
        await informer.WaitForSyncAsync(TestContext.Current.CancellationToken);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        time.Advance(Reflector<V1Pod>.LongestSilence - TimeSpan.FromSeconds(1));
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Single(server.SeenWatches);
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 2, TimeSpan.FromSeconds(1));
        Assert.Equal("12", server.SeenWatches[1].Parameter("resourceVersion"));
        Assert.Equal(0, informer.Relists);
    }

    [Fact]
    public async Task AThrottledWatchWaitsAsLongAsTheServerSays()
    {
        server.Watches(WatchEnd.Clean, End("9")).RefusesWatch(429, """{"kind":"Status","reason":"TooManyRequests","code":429,"details":{"retryAfterSeconds":120}}""");
        Start();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        for (var i = 0; i < 119; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        Assert.Equal(2, server.SeenWatches.Count);
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 3, TimeSpan.FromSeconds(1));
        Assert.Equal("9", server.SeenWatches[2].Parameter("resourceVersion"));
    }

    [Fact]
    public async Task AnObjectNestedDeeperThanAnyReaderGoesIsSkippedAlone()
    {
        var deep = Json.Pod("deep", "4", extra: $$""","status":{"x":{{new string('[', 2000)}}{{new string(']', 2000)}} }""");
        server.Watches(WatchEnd.Silence, Json.Line("ADDED", deep), Added("a", "3"), End("9"), Added("c", "10"));
        Start();
        await Eventually.BeTrue(() => Names().Contains("c"));
        Assert.Equal(["a", "c"], Names().Where(name => name != "deep"));
        Assert.Single(server.SeenWatches);
    }

    [Fact]
    public async Task WhatItDoesIsMeasured()
    {
        using var seen = new SeenMetrics(client.Metrics);
        server.Watches(WatchEnd.Silence, Added("a", "3"), Json.Line("ADDED", Json.BadPod("b", "4")), End("9"));
        Start();
        await informer.WaitForSyncAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, seen.Read("reflector_lists_total", "name=pods.v1?labelSelector=app=web"));
        Assert.Equal(1, seen.Read("reflector_watches_total", "name=pods.v1?labelSelector=app=web"));
        Assert.Equal(1, seen.Read("reflector_undecodable_objects_total", "name=pods.v1?labelSelector=app=web"));
        Assert.Equal(1, seen.Read("informer_cached_objects", "name=pods.v1?labelSelector=app=web"));
        Assert.Equal(1, seen.Read("informer_synced", "name=pods.v1?labelSelector=app=web"));
        Assert.Equal(0, seen.Read("informer_last_event_age_seconds", "name=pods.v1?labelSelector=app=web"));
        var host = new Uri(server.Configuration.Host).Authority;
        Assert.Equal(1, seen.Read("rest_client_requests_total", "code=200", $"host={host}", "method=GET"));
        Assert.Equal(1, seen.Read("rest_client_request_duration_seconds", $"host={host}", "verb=GET"));
    }

    private static string Added(string name, string version) => Json.Line("ADDED", Json.Pod(name, version));

    private static string End(string version) => Json.Line("BOOKMARK",
        $$"""{"kind":"Pod","apiVersion":"v1","metadata":{"annotations":{"a":"b","k8s.io/initial-events-end":"true"},"resourceVersion":"{{version}}"} }""");

    private IEnumerable<string> Names() => informer.Store.List().Select(pod => pod.Name()).Order(StringComparer.Ordinal);

    private void Start() => running = informer.RunAsync(stop.Token);
}
