using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes.Tests;

public sealed class EventRecorderTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly FakeTime time = new();
    private FakeApiServer server = null!;
    private KubernetesClient client = null!;
    private EventRecorder recorder = null!;

    public async ValueTask InitializeAsync()
    {
        server = await FakeApiServer.StartAsync();
        client = new KubernetesClient(server.Configuration);
        recorder = new EventRecorder(client, "chronosops", "pod-1", time);
        for (var i = 0; i < 60; i++)
            server.Answers(200, "{}");
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task AnEventSaysWhatHappenedToWhom()
    {
        await recorder.PublishAsync(Json.TypedPod("web", uid: "u1"), "RolledBack", "to revision 3", EventType.Warning, Ct);
        var seen = Assert.Single(server.Seen);
        Assert.Equal(("POST", "/api/v1/namespaces/shop/events"), (seen.Method, seen.Path));
        var body = JsonNode.Parse(seen.Body)!;
        Assert.Equal(("RolledBack", "to revision 3", "Warning", 1), ((string?)body["reason"], (string?)body["message"], (string?)body["type"], (int)body["count"]!));
        Assert.Equal(("Pod", "v1", "u1"), ((string?)body["involvedObject"]!["kind"], (string?)body["involvedObject"]!["apiVersion"], (string?)body["involvedObject"]!["uid"]));
        Assert.Equal(("chronosops", "pod-1", "2026-01-02T03:04:05Z"), ((string?)body["reportingComponent"], (string?)body["reportingInstance"], (string?)body["lastTimestamp"]));
        Assert.StartsWith("web.", (string?)body["metadata"]!["name"]);
    }

    [Fact]
    public async Task ARepeatedEventCountsUp()
    {
        for (var i = 0; i < 3; i++)
        {
            await recorder.PublishAsync(Json.TypedPod("web"), "Slow", "p95 is high", ct: Ct);
            time.Advance(TimeSpan.FromSeconds(10));
        }
        Assert.Equal(["POST", "PATCH", "PATCH"], server.Seen.Select(request => request.Method));
        Assert.Equal("""{"count":3,"lastTimestamp":"2026-01-02T03:04:25Z","series":{"count":3,"lastObservedTime":"2026-01-02T03:04:25.000000Z"}}""", server.Seen[2].Body);
        var name = (string?)JsonNode.Parse(server.Seen[0].Body)!["metadata"]!["name"];
        Assert.EndsWith("/" + name, server.Seen[2].Path);
    }

    [Fact]
    public async Task ManyAtOnceOfTheSameAreOneObject()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => recorder.PublishAsync(Json.TypedPod("web"), "Slow", "p95 is high", ct: Ct)));
        Assert.Single(server.Seen, request => request.Method == "POST");
        Assert.Contains("\"count\":8", server.Seen[^1].Body);
    }

    [Fact]
    public async Task AnotherMessageOrObjectIsAnotherEvent()
    {
        await recorder.PublishAsync(Json.TypedPod("web"), "Slow", "one", ct: Ct);
        await recorder.PublishAsync(Json.TypedPod("web"), "Slow", "two", ct: Ct);
        await recorder.PublishAsync(Json.TypedPod("api"), "Slow", "one", ct: Ct);
        Assert.Equal(["POST", "POST", "POST"], server.Seen.Select(request => request.Method));
    }

    [Fact]
    public async Task ALongMessageIsCut()
    {
        await recorder.PublishAsync(Json.TypedPod("web"), "Long", new string('x', 5000), ct: Ct);
        Assert.Equal(1024, ((string)JsonNode.Parse(server.Seen[0].Body)!["message"]!).Length);
    }

    [Fact]
    public async Task OneObjectCannotFloodTheServer()
    {
        for (var i = 0; i < 40; i++)
            await recorder.PublishAsync(Json.TypedPod("web"), "Noise", $"message {i}", ct: Ct);
        Assert.Equal((25, 15), (server.Seen.Count, recorder.Dropped));
        time.Advance(TimeSpan.FromMinutes(5));
        await recorder.PublishAsync(Json.TypedPod("web"), "Noise", "later", ct: Ct);
        Assert.Equal(26, server.Seen.Count);
    }

    [Fact]
    public async Task AnEventThatCannotBeWrittenDisturbsNobody()
    {
        using var nobody = new KubernetesClient(new KubernetesClientConfiguration { Host = "http://127.0.0.1:1" });
        var lonely = new EventRecorder(nobody, "chronosops", "pod-1", time);
        await lonely.PublishAsync(Json.TypedPod("web"), "Lost", "nobody listens", ct: Ct);
        Assert.Equal(1, lonely.Dropped);
    }

    [Fact]
    public async Task AnEventThatExpiredOnTheServerIsWrittenAnew()
    {
        await using var forgetful = await FakeApiServer.StartAsync();
        forgetful.Answers(200, "{}").Answers(404, "{}").Answers(200, "{}");
        using var other = new KubernetesClient(forgetful.Configuration);
        var events = new EventRecorder(other, "chronosops", "pod-1", time);
        await events.PublishAsync(Json.TypedPod("web"), "Slow", "again", ct: Ct);
        await events.PublishAsync(Json.TypedPod("web"), "Slow", "again", ct: Ct);
        Assert.Equal(["POST", "PATCH", "POST"], forgetful.Seen.Select(request => request.Method));
    }
}
