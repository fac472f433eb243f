using System.Threading.Channels;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>An informer against a server that misbehaves as each test says.</summary>
public sealed class ReflectorTests : FakeServerTest
{
    private readonly List<string> changes = [];
    private Informer<V1Pod> informer = null!;

    private protected override void Prepare()
    {
        client = new KubernetesClient(server.Configuration, time);
        informer = new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { Namespace = "shop", LabelSelector = "app=web" }, time: time);
        informer.Changed += change =>
        {
            lock (changes)
                changes.Add($"{change.Type} {change.Object.Name()}@{change.Object.ResourceVersion()}{(change.IsFinalStateUnknown ? " unknown" : "")}");
        };
    }

    [Fact]
    public async Task ListsFromTheServersCacheFirstAndWatchesFromTheListsVersion()
    {
        server.AnswersList("7", Json.Pod("a", "3"));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 1);
        Assert.Equal("0", server.SeenLists[0].Parameter("resourceVersion"));
        Assert.Equal("/api/v1/namespaces/shop/pods", server.SeenLists[0].Path);
        Assert.Equal("app=web", server.SeenLists[0].Parameter("labelSelector"));
        var watch = server.SeenWatches[0];
        Assert.Equal(("7", "true", "app=web"), (watch.Parameter("resourceVersion"), watch.Parameter("allowWatchBookmarks"), watch.Parameter("labelSelector")));
        Assert.InRange(int.Parse(watch.Parameter("timeoutSeconds")!), 300, 600);
        Assert.Equal(["Added a@3"], Changes);
        Assert.Equal("Pod", informer.Store.Get("shop", "a")!.Kind);
    }

    [Fact]
    public async Task ACleanCloseWatchesOnFromTheLastEventWithoutListing()
    {
        server.AnswersList("7").Watches(WatchEnd.Clean, Json.Line("ADDED", Json.Pod("a", "8")), Json.Bookmark("12"));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Equal("12", server.SeenWatches[1].Parameter("resourceVersion"));
        Assert.Single(server.SeenLists);
        Assert.Equal(0, informer.Relists);
    }

    [Fact]
    public async Task AWatchThatEndsAtOnceWithoutAnEventListsAgainAfterAPause()
    {
        server.AnswersList("7").AnswersList("9").Watches(WatchEnd.Clean);
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 1);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Single(server.SeenLists);
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 2, TimeSpan.FromSeconds(1));
        Assert.Equal("7", server.SeenLists[1].Parameter("resourceVersion"));
        Assert.Equal("9", server.SeenWatches[1].Parameter("resourceVersion"));
    }

    [Fact]
    public async Task AnExpiredVersionInTheStreamListsTheVeryLatestAtOnce()
    {
        server.AnswersList("7").AnswersList("20", Json.Pod("a", "15"))
            .Watches(WatchEnd.Clean, Json.Bookmark("8"), Json.Line("ERROR", Json.Gone));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Null(server.SeenLists[1].Parameter("resourceVersion"));
        Assert.Equal("20", server.SeenWatches[1].Parameter("resourceVersion"));
        Assert.Equal(1, informer.Relists);
    }

    [Fact]
    public async Task AWatchRefusedAsExpiredListsTheVeryLatestAtOnce()
    {
        server.AnswersList("7").AnswersList("20").RefusesWatch(410, Json.Gone);
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Null(server.SeenLists[1].Parameter("resourceVersion"));
    }

    [Fact]
    public async Task AVersionThatTheServerHasNotReachedListsTheVeryLatest()
    {
        const string TooLarge = """{"kind":"Status","message":"Timeout: Too large resource version: 7, current: 5","reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504}""";
        server.AnswersList("7").AnswersList("5").RefusesWatch(504, TooLarge);
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Null(server.SeenLists[1].Parameter("resourceVersion"));
    }

    [Fact]
    public async Task AnotherErrorEventListsAgainAfterAPause()
    {
        server.AnswersList("7").AnswersList("20").Watches(WatchEnd.Clean, Json.Line("ERROR", """{"kind":"Status","message":"boom","code":500}"""));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 1);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Single(server.SeenLists);
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 2, TimeSpan.FromSeconds(1));
        Assert.Equal("7", server.SeenLists[1].Parameter("resourceVersion"));
    }

    [Fact]
    public async Task AThrottledWatchIsTriedAgainFromTheSameVersionWithoutListing()
    {
        server.AnswersList("7").RefusesWatch(429, """{"kind":"Status","message":"slow down","code":429}""");
        await StartAsync();
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 2, TimeSpan.FromSeconds(1));
        Assert.Equal("7", server.SeenWatches[1].Parameter("resourceVersion"));
        Assert.Single(server.SeenLists);
    }

    [Fact]
    public async Task HalfALineIsNotAnEventAndIsAskedForAgain()
    {
        server.AnswersList("7")
            .Watches(WatchEnd.Clean, Json.Line("ADDED", Json.Pod("a", "8")), """{"type":"ADDED","object":{"metadata":{"name":"b","names""")
            .Watches(WatchEnd.Silence, Json.Line("ADDED", Json.Pod("b", "9")));
        await StartAsync();
        await Eventually.BeTrueWhileAdvancing(time, () => informer.Store.Count == 2, TimeSpan.FromSeconds(1));
        Assert.Equal("8", server.SeenWatches[1].Parameter("resourceVersion"));
        Assert.Single(server.SeenLists);
        Assert.Equal(["Added a@8", "Added b@9"], Changes);
    }

    [Fact]
    public async Task ACutConnectionIsReopenedFromTheLastEvent()
    {
        server.AnswersList("7").Watches(WatchEnd.Cut, Json.Line("ADDED", Json.Pod("a", "8")));
        await StartAsync();
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 2, TimeSpan.FromSeconds(1));
        Assert.Single(server.SeenLists);
        Assert.Contains(server.SeenWatches[1].Parameter("resourceVersion"), (string[])["7", "8"]);
    }

    [Fact]
    public async Task AFirstWatchThatIsSilentFromTheBeginningIsOpenedAnew()
    {
        var watch = Channel.CreateUnbounded<string>();
        server.AnswersList("7").Watches(watch.Reader);
        await StartAsync();
        await SendAsync(watch, "a", "b");
        var start = time.GetUtcNow();
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 2, TimeSpan.FromSeconds(0.5));
        var agreed = TimeSpan.FromSeconds(int.Parse(server.SeenWatches[0].Parameter("timeoutSeconds")!)) + GenericClient<V1Pod>.WatchGrace;
        Assert.InRange(time.GetUtcNow() - start, Reflector<V1Pod>.LongestSilence, agreed - TimeSpan.FromSeconds(1));
        Assert.Equal(VersionOf("b"), server.SeenWatches[1].Parameter("resourceVersion"));
        Assert.Single(server.SeenLists);
    }

    /// <summary>As older servers are about a kind of which nothing has changed since they started. That they open watches is an answer.</summary>
    [Fact]
    public async Task AServerThatSaysNothingTwiceIsLeftAloneUntilTheAgreedTime()
    {
        server.AnswersList("7");
        for (var i = 0; i < 4; i++)
            server.Watches(WatchEnd.Silence);
        await StartAsync();
        var start = time.GetUtcNow();
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 3, TimeSpan.FromSeconds(2));
        await Eventually.BeTrue(() => informer.LastEventAt >= start + (2 * Reflector<V1Pod>.LongestSilence));
        var third = time.GetUtcNow();
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 4, TimeSpan.FromSeconds(5));
        Assert.True(time.GetUtcNow() - third >= TimeSpan.FromSeconds(int.Parse(server.SeenWatches[2].Parameter("timeoutSeconds")!)));
        Assert.Single(server.SeenLists);
    }

    /// <summary>Two events at once: when the second has been seen, the clock of silence has begun anew after the first.</summary>
    [Fact]
    public async Task AServerThatSendsNoBookmarksMayBeSilentUntilTheAgreedTime()
    {
        var (first, second) = (Channel.CreateUnbounded<string>(), Channel.CreateUnbounded<string>());
        server.AnswersList("7").Watches(first.Reader).Watches(second.Reader);
        await StartAsync();
        await SendAsync(first, "a", "b");
        time.Advance(TimeSpan.FromMinutes(2));
        await SendAsync(first, "c", "d");
        time.Advance(TimeSpan.FromMinutes(2));
        first.Writer.Complete();
        await SendAsync(second, "e", "f");
        time.Advance(Reflector<V1Pod>.LongestSilence + TimeSpan.FromMinutes(1));
        await SendAsync(second, "g", "h");
        Assert.Equal(2, server.SeenWatches.Count);
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenWatches.Count == 3, TimeSpan.FromSeconds(5));
        Assert.Single(server.SeenLists);
    }

    [Fact]
    public async Task OneObjectThatCannotBeReadIsSkippedAndTheRestArrives()
    {
        server.AnswersList("7", Json.Pod("a", "3"), Json.BadPod("bad", "4"), Json.Pod("c", "5"))
            .Watches(WatchEnd.Clean, Json.Line("MODIFIED", Json.BadPod("c", "8")), Json.Line("ADDED", Json.Pod("d", "9")), Json.Line("MODIFIED", Json.BadPod("bad", "10")));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Equal(["Added a@3", "Added c@5", "Added d@9"], Changes);
        Assert.Equal("10", server.SeenWatches[1].Parameter("resourceVersion"));
        Assert.Single(server.SeenLists);
    }

    [Fact]
    public async Task AnObjectThatCannotBeReadAnyMoreIsNotTakenForDeletedByARelist()
    {
        server.AnswersList("7", Json.Pod("a", "3")).AnswersList("9", Json.BadPod("a", "8")).Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Equal(["Added a@3"], Changes);
        Assert.Equal("3", informer.Store.Get("shop", "a")!.ResourceVersion());
    }

    [Fact]
    public async Task TheDeletionOfAnObjectThatCannotBeReadIsStillADeletion()
    {
        server.AnswersList("7", Json.Pod("a", "3")).Watches(WatchEnd.Silence, Json.Line("DELETED", Json.BadPod("a", "8")));
        await StartAsync();
        await Eventually.BeTrue(() => informer.Store.Count == 0);
        Assert.Equal(["Added a@3", "Deleted a@3 unknown"], Changes);
    }

    [Fact]
    public async Task ADeletionMissedDuringARelistIsAnnouncedWithTheLastKnownState()
    {
        server.AnswersList("7", Json.Pod("a", "3"), Json.Pod("b", "4")).AnswersList("20", Json.Pod("b", "11"))
            .Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Equal(["Added a@3", "Added b@4", "Deleted a@3 unknown", "Modified b@11"], Changes);
        Assert.Null(informer.Store.Get("shop", "a"));
    }

    [Fact]
    public async Task ANamesakeCreatedAnewIsADeletionAndAnAddition()
    {
        server.AnswersList("7", Json.Pod("a", "3", uid: "first")).AnswersList("20", Json.Pod("a", "11", uid: "second"))
            .Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Equal(["Added a@3", "Deleted a@3 unknown", "Added a@11"], Changes);
    }

    [Fact]
    public async Task AnUnchangedObjectIsNotAnnouncedAgainByARelist()
    {
        server.AnswersList("7", Json.Pod("a", "3")).AnswersList("20", Json.Pod("a", "3")).Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Equal(["Added a@3"], Changes);
    }

    [Fact]
    public async Task AServerThatIsDownIsAskedUntilItIsBack()
    {
        for (var i = 0; i < 12; i++)
            server.Answers(500, """{"kind":"Status","message":"etcd is away","code":500}""");
        server.AnswersList("7", Json.Pod("a", "3"));
        await StartAsync(sync: false);
        await Eventually.BeTrueWhileAdvancing(time, () => informer.HasSynced, TimeSpan.FromSeconds(5));
        Assert.Equal(13, server.SeenLists.Count);
    }

    [Fact]
    public async Task AForbiddenListIsNotTheEndEither()
    {
        server.Answers(403, """{"kind":"Status","message":"pods is forbidden","reason":"Forbidden","code":403}""").AnswersList("7");
        await StartAsync(sync: false);
        await Eventually.BeTrueWhileAdvancing(time, () => informer.HasSynced, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task ALongListComesInPagesAndIsOneState()
    {
        server.Answers(200, $$"""{"metadata":{"resourceVersion":"7","continue":"next"},"items":[{{Json.Pod("a", "3")}}]}""")
            .Answers(200, $$"""{"metadata":{"resourceVersion":"7"},"items":[{{Json.Pod("b", "4")}}]}""");
        await StartAsync();
        Assert.Equal(2, informer.Store.Count);
        Assert.Equal("next", server.SeenLists[1].Parameter("continue"));
        Assert.Null(server.SeenLists[1].Parameter("resourceVersion"));
    }

    [Fact]
    public async Task AListThatExpiresHalfWayBeginsAnewAndForgetsTheFirstHalf()
    {
        server.Answers(200, $$"""{"metadata":{"resourceVersion":"7","continue":"next"},"items":[{{Json.Pod("gone", "3")}}]}""")
            .Answers(410, Json.Gone)
            .AnswersList("9", Json.Pod("b", "8"));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 1);
        Assert.Equal(["b"], informer.Store.List().Select(pod => pod.Name()));
        Assert.Equal("9", server.SeenWatches[0].Parameter("resourceVersion"));
    }

    [Fact]
    public async Task AListNotOlderThanAVersionIsAskedForWithoutALimit()
    {
        server.AnswersList("7").AnswersList("9").AnswersList("11")
            .Watches(WatchEnd.Clean, Json.Line("ERROR", """{"kind":"Status","message":"boom","code":500}"""))
            .Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone));
        await StartAsync();
        await Eventually.BeTrue(() => server.SeenWatches.Count == 1);
        await Eventually.BeTrueWhileAdvancing(time, () => server.SeenLists.Count >= 2, TimeSpan.FromSeconds(0.2));
        await Eventually.BeTrue(() => server.SeenLists.Count == 3);
        // Beside any other version than these two a limit makes it an exact read, past the server's cache.
        Assert.Equal([("0", "500"), ("7", null), (null, "500")], server.SeenLists.Select(list => (list.Parameter("resourceVersion"), list.Parameter("limit"))));
    }

    [Fact]
    public async Task TheAgeOfTheLastEventIsKnown()
    {
        Assert.Null(informer.LastEventAt);
        server.AnswersList("7");
        await StartAsync();
        Assert.Equal(time.GetUtcNow(), informer.LastEventAt);
    }

    private string[] Changes
    {
        get { lock (changes) return [.. changes]; }
    }

    private async Task SendAsync(Channel<string> watch, params string[] names)
    {
        foreach (var name in names)
            await watch.Writer.WriteAsync(Json.Line("ADDED", Json.Pod(name, VersionOf(name))), TestContext.Current.CancellationToken);
        await Eventually.BeTrue(() => informer.Store.Get("shop", names[^1]) is not null);
    }

    private static string VersionOf(string name) => $"{100 + name[0]}";

    private async Task StartAsync(bool sync = true)
    {
        running = informer.RunAsync(stop.Token);
        if (sync)
            await informer.WaitForSyncAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
