using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

/// <summary>
/// The Services cart-svc (of cart), basket (of cart, and not of the workload basket), orders (without a selector), external (a name of another host) and lost (which selects
/// nothing); the workloads cart, basket and orders, and a StatefulSet orders-db with its Service db.
/// </summary>
public sealed class CallTargetsTests
{
    [Theory]
    [InlineData("cart-svc", "deployment/cart")]
    [InlineData("cart-svc.shop.svc.cluster.local", "deployment/cart")]
    [InlineData("cart", "deployment/cart")]
    [InlineData("basket", "deployment/cart")]
    [InlineData("orders", "deployment/orders")]
    [InlineData("db", "statefulset/orders-db")]
    [InlineData("orders-db-0.db.shop.svc", "statefulset/orders-db")]
    [InlineData("external", "")]
    [InlineData("lost", "")]
    [InlineData("nobody", "")]
    [InlineData("cart-svc.bank", "")]
    [InlineData("api.example.com", "")]
    public async Task AHostLeadsToWhatItsServiceSelectsOrToTheWorkloadOfThatName(string host, string expected)
    {
        using var api = new FakeApi(Answer);
        Assert.Equal(expected, string.Join(", ", (await CatalogAsync(api)).TargetsOf("shop", host).Select(key => key.Reference)));
    }

    /// <summary>Somebody broke the Service's selector: its callers fail for what ails the workload that it led to.</summary>
    [Fact]
    public async Task AServiceThatSelectsNothingAnyMoreLeadsToTheWorkloadThatItLedTo()
    {
        using var api = new FakeApi(Answer);
        var catalog = await CatalogAsync(api);
        catalog.Recall(new RemediationPolicyStatus { Workloads = [new WorkloadMemory { Name = "cart", Uid = "uid-cart", Services = [new ServiceRecord { Name = "lost", Target = "app=cart" }] }] });
        Assert.Equal("deployment/cart", Assert.Single(catalog.TargetsOf("shop", "lost")).Reference);
    }

    [Fact]
    public async Task WhereServicesCannotBeReadTheNameTells()
    {
        using var api = new FakeApi(Answer);
        var catalog = await CatalogAsync(api, withServices: false);
        Assert.Equal("deployment/basket", Assert.Single(catalog.TargetsOf("shop", "basket")).Reference);
        Assert.Empty(catalog.TargetsOf("shop", "cart-svc"));
        Assert.Empty(catalog.NamedBy(Caller("cart-svc")).Nowhere);
    }

    [Fact]
    public async Task WhatIsDeclaredCountsBesideTheHostsOfTheTemplate()
    {
        using var api = new FakeApi(Answer);
        var named = (await CatalogAsync(api)).NamedBy(Caller(" cart-svc,db ,, ghost, external,cart.bank", "orders", "api.example.com"));
        Assert.Equal("deployment/orders", Assert.Single(named.Hosts).Reference);
        Assert.Equal(["deployment/cart", "statefulset/orders-db"], named.Declared.Select(key => key.Reference).Order());
        Assert.Equal(["ghost", "cart.bank"], named.Nowhere);
        Assert.All(named.Hosts.Concat(named.Declared), key => Assert.True(named.Contains(key)));
    }

    [Fact]
    public async Task WithoutTheAnnotationNothingIsDeclared()
    {
        using var api = new FakeApi(Answer);
        var named = (await CatalogAsync(api)).NamedBy(SampleWorkload.Settled());
        Assert.Empty(named.Hosts.Concat(named.Declared));
        Assert.Empty(named.Nowhere);
    }

    private static WorkloadSnapshot Caller(string dependsOn, params string[] hosts) => SampleWorkload.Settled() with
    {
        Annotations = new Dictionary<string, string> { ["chronosops.io/depends-on"] = dependsOn },
        Current = SampleWorkload.OldFacts with { Hosts = hosts.ToHashSet() },
    };

    private static async Task<WorkloadCatalog> CatalogAsync(FakeApi api, bool withServices = true)
    {
        var (caches, ct) = (SampleCaches.Of(api.Client), TestContext.Current.CancellationToken);
        var catalog = new WorkloadCatalog(caches, new FakeTime());
        await SampleCaches.FillAsync(caches.Deployments, ct);
        await SampleCaches.FillAsync(caches.StatefulSets, ct);
        if (withServices)
        {
            await SampleCaches.FillAsync(caches.Services, ct);
        }

        return catalog;
    }

    private static FakeAnswer Answer(FakeRequest request) => request.PathAndQuery.Split('?')[0] switch
    {
        "/apis/apps/v1/deployments" => SampleCaches.List(request, Workload("cart"), Workload("basket"), Workload("orders")),
        "/apis/apps/v1/statefulsets" => SampleCaches.List(request, Workload("orders-db")),
        "/api/v1/services" => SampleCaches.List(
            request, Service("cart-svc", """ "selector": { "app": "cart" } """), Service("basket", """ "selector": { "app": "cart" } """), Service("orders", ""), Service("db", """ "selector": { "app": "orders-db" } """),
            Service("external", """ "type": "ExternalName", "externalName": "cart.example.com" """), Service("lost", """ "selector": { "app": "crat" } """)),
        _ => new FakeAnswer(404),
    };

    private static string Workload(string name) =>
        $$$"""{ "metadata": { "name": "{{{name}}}", "namespace": "shop", "uid": "uid-{{{name}}}" }, "spec": { "template": { "metadata": { "labels": { "app": "{{{name}}}" } } } } }""";

    private static string Service(string name, string spec) => $$"""{ "metadata": { "name": "{{name}}", "namespace": "shop" }, "spec": { {{spec}} } }""";
}
