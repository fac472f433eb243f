using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>Who governs the Deployment checkout, which has the label app: checkout; a policy whose latency has no unit is not valid.</summary>
public sealed class PolicyRegistryTests
{
    private const string Slip = "500";

    /// <summary>Policies by name, each with what it names or selects, and whether it is valid; who governs, and in whose place.</summary>
    [Theory]
    [InlineData("""{ "name": "checkout" }""", true, """{ "selector": {} }""", true, "a")]
    [InlineData("""{ "name": "checkout" }""", false, """{ "selector": {} }""", true, "b for a")]
    [InlineData("""{ "selector": {} }""", false, """{ "name": "checkout" }""", true, "b")]
    [InlineData("""{ "selector": {} }""", false, """{ "selector": {} }""", true, "b for a")]
    [InlineData("""{ "selector": {} }""", true, """{ "selector": {} }""", false, "a")]
    [InlineData("""{ "name": "checkout" }""", false, """{ "selector": {} }""", false, null)]
    [InlineData("""{ "name": "cart" }""", false, """{ "selector": {} }""", true, "b")]
    [InlineData("""{ "selector": { "matchLabels": { "app": "cart" } } }""", false, """{ "selector": {} }""", true, "b")]
    [InlineData("""{ "kind": "StatefulSet", "name": "checkout" }""", false, """{ "selector": {} }""", true, "b")]
    [InlineData("""{ "name": "checkout", "selector": { "matchExpressions": [{ "key": "app", "operator": "Is" }] } }""", false, """{ "selector": {} }""", true, "b for a")]
    [InlineData("""{ "selector": { "matchExpressions": [{ "key": "app", "operator": "Is" }] } }""", false, """{ "selector": {} }""", true, "b")]
    [InlineData("""{ "kind": null, "name": "checkout" }""", false, """{ "selector": {} }""", true, "b")]
    [InlineData("{}", false, """{ "selector": {} }""", true, "b")]
    public async Task APolicyThatIsNotValidKeepsWhatItNamesOrSelects(string first, bool isFirstValid, string second, bool isSecondValid, string? governs)
    {
        var (registry, workload) = await RegistryAsync(Policy("a", first, isFirstValid ? "500ms" : Slip), Policy("b", second, isSecondValid ? "500ms" : Slip));
        Assert.Equal(governs, Told(registry.Governing(workload)));
        Assert.Equal(governs, Told(registry.Watched().SingleOrDefault().Policy));
    }

    /// <summary>As from a server that knows an older schema.</summary>
    [Fact]
    public async Task APolicyThatCannotBeReadKeepsWhatCan()
    {
        var unreadable = Policy("a", """{ "name": "checkout" }""", "500ms");
        unreadable["spec"]!["mode"] = "Yolo";
        var (registry, workload) = await RegistryAsync(unreadable, Policy("b", """{ "selector": {} }""", "500ms"));
        Assert.Equal("b for a", Told(registry.Governing(workload)));
    }

    /// <summary>The second stands in for the first until both are gone.</summary>
    [Fact]
    public async Task WhatWasMadeOfPoliciesIsLetGoWithThem()
    {
        JsonObject[] policies = [Policy("a", """{ "name": "checkout" }""", Slip), Policy("b", """{ "selector": {} }""", "500ms")];
        var gone = new Queue<JsonObject>();
        using var api = new FakeApi(request => !request.PathAndQuery.Contains("/remediationpolicies", StringComparison.Ordinal) ? SampleCaches.List(request, Checkout)
            : request.PathAndQuery.Contains("watch=true", StringComparison.Ordinal) && gone.TryDequeue(out var policy) ? Deleted(policy)
            : SampleCaches.List(request, [.. policies.Select(policy => policy.ToJsonString())]));
        var (caches, cache) = (SampleCaches.Of(api.Client), new Informer<RemediationPolicy>(api.Client.For(ApiResources.Policies), new() { StreamLists = false }));
        await SampleCaches.FillAsync(caches.Deployments, TestContext.Current.CancellationToken);
        await SampleCaches.FillAsync(cache, TestContext.Current.CancellationToken);
        var catalog = new WorkloadCatalog(caches, new FakeTime());
        var registry = new PolicyRegistry(cache, catalog);
        var made = Made(registry, catalog);
        gone.Enqueue(policies[0]);
        await FollowAsync(cache, 1);
        Assert.Equal([true, false], Left(registry, made));
        gone.Enqueue(policies[1]);
        await FollowAsync(cache, 0);
        Assert.Equal([false, false], Left(registry, made));
    }

    /// <summary>What was made of the second policy by itself, and in the place of the first.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Made(PolicyRegistry registry, WorkloadCatalog catalog)
    {
        var (itself, inPlace) = (registry.Find("shop", "b"), registry.Governing(catalog.Find(SampleWorkload.Key)!));
        Assert.Equal(("b", "b for a"), (Told(itself), Told(inPlace)));
        return [new WeakReference(itself), new WeakReference(inPlace)];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool[] Left(PolicyRegistry registry, WeakReference[] made)
    {
        registry.Watched();
        GC.Collect();
        return [.. made.Select(one => one.IsAlive)];
    }

    private static FakeAnswer Deleted(JsonObject policy)
    {
        var last = policy.DeepClone().AsObject();
        last["metadata"]!["resourceVersion"] = "8";
        return new FakeAnswer(200, new JsonObject { ["type"] = "DELETED", ["object"] = last }.ToJsonString() + "\n");
    }

    private static async Task FollowAsync(Informer<RemediationPolicy> cache, int until)
    {
        using var following = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = cache.RunAsync(following.Token);
        while (cache.Store.Count != until)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await following.CancelAsync();
        await Task.WhenAny(running);
    }

    private static string? Told(EffectivePolicy? policy) => policy is null ? null : policy.StandsInFor is { } other ? $"{policy.Name} for {other}" : policy.Name;

    private static async Task<(PolicyRegistry Registry, WorkloadSnapshot Workload)> RegistryAsync(params JsonObject[] policies)
    {
        using var api = new FakeApi(request => SampleCaches.List(request, request.PathAndQuery.Contains("/remediationpolicies", StringComparison.Ordinal) ? [.. policies.Select(policy => policy.ToJsonString())] : [Checkout]));
        var (caches, cache) = (SampleCaches.Of(api.Client), new Informer<RemediationPolicy>(api.Client.For(ApiResources.Policies), new() { StreamLists = false }));
        await SampleCaches.FillAsync(caches.Deployments, TestContext.Current.CancellationToken);
        await SampleCaches.FillAsync(cache, TestContext.Current.CancellationToken);
        var catalog = new WorkloadCatalog(caches, new FakeTime());
        return (new PolicyRegistry(cache, catalog), catalog.Find(SampleWorkload.Key)!);
    }

    private static JsonObject Policy(string name, string workloads, string latency) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop", ["uid"] = $"uid-{name}", ["generation"] = 1 },
        ["spec"] = new JsonObject
        {
            ["workloads"] = JsonNode.Parse(workloads),
            ["signals"] = new JsonArray(new JsonObject { ["name"] = "latency", ["preset"] = "HttpLatencyP95", ["threshold"] = latency }),
        },
    };

    private static string Checkout => new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = "checkout", ["namespace"] = "shop", ["uid"] = "uid-checkout", ["labels"] = new JsonObject { ["app"] = "checkout" } },
        ["spec"] = new JsonObject { ["template"] = SampleTemplate.Of("registry.example/checkout:1").DeepClone() },
    }.ToJsonString();
}
