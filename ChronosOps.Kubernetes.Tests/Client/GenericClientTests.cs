using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Tests;

public sealed class GenericClientTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private FakeApiServer server = null!;
    private KubernetesClient client = null!;

    public async ValueTask InitializeAsync()
    {
        server = await FakeApiServer.StartAsync();
        client = new KubernetesClient(server.Configuration);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(V1Patch.PatchType.JsonPatch, "application/json-patch+json")]
    [InlineData(V1Patch.PatchType.MergePatch, "application/merge-patch+json")]
    [InlineData(V1Patch.PatchType.StrategicMergePatch, "application/strategic-merge-patch+json")]
    [InlineData(V1Patch.PatchType.ApplyPatch, "application/apply-patch+yaml")]
    public async Task APatchCarriesItsContentTypeAndPath(V1Patch.PatchType type, string contentType)
    {
        server.Answers(200, Json.Pod("web", "1"));
        var force = type == V1Patch.PatchType.ApplyPatch;
        await client.For(KubernetesResources.Deployments).PatchNamespacedAsync(
            new V1Patch(new JsonObject { ["spec"] = new JsonObject() }, type), "shop", "web", new WriteOptions { FieldManager = "me", DryRun = true, Force = force }, Ct, "scale");
        var seen = Assert.Single(server.Seen);
        Assert.Equal(("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web/scale", contentType), (seen.Method, seen.Path, seen.Headers["Content-Type"]));
        Assert.Equal(("me", "All", force ? "true" : null), (seen.Parameter("fieldManager"), seen.Parameter("dryRun"), seen.Parameter("force")));
        Assert.Equal("""{"spec":{}}""", seen.Body);
    }

    [Fact]
    public async Task ServerSideApplyWithoutAManagerIsRefusedBeforeItIsSent()
    {
        var patch = new V1Patch(new JsonObject(), V1Patch.PatchType.ApplyPatch);
        var error = await Assert.ThrowsAsync<ArgumentException>(() => client.For(KubernetesResources.ConfigMaps).PatchNamespacedAsync(patch, "shop", "web", ct: Ct));
        Assert.Contains("FieldManager", error.Message);
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task APutOfAKindThatIsHeldInPartOnlyIsRefused()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            client.For(KubernetesResources.Deployments).ReplaceNamespacedAsync(new V1Deployment(), "shop", "web", ct: Ct));
        Assert.Contains("deployments", error.Message);
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task ADeletionCarriesItsPreconditions()
    {
        server.Answers(200, "{}");
        await client.For(KubernetesResources.Pods).DeleteNamespacedAsync("shop", "web", new DeleteOptions { Uid = "u1", PropagationPolicy = "Background", GracePeriodSeconds = 0 }, Ct);
        var seen = Assert.Single(server.Seen);
        Assert.Equal("DELETE", seen.Method);
        Assert.Equal("""{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u1"},"propagationPolicy":"Background","gracePeriodSeconds":0}""", seen.Body);
    }

    [Theory]
    [InlineData("../secrets")]
    [InlineData("..")]
    [InlineData("a%2fb")]
    [InlineData("")]
    public async Task ANameThatWouldLeaveItsPlaceInThePathIsRefused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => client.For(KubernetesResources.Pods).ReadNamespacedAsync("shop", name, Ct));
        await Assert.ThrowsAsync<ArgumentException>(() => client.For(KubernetesResources.Pods).ReadNamespacedAsync(name, "web", Ct));
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task WhatIsNotThereIsFoundAsNull()
    {
        server.Answers(404, """{"kind":"Status","message":"pods \"web\" not found","reason":"NotFound","code":404}""");
        Assert.Null(await client.For(KubernetesResources.Pods).FindNamespacedAsync("shop", "web", Ct));
    }

    [Theory]
    [InlineData(404, "NotFound", nameof(KubernetesException.IsNotFound))]
    [InlineData(409, "Conflict", nameof(KubernetesException.IsConflict))]
    [InlineData(409, "AlreadyExists", nameof(KubernetesException.IsAlreadyExists))]
    [InlineData(410, "Expired", nameof(KubernetesException.IsGone))]
    [InlineData(422, "Invalid", nameof(KubernetesException.IsInvalid))]
    [InlineData(403, "Forbidden", nameof(KubernetesException.IsForbidden))]
    public async Task WhatTheServerSaysIsInTheException(int code, string reason, string property)
    {
        server.Answers(code, $$"""{"kind":"Status","message":"because","reason":"{{reason}}","code":{{code}},"details":{"causes":[{"field":"spec.x","message":"bad"}]} }""");
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.For(KubernetesResources.Pods).CreateNamespacedAsync(new V1Pod(), "shop", ct: Ct));
        var flags = new Dictionary<string, bool>
        {
            [nameof(error.IsNotFound)] = error.IsNotFound,
            [nameof(error.IsConflict)] = error.IsConflict,
            [nameof(error.IsAlreadyExists)] = error.IsAlreadyExists,
            [nameof(error.IsGone)] = error.IsGone,
            [nameof(error.IsInvalid)] = error.IsInvalid,
            [nameof(error.IsForbidden)] = error.IsForbidden,
        };
        Assert.Equal([property], flags.Where(flag => flag.Value).Select(flag => flag.Key));
        Assert.Equal((code, "spec.x"), (error.StatusCode, error.Status!.Details!.Causes![0].Field));
        Assert.Contains("POST /api/v1/namespaces/shop/pods: because", error.Message);
    }

    [Fact]
    public async Task AnAnswerThatIsNotFromTheApiIsQuoted()
    {
        server.Answers(400, "<html>proxy says no</html>");
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.SendAsync(HttpMethod.Post, "/x", new JsonObject(), ct: Ct));
        Assert.Contains("proxy says no", error.Message);
    }

    [Fact]
    public async Task AReadIsRepeatedWhenTheServerIsBusy()
    {
        server.Answers(503, "busy").Answers(429, "later", ("Retry-After", "0")).Answers(200, Json.Pod("web", "1"));
        Assert.Equal("web", (await client.For(KubernetesResources.Pods).ReadNamespacedAsync("shop", "web", Ct)).Name());
        Assert.Equal(3, server.Seen.Count);
    }

    [Fact]
    public async Task AReadIsNotRepeatedForEver()
    {
        for (var i = 0; i < 10; i++)
            server.Answers(503, "busy", ("Retry-After", "0"));
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.For(KubernetesResources.Pods).ReadNamespacedAsync("shop", "web", Ct));
        Assert.Equal((503, 5), (error.StatusCode, server.Seen.Count));
    }

    [Theory]
    [InlineData(503, null, 1)]
    [InlineData(500, "0", 1)]
    [InlineData(429, null, 1)]
    [InlineData(429, "0", 2)]
    public async Task AWriteIsRepeatedOnlyWhereTheServerDidNothingAndSaysWhenToComeBack(int status, string? retryAfter, int requests)
    {
        server.Answers(status, "no", retryAfter is null ? [] : [("Retry-After", retryAfter)]).Answers(200, Json.Pod("web", "1"));
        try
        {
            await client.For(KubernetesResources.Pods).CreateNamespacedAsync(new V1Pod(), "shop", ct: Ct);
        }
        catch (KubernetesException e)
        {
            Assert.Equal(status, e.StatusCode);
        }
        Assert.Equal(requests, server.Seen.Count);
    }

    [Fact]
    public async Task ALostConnectionDuringAWriteIsAnUnknownOutcome()
    {
        using var lost = new KubernetesClient(new KubernetesClientConfiguration { Host = "http://127.0.0.1:1" });
        var error = await Assert.ThrowsAsync<KubernetesException>(() => lost.For(KubernetesResources.Pods).CreateNamespacedAsync(new V1Pod(), "shop", ct: Ct));
        Assert.Equal((0, true), (error.StatusCode, error.IsOutcomeUnknown));
    }

    [Fact]
    public async Task ARequestThatIsNotAnsweredEndsAfterItsTimeLimit()
    {
        server.Watches(WatchEnd.Silence);
        var config = server.Configuration;
        config.HttpClientTimeout = TimeSpan.FromMilliseconds(200);
        using var impatient = new KubernetesClient(config);
        var error = await Assert.ThrowsAsync<KubernetesException>(() => impatient.SendAsync(HttpMethod.Get, "/hang?watch=true", ct: Ct));
        Assert.Contains("0.2 s", error.Message);
    }

    [Fact]
    public async Task AllObjectsComeThroughPages()
    {
        server.Answers(200, $$"""{"metadata":{"resourceVersion":"7","continue":"t1"},"items":[{{Json.Pod("a", "1")}}]}""")
            .Answers(200, $$"""{"metadata":{"resourceVersion":"7"},"items":[{{Json.Pod("b", "2")}}]}""");
        Assert.Equal(["a", "b"], await NamesAsync());
        Assert.Equal(("500", null, "500", "t1"), (server.Seen[0].Parameter("limit"), server.Seen[0].Parameter("continue"), server.Seen[1].Parameter("limit"), server.Seen[1].Parameter("continue")));
    }

    [Fact]
    public async Task AnExpiredPageGoesOnFromTheServersNewToken()
    {
        server.Answers(200, $$"""{"metadata":{"continue":"t1"},"items":[{{Json.Pod("a", "1")}}]}""")
            .Answers(410, """{"kind":"Status","metadata":{"continue":"t2"},"message":"expired","reason":"Expired","code":410}""")
            .Answers(200, $$"""{"metadata":{},"items":[{{Json.Pod("b", "2")}}]}""");
        Assert.Equal(["a", "b"], await NamesAsync());
        Assert.Equal("t2", server.Seen[2].Parameter("continue"));
    }

    [Fact]
    public async Task AnExpiredPageWithoutATokenStartsAnewAndNothingComesTwice()
    {
        server.Answers(200, $$"""{"metadata":{"continue":"t1"},"items":[{{Json.Pod("a", "1")}}]}""")
            .Answers(410, Json.Gone)
            .Answers(200, $$"""{"metadata":{},"items":[{{Json.Pod("a", "1")}},{{Json.Pod("b", "2")}}]}""");
        Assert.Equal(["a", "b"], await NamesAsync());
        Assert.Null(server.Seen[2].Parameter("continue"));
    }

    [Fact]
    public async Task SecretsAreAskedForWithoutTheirData()
    {
        server.Answers(200, """{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"s","resourceVersion":"4"}}""")
            .Answers(200, """{"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"9"},"items":null}""");
        var secret = await client.For(KubernetesResources.Secrets).ReadNamespacedAsync("shop", "s", Ct);
        await client.For(KubernetesResources.Secrets).ListAsync("shop", ct: Ct);
        Assert.Equal(("Secret", "v1"), (secret.Kind, secret.ApiVersion));
        Assert.Equal("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", server.Seen[0].Headers["Accept"]);
        Assert.Equal("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", server.Seen[1].Headers["Accept"]);
    }

    [Fact]
    public async Task WhatTheServerHasIsAskedOnceForAWhile()
    {
        server.Answers(200, """{"resources":[{"name":"cronjobs"}]}""").Answers(404, "{}");
        Assert.True(await client.SupportsAsync("batch", "v1", "cronjobs", Ct));
        Assert.True(await client.SupportsAsync("batch", "v1", "cronjobs", Ct));
        Assert.False(await client.SupportsAsync("autoscaling", "v2", "horizontalpodautoscalers", Ct));
        Assert.Equal(["/apis/batch/v1", "/apis/autoscaling/v2"], server.Seen.Select(request => request.Path));
    }

    [Fact]
    public async Task TheServersVersionMayHaveAPlusSign()
    {
        server.Answers(200, """{"major":"1","minor":"27+"}""");
        Assert.Equal(new Version(1, 27), await client.ServerVersionAsync(Ct));
    }

    private async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (var pod in client.For(KubernetesResources.Pods).ListAllAsync("shop", ct: Ct))
            names.Add(pod.Name());
        return names;
    }
}
