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
