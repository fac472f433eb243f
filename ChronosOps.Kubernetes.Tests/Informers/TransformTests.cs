using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>Objects are made smaller as they arrive, not when all of them are there.</summary>
public sealed class TransformTests : FakeServerTest
{
    private readonly List<string> changes = [];
    private readonly List<(string Name, int Requests, bool Filled)> transformed = [];
    private Informer<V1Pod> informer = null!;

    private protected override void Prepare() => client = new KubernetesClient(server.Configuration, time);

    [Fact]
    public async Task ThoseOfAListBeforeTheNextPageIsAskedFor()
    {
        server.Answers(200, $$"""{"metadata":{"resourceVersion":"7","continue":"next"},"items":[{{Labelled("a", "3")}}]}""")
            .Answers(200, $$"""{"metadata":{"resourceVersion":"7"},"items":[{{Labelled("b", "4")}}]}""");
        Start(streamLists: false);
        await informer.WaitForSyncAsync(TestContext.Current.CancellationToken);
        Assert.Equal([("a", 1, false), ("b", 2, false)], transformed);
        Assert.All(informer.Store.List(), pod => Assert.Empty(pod.Labels()));
    }

    [Fact]
    public async Task ThoseThatAWatchBeginsWithBeforeTheLastOneHasArrived()
    {
        server.StreamsLists = true;
        server.Watches(WatchEnd.Silence, Json.Line("ADDED", Labelled("a", "3")));
        Start(streamLists: true);
        await Eventually.BeTrue(() => Transformed.Count == 1);
        Assert.Equal(("a", 1, false), Transformed[0]);
        Assert.False(informer.HasSynced);
    }

    [Fact]
    public async Task ThoseOfAWatchOnce()
    {
        server.AnswersList("7").Watches(WatchEnd.Silence, Json.Line("ADDED", Labelled("a", "8")), Json.Line("DELETED", Labelled("a", "9")));
        Start(streamLists: false);
        await Eventually.BeTrue(() => Changes.Count == 2);
        Assert.Equal(["Added a@8 0", "Deleted a@9 0"], Changes);
        Assert.Equal(2, Transformed.Count);
    }

    [Fact]
    public async Task ATransformationThatFailsOnAnObjectCostsOnlyThatObject()
    {
        using var seen = new SeenMetrics(client.Metrics);
        server.AnswersList("7", Labelled("bad", "3"), Labelled("a", "4"))
            .Watches(WatchEnd.Clean, Json.Line("MODIFIED", Labelled("bad", "8")), Json.Line("ADDED", Labelled("b", "9")), Json.Line("MODIFIED", Labelled("bad", "10")));
        Start(streamLists: false);
        await Eventually.BeTrue(() => server.SeenWatches.Count == 2);
        Assert.Equal(["Added a@4 0", "Added b@9 0"], Changes);
        Assert.Equal("10", server.SeenWatches[1].Parameter("resourceVersion"));
        Assert.Equal(3, seen.Read("reflector_undecodable_objects_total", "name=pods.v1"));
    }

    [Fact]
    public async Task AnObjectThatItFailsOnIsNotTakenForDeleted()
    {
        server.AnswersList("7", Labelled("worse", "3")).AnswersList("20", Labelled("worse", "11")).Watches(WatchEnd.Clean, Json.Line("ERROR", Json.Gone))
            .Watches(WatchEnd.Silence, Json.Line("DELETED", Labelled("worse", "21")));
        Start(streamLists: false);
        await Eventually.BeTrue(() => informer.HasSynced && informer.Store.Count == 0);
        Assert.Equal(["Added worse@3 0", "Deleted worse@3 0 unknown"], Changes);
    }

    private List<string> Changes
    {
        get { lock (changes) return [.. changes]; }
    }

    private List<(string Name, int Requests, bool Filled)> Transformed
    {
        get { lock (transformed) return [.. transformed]; }
    }

    private void Start(bool streamLists)
    {
        informer = new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { StreamLists = streamLists, Transform = Slim });
        informer.Changed += change =>
        {
            lock (changes)
                changes.Add($"{change.Type} {change.Object.Name()}@{change.Object.ResourceVersion()} {change.Object.Labels().Count}{(change.IsFinalStateUnknown ? " unknown" : "")}");
        };
        running = informer.RunAsync(stop.Token);
    }

    /// <summary>Fails on "bad" always, on "worse" from the second time on.</summary>
    private V1Pod Slim(V1Pod pod)
    {
        lock (transformed)
        {
            transformed.Add((pod.Name(), server.Seen.Count, informer.HasSynced));
            if (pod.Name() == "bad" || (pod.Name() == "worse" && transformed.Count > 1))
                throw new InvalidOperationException("no");
        }
        pod.Metadata.Labels = null;
        return pod;
    }

    private static string Labelled(string name, string version) =>
        $$"""{"metadata":{"name":"{{name}}","namespace":"shop","uid":"u-{{name}}","resourceVersion":"{{version}}","labels":{"app":"web"} } }""";
}
