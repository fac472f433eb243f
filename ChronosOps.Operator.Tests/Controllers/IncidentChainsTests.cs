using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>Calls of checkout to cart fail, and both have incidents.</summary>
public sealed class IncidentChainsTests
{
    [Fact]
    public async Task TheCallerIsLinkedToItsOriginAndWaitsForIt()
    {
        var (own, cart) = (Incident("checkout", -20), Incident("cart", -25));
        using var api = Api(cart);
        var (chains, context) = (await ChainsAsync(api), Context(own));
        Assert.Equal(["cart-1 of Deployment cart"], chains.OriginsOf(context));
        Assert.Equal("likely comes from incident cart-1 of Deployment cart: calls Deployment/cart, incident cart-1, the likely origin (service graph)", chains.Note(context));
        Assert.Equal("cart-1", own.Status!.Origin);
        var link = Assert.Single(own.Status.Related);
        Assert.Equal(("cart-1", IncidentRelation.Calls, CallSource.ServiceGraph, true), (link.Incident, link.Relation, link.KnownBy, link.LikelyOrigin));
        Assert.Equal(("OriginFound", IncidentPhase.Deciding), (own.Status.Timeline[^1].Reason, own.Status.Timeline[^1].Phase));
    }

    /// <summary>The template names a Service of another name than its workload, or the annotation does.</summary>
    [Theory]
    [InlineData("cart-svc", null)]
    [InlineData(null, "cart-svc")]
    public async Task TheCallerOfAServiceIsLinkedToTheWorkloadBehindIt(string? host, string? declared)
    {
        using var api = new FakeApi(request => request.PathAndQuery.Split('?')[0] switch
        {
            "/apis/apps/v1/deployments" => SampleCaches.List(request, """{ "metadata": { "name": "cart", "namespace": "shop", "uid": "uid-cart" }, "spec": { "template": { "metadata": { "labels": { "app": "cart" } } } } }"""),
            "/api/v1/services" => SampleCaches.List(request, """{ "metadata": { "name": "cart-svc", "namespace": "shop" }, "spec": { "selector": { "app": "cart" } } }"""),
            _ => SampleCaches.List(request, JsonSerializer.Serialize(Incident("cart", -25), ChronosJson.Default.Incident)),
        });
        var (caches, ct) = (SampleCaches.Of(api.Client), TestContext.Current.CancellationToken);
        var catalog = new WorkloadCatalog(caches, new FakeTime());
        await SampleCaches.FillAsync(caches.Deployments, ct);
        await SampleCaches.FillAsync(caches.Services, ct);
        var incidents = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(incidents, ct);
        var chains = new IncidentChains(new IncidentBook(incidents), catalog, new ServiceGraph(new SilentSource(), TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => []));
        var own = Incident("checkout", -20);
        chains.Note(Context(own) with
        {
            Workload = SampleWorkload.Settled() with
            {
                Annotations = declared is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["chronosops.io/depends-on"] = declared },
                Current = SampleWorkload.OldFacts with { Hosts = new HashSet<string>(host is null ? [] : [host]) },
            },
        });
        Assert.Equal(("cart-1", CallSource.Template), (own.Status!.Origin, Assert.Single(own.Status.Related).KnownBy));
    }

    [Fact]
    public async Task WhatWasToldIsNotToldAgain()
    {
        var own = Incident("checkout", -20);
        using var api = Api(Incident("cart", -25));
        var chains = await ChainsAsync(api);
        chains.Note(Context(own));
        var before = JsonSerializer.Serialize(own, ChronosJson.Default.Incident);
        Assert.Null(chains.Note(Context(own)));
        Assert.Equal(before, JsonSerializer.Serialize(own, ChronosJson.Default.Incident));
    }

    [Fact]
    public async Task TheOriginListsWhatItAffectsAndWaitsForNothing()
    {
        var own = Incident("cart", -25);
        using var api = Api(Incident("checkout", -20));
        var (chains, context) = (await ChainsAsync(api), Context(own) with { Key = SampleWorkload.Key with { Name = "cart" } });
        Assert.Empty(chains.OriginsOf(context));
        Assert.StartsWith("likely the origin of what ails others: is called by Deployment/checkout, incident checkout-1", chains.Note(context), StringComparison.Ordinal);
        Assert.Equal(("cart-1", "checkout-1", IncidentRelation.CalledBy), (own.Status!.Origin, own.Status.Related[0].Incident, own.Status.Related[0].Relation));
    }

    /// <summary>It is over, was reported and not seen, is being watched after its mitigation, or is another namespace's.</summary>
    [Theory]
    [InlineData("over")]
    [InlineData("reported")]
    [InlineData("mitigated")]
    [InlineData("well")]
    [InlineData("elsewhere")]
    public async Task WhatIsNotIllByItsOwnEvidenceIsNoOrigin(string which)
    {
        var cart = Incident("cart", -25);
        Action change = which switch
        {
            "over" => () => cart.Status!.Phase = IncidentPhase.Resolved,
            "reported" => () => cart.Status!.Signals = [],
            "mitigated" => () => cart.Status!.Phase = IncidentPhase.Mitigated,
            "well" => () => cart.Status!.Signals[0].State = "Healthy",
            _ => () => cart.Metadata.NamespaceProperty = "bank",
        };
        change();
        var own = Incident("checkout", -20);
        using var api = Api(cart);
        var chains = await ChainsAsync(api);
        Assert.Empty(chains.OriginsOf(Context(own)));
        Assert.Null(chains.Note(Context(own)));
        Assert.Empty(own.Status!.Related);
    }

    /// <summary>The link was written down while both were open; the page still tells of it.</summary>
    [Fact]
    public async Task WhatIsOverStaysOnTheListAndHoldsNothing()
    {
        var (own, cart) = (Incident("checkout", -20), Incident("cart", -25));
        using var api = Api(cart);
        (await ChainsAsync(api)).Note(Context(own));
        cart.Status!.Phase = IncidentPhase.Resolved;
        using var later = Api(cart);
        var chains = await ChainsAsync(later);
        Assert.Empty(chains.OriginsOf(Context(own)));
        Assert.Null(chains.Note(Context(own)));
        Assert.Equal(("cart-1", "cart-1"), (own.Status!.Origin, Assert.Single(own.Status.Related).Incident));
    }

    private static async Task<IncidentChains> ChainsAsync(FakeApi api)
    {
        var cache = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(cache, TestContext.Current.CancellationToken);
        var graph = new ServiceGraph(new FailingCalls(), TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => []);
        await graph.ReadAsync(["shop"], SampleWorkload.Now, TestContext.Current.CancellationToken);
        return new IncidentChains(new IncidentBook(cache), new WorkloadCatalog(SampleCaches.Of(api.Client), new FakeTime()), graph);
    }

    private static IncidentContext Context(Incident own) => SampleContext.Of(own, SampleContext.Well(SamplePolicy.Effective()));

    private static FakeApi Api(Incident other) => new(request => SampleCaches.List(request, JsonSerializer.Serialize(other, ChronosJson.Default.Incident)));

    private static Incident Incident(string workload, double onset) => new()
    {
        Metadata = new() { Name = $"{workload}-1", NamespaceProperty = "shop", Uid = $"uid-of-{workload}-1" },
        Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = workload }, Source = IncidentSource.Operator },
        Status = new IncidentStatus { Phase = IncidentPhase.Deciding, WorkloadUid = $"uid-{workload}", OnsetAt = SampleWorkload.At(onset), Signals = [new SignalRecord { Name = "errors", State = "Firing" }] },
    };

    /// <summary>A service graph in which calls of checkout to cart fail.</summary>
    private sealed class FailingCalls : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Series>>([new Series(new Dictionary<string, string> { ["namespace"] = "shop", ["client"] = "checkout", ["server"] = "cart" }, [new(start, 1), new(end, 2)])]);
    }
}
