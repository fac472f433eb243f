using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

[Trait("Tier", "apiserver")]
public class RealServerTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnObjectIsCreatedReadReplacedAndDeleted()
    {
        await using var server = await RealServer.ConnectAsync();
        var maps = server.Client.For(KubernetesResources.ConfigMaps);
        var created = await maps.CreateNamespacedAsync(new V1ConfigMap { Metadata = { Name = "m" }, Data = new() { ["a"] = "1" } }, server.Namespace, ct: Ct);
        Assert.NotNull(created.Uid());
        var stale = (await maps.ReadNamespacedAsync(server.Namespace, "m", Ct)).ResourceVersion();
        created.Data!["a"] = "2";
        var replaced = await maps.ReplaceNamespacedAsync(created, server.Namespace, "m", ct: Ct);
        Assert.Equal("2", replaced.Data!["a"]);
        replaced.Metadata.ResourceVersion = stale;
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => maps.ReplaceNamespacedAsync(replaced, server.Namespace, "m", ct: Ct))).IsConflict);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => maps.CreateNamespacedAsync(new() { Metadata = { Name = "m" } }, server.Namespace, ct: Ct))).IsAlreadyExists);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => maps.DeleteNamespacedAsync(server.Namespace, "m", new() { Uid = "another" }, Ct))).IsConflict);
        await maps.DeleteNamespacedAsync(server.Namespace, "m", new() { Uid = created.Uid() }, Ct);
        Assert.Null(await maps.FindNamespacedAsync(server.Namespace, "m", Ct));
    }

    [Fact]
    public async Task EveryKindOfPatchIsApplied()
    {
        await using var server = await RealServer.ConnectAsync();
        var deployments = server.Client.For(KubernetesResources.Deployments);
        await deployments.CreateNamespacedAsync(RealServer.Deployment("web"), server.Namespace, ct: Ct);

        Task<V1Deployment> Patch(V1Patch.PatchType type, string json, WriteOptions? options = null) =>
            deployments.PatchNamespacedAsync(new V1Patch(JsonNode.Parse(json)!, type), server.Namespace, "web", options, Ct);

        Assert.Equal("j", (await Patch(V1Patch.PatchType.JsonPatch, """[{"op":"add","path":"/metadata/labels","value":{"j":"j"}}]""")).GetLabel("j"));
        Assert.Null((await Patch(V1Patch.PatchType.MergePatch, """{"metadata":{"labels":{"j":null,"m":"m"}}}""")).GetLabel("j"));
        var merged = await Patch(V1Patch.PatchType.StrategicMergePatch, """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"example/side:1"}]}}}}""");
        Assert.Equal(2, merged.Spec.Template!["spec"]!["containers"]!.AsArray().Count);
        var applied = await Patch(V1Patch.PatchType.ApplyPatch, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{"ssa":"yes"}}}""", new() { FieldManager = "test", Force = true });
        Assert.Equal("yes", applied.GetAnnotation("ssa"));
        var dry = await Patch(V1Patch.PatchType.MergePatch, """{"metadata":{"annotations":{"dry":"yes"}}}""", new() { DryRun = true });
        Assert.Equal("yes", dry.GetAnnotation("dry"));
        Assert.Null((await deployments.ReadNamespacedAsync(server.Namespace, "web", Ct)).GetAnnotation("dry"));
    }

    /// <summary>What a conditional write of the operator is made of.</summary>
    [Fact]
    public async Task AJsonPatchTestsUidGenerationAndAnnotations()
    {
        await using var server = await RealServer.ConnectAsync();
        var deployments = server.Client.For(KubernetesResources.Deployments);
        var obj = RealServer.Deployment("web");
        obj.SetAnnotation("present", "x");
        var web = await deployments.CreateNamespacedAsync(obj, server.Namespace, ct: Ct);

        async Task<bool> Passes(string path, JsonNode? value)
        {
            try
            {
                var patch = new V1Patch(new JsonArray(new JsonObject { ["op"] = "test", ["path"] = path, ["value"] = value }), V1Patch.PatchType.JsonPatch);
                await deployments.PatchNamespacedAsync(patch, server.Namespace, "web", new() { DryRun = true }, Ct);
                return true;
            }
            catch (KubernetesException e) when (e.IsInvalid)
            {
                return false;
            }
        }

        Assert.True(await Passes("/metadata/uid", web.Uid()));
        Assert.False(await Passes("/metadata/uid", "another"));
        Assert.True(await Passes("/metadata/generation", web.Generation()));
        Assert.False(await Passes("/metadata/generation", web.Generation() + 1));
        Assert.True(await Passes("/metadata/annotations/example.io~1key", null));
        Assert.False(await Passes("/metadata/annotations/present", null));
        Assert.True(await Passes("/metadata/annotations/present", "x"));
    }

    [Fact]
    public async Task AServerSideApplyAgainstAnotherOwnerIsAConflict()
    {
        await using var server = await RealServer.ConnectAsync();
        var maps = server.Client.For(KubernetesResources.ConfigMaps);

        Task<V1ConfigMap> Apply(string manager, string value, bool force = false) => maps.PatchNamespacedAsync(
            new V1Patch(JsonNode.Parse($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"{{value}}"} }""")!, V1Patch.PatchType.ApplyPatch),
            server.Namespace, "m", new() { FieldManager = manager, Force = force }, Ct);

        await Apply("one", "1");
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => Apply("two", "2"))).IsConflict);
        Assert.Equal("2", (await Apply("two", "2", force: true)).Data!["a"]);
    }

    [Fact]
    public async Task SecretsComeWithoutTheirData()
    {
        await using var server = await RealServer.ConnectAsync();
        await server.Client.SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{server.Namespace}/secrets",
            JsonNode.Parse("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"password":"p"}}"""), ct: Ct);
        var secrets = server.Client.For(KubernetesResources.Secrets);
        Assert.Equal("Secret", (await secrets.ReadNamespacedAsync(server.Namespace, "s", Ct)).Kind);
        Assert.Contains("s", (await secrets.ListAsync(server.Namespace, ct: Ct)).Items.Select(secret => secret.Name()));
    }

    [Fact]
    public async Task ALongListComesInPagesAndWhole()
    {
        await using var server = await RealServer.ConnectAsync();
        var maps = server.Client.For(KubernetesResources.ConfigMaps);
        for (var i = 0; i < 7; i++)
            await maps.CreateNamespacedAsync(new() { Metadata = { Name = $"m{i}" } }, server.Namespace, ct: Ct);
        var names = new List<string>();
        await foreach (var map in maps.ListAllAsync(server.Namespace, new() { Limit = 2 }, Ct))
            names.Add(map.Name());
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"m{i}"), names.Where(name => name.Length == 2));
    }

    [Fact]
    public async Task AWatchShowsWhatHappensAfterItsVersion()
    {
        await using var server = await RealServer.ConnectAsync();
        var maps = server.Client.For(KubernetesResources.ConfigMaps);
        var from = (await maps.ListAsync(server.Namespace, ct: Ct)).Metadata.ResourceVersion;
        var map = await maps.CreateNamespacedAsync(new() { Metadata = { Name = "m" } }, server.Namespace, ct: Ct);
        map.Data = new() { ["a"] = "1" };
        await maps.ReplaceNamespacedAsync(map, server.Namespace, "m", ct: Ct);
        await maps.DeleteNamespacedAsync(server.Namespace, "m", ct: Ct);
        var seen = new List<WatchEventType>();
        await foreach (var change in maps.WatchAsync(server.Namespace, new() { ResourceVersion = from, TimeoutSeconds = 10 }, Ct))
        {
            if (change.Object?.Name() == "m")
                seen.Add(change.Type);
            if (change.Type == WatchEventType.Deleted)
                break;
        }
        Assert.Equal([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Deleted], seen);
    }

    [Fact]
    public async Task AnInformerEqualsTheServerAfterChurn()
    {
        await using var server = await RealServer.ConnectAsync();
        var maps = server.Client.For(KubernetesResources.ConfigMaps);
        var informer = new Informer<V1ConfigMap>(server.Client.For(KubernetesResources.ConfigMaps), new() { Namespace = server.Namespace });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(Ct);
        var random = new Random(7);
        for (var i = 0; i < 150; i++)
        {
            var name = $"m{random.Next(12)}";
            if (await maps.FindNamespacedAsync(server.Namespace, name, Ct) is not { } map)
                await maps.CreateNamespacedAsync(new() { Metadata = { Name = name } }, server.Namespace, ct: Ct);
            else if (random.Next(3) == 0)
                await maps.DeleteNamespacedAsync(server.Namespace, name, ct: Ct);
            else
            {
                map.Data = new() { ["i"] = $"{i}" };
                await maps.ReplaceNamespacedAsync(map, server.Namespace, name, ct: Ct);
            }
        }
        static IEnumerable<string> Versions(IEnumerable<V1ConfigMap> all) => all.Select(map => $"{map.Name()}@{map.ResourceVersion()}").Order(StringComparer.Ordinal);
        var expected = Versions((await maps.ListAsync(server.Namespace, ct: Ct)).Items).ToList();
        await Eventually.BeTrue(() => Versions(informer.Store.List()).SequenceEqual(expected));
        Assert.Equal(0, informer.Relists);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task EventsAreWrittenAndCountUp()
    {
        await using var server = await RealServer.ConnectAsync();
        var map = await server.Client.For(KubernetesResources.ConfigMaps).CreateNamespacedAsync(new() { Metadata = { Name = "m" } }, server.Namespace, ct: Ct);
        var recorder = new EventRecorder(server.Client, "chronosops", "test");
        await recorder.PublishAsync(map, "Tested", "once and again", EventType.Warning, Ct);
        await recorder.PublishAsync(map, "Tested", "once and again", EventType.Warning, Ct);
        var written = (await server.Client.For(KubernetesResources.Events).ListAsync(server.Namespace, new() { FieldSelector = "involvedObject.name=m" }, Ct)).Items;
        var only = Assert.Single(written);
        Assert.Equal(("Tested", "Warning", 2, 0L), (only.Reason, only.Type, only.Count, recorder.Dropped));
    }

    [Fact]
    public async Task TheServerIsDiscovered()
    {
        await using var server = await RealServer.ConnectAsync();
        Assert.Equal(1, (await server.Client.ServerVersionAsync(Ct)).Major);
        Assert.True(await server.Client.SupportsAsync("apps", "v1", "deployments", Ct));
        Assert.True(await server.Client.SupportsAsync("", "v1", "pods", Ct));
        Assert.False(await server.Client.SupportsAsync("apps", "v9", "deployments", Ct));
        Assert.False(await server.Client.SupportsAsync("apps", "v1", "dragons", Ct));
    }
}
