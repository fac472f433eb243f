using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>How often an informer lists where versions expire, or the server asks for patience.</summary>
public sealed class ExpiredVersionTests : FakeServerTest
{
    private Informer<V1Pod> informer = null!;

    private protected override void Prepare()
    {
        client = new KubernetesClient(server.Configuration, time);
        informer = new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { StreamLists = false });
    }

    /// <summary>Every list is complete and every watch after it refused: without pauses that is a flood of lists.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AVersionThatIsGoneAsSoonAsItIsListedIsNotAskedForWithoutPauses(bool inTheStream)
    {
        for (var i = 0; i < 20; i++)
        {
            server.AnswersList($"{i + 7}", Json.Pod("a", "3"));
            _ = inTheStream ? server.Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone)) : server.RefusesWatch(410, Json.Gone);
        }
        using var seen = new SeenMetrics(client.Metrics);
        var start = time.GetUtcNow();
        running = informer.RunAsync(stop.Token);
        await Eventually.BeTrue(() => server.SeenLists.Count == 2); // the first time at once
        await ExpiresAsync(seen, () => server.SeenLists.Count, 6);
        Assert.InRange((time.GetUtcNow() - start).TotalSeconds, 0.8 + 1.6 + 3.2 + 6.4, 3600);
        Assert.Equal(6, server.SeenLists.Count);
    }

    [Fact]
    public async Task AfterAnEventAnExpiredVersionIsAnsweredAtOnceAgain()
    {
        server.AnswersList("7").AnswersList("9").AnswersList("20")
            .Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone))
            .Watches(WatchEnd.Clean, Json.Line("ADDED", Json.Pod("a", "10")), Json.Line("ERROR", Json.Gone));
        running = informer.RunAsync(stop.Token);
        await Eventually.BeTrue(() => server.SeenWatches.Count == 3);
        Assert.Equal((2, 3), (informer.Relists, server.SeenLists.Count));
    }

    [Fact]
    public async Task AStreamedListThatExpiresAtOncePausesToo()
    {
        server.StreamsLists = true;
        var end = Json.Line("BOOKMARK", """{"kind":"Pod","metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"9"} }""");
        for (var i = 0; i < 20; i++)
            server.Watches(WatchEnd.Clean, end, Json.Line("ERROR", Json.Gone));
        using var seen = new SeenMetrics(client.Metrics);
        var start = time.GetUtcNow();
        running = new Informer<V1Pod>(client.For(KubernetesResources.Pods)).RunAsync(stop.Token);
        await ExpiresAsync(seen, () => server.SeenWatches.Count, 6);
        Assert.InRange((time.GetUtcNow() - start).TotalSeconds, 0.8 + 1.6 + 3.2 + 6.4, 3600);
    }

    [Fact]
    public async Task AServerThatAsksForAYearIsAskedAfterFiveMinutes()
    {
        server.AnswersList("7").RefusesWatch(429, """{"kind":"Status","reason":"TooManyRequests","code":429,"details":{"retryAfterSeconds":2147483647}}""");
        using var seen = new SeenMetrics(client.Metrics);
        var start = time.GetUtcNow();
        running = informer.RunAsync(stop.Token);
        await Eventually.BeTrue(() => running.IsCompleted || seen.Read("reflector_failures_total", "name=pods.v1", "reason=throttled") == 1);
        await Eventually.BeTrueWhileAdvancing(time, () => running.IsCompleted || server.SeenWatches.Count == 2, TimeSpan.FromSeconds(2));
        Assert.False(running.IsCompleted);
        Assert.InRange((time.GetUtcNow() - start).TotalMinutes, 5, 60);
    }

    /// <summary>Moves the clock in the pauses only: requests in flight must not run into their time limits.</summary>
    private async Task ExpiresAsync(SeenMetrics seen, Func<int> asked, int times)
    {
        for (var n = 2; n <= times; n++)
        {
            await Eventually.BeTrueWhileAdvancing(time, () => asked() >= n, TimeSpan.FromMilliseconds(250));
            await Eventually.BeTrue(() => seen.Read("reflector_failures_total", "name=pods.v1", "reason=expired") >= n);
        }
    }
}
