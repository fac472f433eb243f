using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>The client and the informer against a real server, of the old Kubernetes and of a new one, by the same tests.</summary>
[Trait("Tier", "apiserver")]
[Trait("Tier", "crds")]
public class RealCustomResourceTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnObjectIsCreatedReadReplacedAndDeleted()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var widgets = server.Client.For(RealWidgets.Resource);
        var created = await widgets.CreateNamespacedAsync(New("w"), server.Namespace, ct: Ct);
        Assert.NotNull(created.Uid());
        var stale = (await widgets.ReadNamespacedAsync(server.Namespace, "w", Ct)).ResourceVersion();
        created.Spec.Size = 2;
        var replaced = await widgets.ReplaceNamespacedAsync(created, server.Namespace, "w", ct: Ct);
        Assert.Equal((2, 2L), (replaced.Spec.Size, replaced.Generation()));
        replaced.Metadata.ResourceVersion = stale;
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => widgets.ReplaceNamespacedAsync(replaced, server.Namespace, "w", ct: Ct))).IsConflict);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => widgets.CreateNamespacedAsync(New("w"), server.Namespace, ct: Ct))).IsAlreadyExists);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => widgets.DeleteNamespacedAsync(server.Namespace, "w", new() { Uid = "another" }, Ct))).IsConflict);
        await widgets.DeleteNamespacedAsync(server.Namespace, "w", new() { Uid = created.Uid() }, Ct);
        Assert.Null(await widgets.FindNamespacedAsync(server.Namespace, "w", Ct));
    }

    [Fact]
    public async Task EveryKindOfPatchThatCustomResourcesKnowIsApplied()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var widgets = server.Client.For(RealWidgets.Resource);
        var web = await widgets.CreateNamespacedAsync(New("w"), server.Namespace, ct: Ct);

        Task<Widget> Patch(V1Patch.PatchType type, string json, WriteOptions? options = null) =>
            widgets.PatchNamespacedAsync(new V1Patch(JsonNode.Parse(json)!, type), server.Namespace, "w", options, Ct);

        Assert.Equal("j", (await Patch(V1Patch.PatchType.JsonPatch, """[{"op":"add","path":"/metadata/labels","value":{"j":"j"}}]""")).GetLabel("j"));
        Assert.Null((await Patch(V1Patch.PatchType.MergePatch, """{"metadata":{"labels":{"j":null,"m":"m"}}}""")).GetLabel("j"));
        var applied = await Patch(V1Patch.PatchType.ApplyPatch, """{"apiVersion":"test.chronosops.io/v1alpha1","kind":"Widget","metadata":{"annotations":{"ssa":"yes"}}}""", new() { FieldManager = "test", Force = true });
        Assert.Equal("yes", applied.GetAnnotation("ssa"));
        var dry = await Patch(V1Patch.PatchType.MergePatch, """{"metadata":{"annotations":{"dry":"yes"}}}""", new() { DryRun = true });
        Assert.Equal("yes", dry.GetAnnotation("dry"));
        Assert.Null((await widgets.ReadNamespacedAsync(server.Namespace, "w", Ct)).GetAnnotation("dry"));
        var unmet = await Assert.ThrowsAsync<KubernetesException>(() => Patch(V1Patch.PatchType.JsonPatch, $$"""[{"op":"test","path":"/metadata/uid","value":"not {{web.Uid()}}"}]"""));
        Assert.True(unmet.IsInvalid, unmet.Message);
    }

    [Fact]
    public async Task AServerSideApplyAgainstAnotherOwnerIsAConflict()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var widgets = server.Client.For(RealWidgets.Resource);

        Task<Widget> Apply(string manager, int size, bool force = false) => widgets.PatchNamespacedAsync(
            new V1Patch(JsonNode.Parse($$"""{"apiVersion":"test.chronosops.io/v1alpha1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":{{size}}} }""")!, V1Patch.PatchType.ApplyPatch),
            server.Namespace, "w", new() { FieldManager = manager, Force = force }, Ct);

        await Apply("one", 1);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => Apply("two", 2))).IsConflict);
        Assert.Equal(2, (await Apply("two", 2, force: true)).Spec.Size);
    }

    [Fact]
    public async Task ALongListComesInPagesAndWhole()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var widgets = server.Client.For(RealWidgets.Resource);
        for (var i = 0; i < 7; i++)
            await widgets.CreateNamespacedAsync(New($"w{i}"), server.Namespace, ct: Ct);
        var names = new List<string>();
        await foreach (var widget in widgets.ListAllAsync(server.Namespace, new() { Limit = 2 }, Ct))
            names.Add(widget.Name());
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"w{i}"), names);
    }

    [Fact]
    public async Task AWatchShowsWhatHappensAfterItsVersion()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var widgets = server.Client.For(RealWidgets.Resource);
        var from = (await widgets.ListAsync(server.Namespace, ct: Ct)).Metadata.ResourceVersion;
        var widget = await widgets.CreateNamespacedAsync(New("w"), server.Namespace, ct: Ct);
        widget.Spec.Size = 2;
        await widgets.ReplaceNamespacedAsync(widget, server.Namespace, "w", ct: Ct);
        await widgets.DeleteNamespacedAsync(server.Namespace, "w", ct: Ct);
        var seen = new List<WatchEventType>();
        await foreach (var change in widgets.WatchAsync(server.Namespace, new() { ResourceVersion = from, TimeoutSeconds = 10 }, Ct))
        {
            if (change.Object?.Name() == "w")
                seen.Add(change.Type);
            if (change.Type == WatchEventType.Deleted)
                break;
        }
        Assert.Equal([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Deleted], seen);
    }

    [Fact]
    public async Task AnInformerEqualsTheServerAfterChurn()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var widgets = server.Client.For(RealWidgets.Resource);
        var informer = new Informer<Widget>(widgets, new() { Namespace = server.Namespace });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(Ct);
        var random = new Random(7);
        for (var i = 0; i < 150; i++)
        {
            var name = $"w{random.Next(12)}";
            if (await widgets.FindNamespacedAsync(server.Namespace, name, Ct) is not { } widget)
                await widgets.CreateNamespacedAsync(New(name), server.Namespace, ct: Ct);
            else if (random.Next(3) == 0)
                await widgets.DeleteNamespacedAsync(server.Namespace, name, ct: Ct);
            else
            {
                widget.Spec.Size = 1 + (i % 10);
                await widgets.ReplaceNamespacedAsync(widget, server.Namespace, name, ct: Ct);
            }
        }
        static IEnumerable<string> Versions(IEnumerable<Widget> all) => all.Select(widget => $"{widget.Name()}@{widget.ResourceVersion()}").Order(StringComparer.Ordinal);
        var expected = Versions((await widgets.ListAsync(server.Namespace, ct: Ct)).Items).ToList();
        await Eventually.BeTrue(() => Versions(informer.Store.List()).SequenceEqual(expected));
        Assert.Equal(0, informer.Relists);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>By a watch alone where the server streams lists, else by a list; the same in the end.</summary>
    [Fact]
    public async Task TheCacheIsFilledInTheBestWayThatTheServerKnows()
    {
        await using var server = await RealWidgets.ConnectAsync();
        var requests = new SeenRequests();
        using var client = new KubernetesClient(RealServer.Configuration(), null, requests);
        foreach (var name in new[] { "a", "b", "c" })
            await client.For(RealWidgets.Resource).CreateNamespacedAsync(New(name), server.Namespace, ct: Ct);
        var informer = new Informer<Widget>(client.For(RealWidgets.Resource), new() { Namespace = server.Namespace });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        requests.Clear();
        var running = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(Ct);
        Assert.Equal(["a", "b", "c"], informer.Store.List().Select(widget => widget.Name()).Order());
        var streams = await client.ServerVersionAsync(Ct) >= new Version(1, 34);
        Assert.Equal(streams, !requests.Any(query => query.Contains("/widgets", StringComparison.Ordinal) && !query.Contains("watch=", StringComparison.Ordinal)));
        Assert.True(!streams || requests.Any(query => query.Contains("sendInitialEvents=true", StringComparison.Ordinal)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static Widget New(string name) => new() { Metadata = { Name = name }, Spec = { Size = 1, Limits = null } };

    private sealed class SeenRequests : DelegatingHandler
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> seen = new();

        public bool Any(Func<string, bool> matches) => seen.Any(matches);

        public void Clear() => seen.Clear();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            seen.Enqueue(request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
