using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>What only a server with the built-in kinds can show.</summary>
[Trait("Tier", "apiserver")]
public class RealServerTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

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
        // What readers of the newer API see of the same object.
        var newer = await server.Client.SendAsync(HttpMethod.Get, $"/apis/events.k8s.io/v1/namespaces/{server.Namespace}/events/{only.Metadata.Name}", ct: Ct);
        Assert.Equal(2, (int?)newer!["series"]!["count"]);
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
