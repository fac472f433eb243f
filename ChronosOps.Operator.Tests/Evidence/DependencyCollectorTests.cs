using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

/// <summary>The revision of checkout that runs calls cart, and the other one does or does not. Cart has one pod, which is ready.</summary>
public sealed class DependencyCollectorTests
{
    [Theory]
    [InlineData(true, null, 2)]
    [InlineData(false, null, 1)]
    [InlineData(false, "cart", 2)]
    public async Task ItIsToldWhichRevisionsNameIt(bool other, string? declared, int revisions)
    {
        var cart = await CollectAsync([], null, other, declared);
        Assert.Equal(revisions == 2 ? [SampleWorkload.New, SampleWorkload.Old] : [SampleWorkload.Old], cart.CalledBy);
        Assert.Equal((null, null, null), (cart.Trouble, cart.Doubt, cart.DoubtSince));
    }

    [Theory]
    [InlineData(SignalState.Healthy, null, null)]
    [InlineData(SignalState.Unknown, null, null)]
    [InlineData(SignalState.Pending, null, "errors: 90% errors")]
    [InlineData(SignalState.Firing, "errors: 90% errors", null)]
    public async Task WhatIsOnItsWayToBeTroubleIsToldApartFromIt(SignalState state, string? trouble, string? doubt)
    {
        var cart = await CollectAsync([SampleBundle.Reading("errors", state, "90% errors") with { Since = SampleWorkload.At(-5) }]);
        Assert.Equal((trouble, doubt, doubt is null ? null : SampleWorkload.At(-5)), (cart.Trouble, cart.Doubt, cart.DoubtSince));
    }

    [Fact]
    public async Task WhatFiresBesidesIsToldToo()
    {
        var cart = await CollectAsync([Fires("latency", -7200), Fires("errors", -5), Fires("queue", -60)]);
        Assert.Equal(("latency: 90% errors", SampleWorkload.At(-7200)), (cart.Trouble, cart.TroubleSince));
        Assert.Equal(("errors: 90% errors", SampleWorkload.At(-5)), (cart.Doubt, cart.DoubtSince));

        static SignalReading Fires(string signal, double since) => SampleBundle.Reading(signal, SignalState.Firing, "90% errors") with { Since = SampleWorkload.At(since) };
    }

    /// <summary>Nothing of it fires at the moment.</summary>
    [Theory]
    [InlineData(IncidentPhase.Escalated, "Unknown", true)]
    [InlineData(IncidentPhase.Escalated, "Healthy", false)]
    [InlineData(IncidentPhase.Mitigated, "Unknown", false)]
    [InlineData(IncidentPhase.Resolved, "Unknown", false)]
    public async Task AnIncidentThatIsNotKnownToBeOverIsADoubt(IncidentPhase phase, string state, bool expected)
    {
        var cart = await CollectAsync([], new IncidentStatus { Phase = phase, OnsetAt = SampleWorkload.At(-15), Signals = [new SignalRecord { Name = "errors", State = state }] });
        Assert.Equal(expected ? ("it has an open incident", SampleWorkload.At(-15)) : (null, null), (cart.Doubt, cart.DoubtSince));
    }

    /// <summary>Of a hundred calls of checkout to cart four failed since its trouble began, and none before.</summary>
    [Theory]
    [InlineData(0.05, true)]
    [InlineData(0.08, true)]
    [InlineData(0.2, false)]
    [InlineData(double.PositiveInfinity, false)]
    public async Task CallsFailWhereThatExplainsHalfOfTheErrorsThatThePolicyAllows(double threshold, bool fails) =>
        Assert.Equal(fails, (await CollectAsync([], calls: new Failing(4), errors: threshold)).CallsFail);

    /// <summary>Calls of checkout to cart took 20 ms each before its trouble, and take 320 ms since. Its policy allows 500 ms, or as said, and has a signal that tells whether it is at its limits.</summary>
    [Theory]
    [InlineData(0.5, true, "latency")]
    [InlineData(0.7, false, "latency")]
    [InlineData(double.PositiveInfinity, false, "latency")]
    [InlineData(0.5, false, "errors")]
    [InlineData(0.5, false, "latency", "cpu")]
    [InlineData(0.5, false)]
    public async Task CallsTakeLongerWhereThatExplainsHalfOfTheLatencyThatFires(double limit, bool longer, params string[] firing)
    {
        var cart = await CollectAsync([], calls: new Lasting(0.02, 0.32), latency: limit, firing: firing);
        Assert.Equal((false, longer, longer), (cart.CallsFail, cart.CallsAreWorse, cart.SlowerCalls is not null));
    }

    private static async Task<DependencyFact> CollectAsync(
        IReadOnlyList<SignalReading> seen, IncidentStatus? open = null, bool other = true, string? declared = null, ISeriesSource? calls = null, double errors = 0.05, double latency = 0.5, params string[] firing)
    {
        using var api = new FakeApi(request => Answer(request, open));
        var (caches, ct) = (SampleCaches.Of(api.Client), TestContext.Current.CancellationToken);
        var catalog = new WorkloadCatalog(caches, new FakeTime());
        await SampleCaches.FillAsync(caches.Deployments, ct);
        await SampleCaches.FillAsync(caches.ReplicaSets, ct);
        await SampleCaches.FillAsync(caches.Pods, ct);
        var incidents = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(incidents, ct);
        var (cart, board) = (catalog.Find(SampleWorkload.Key with { Name = "cart" })!, new SignalBoard());
        board.Publish([SampleContext.Well(SamplePolicy.Effective()) with { Workload = cart, Signals = seen }]);
        var hosts = new HashSet<string> { "cart" };
        var workload = SampleWorkload.RolledBack() with
        {
            Annotations = declared is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["chronosops.io/depends-on"] = declared },
            Current = SampleWorkload.OldFacts with { Hosts = hosts },
            Revisions = [SampleWorkload.NewRevision with { Facts = SampleWorkload.NewFacts with { Hosts = other ? hosts : [] } }, SampleWorkload.OldRevision with { Facts = SampleWorkload.OldFacts with { Hosts = hosts } }],
        };
        var bundle = SampleBundle.BadRelease() with { Workload = workload };
        var graph = new ServiceGraph(calls ?? new SilentSource(), TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => []);
        await graph.ReadAsync(["shop"], SampleWorkload.Now, ct);
        var policy = SamplePolicy.Effective() with
        {
            Signals = [SamplePolicy.Errors() with { Threshold = errors }, SamplePolicy.Latency() with { Threshold = latency }, SamplePolicy.Query() with { Name = "cpu", Kind = SignalKind.CpuSaturation }],
        };
        var reading = SampleContext.Well(policy) with { Signals = [.. firing.Select(signal => SampleBundle.Fires(signal, null))] };
        var request = new CollectionRequest(reading, SampleBundle.Onset, SampleWorkload.Now);
        return Assert.Single((await new DependencyCollector(catalog, board, new IncidentBook(incidents), graph).CollectAsync(bundle, request, ct)).Dependencies);
    }

    private static FakeAnswer Answer(FakeRequest request, IncidentStatus? open) => request.PathAndQuery.Split('?')[0] switch
    {
        "/apis/apps/v1/deployments" => SampleCaches.List(request, """{ "metadata": { "name": "cart", "namespace": "shop", "uid": "uid-cart" }, "spec": { "replicas": 1, "template": {} }, "status": { "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1 } }"""),
        "/apis/apps/v1/replicasets" => SampleCaches.List(request, $$"""{ "metadata": { "name": "cart-1", "namespace": "shop", "uid": "uid-cart-1", {{OwnedBy("Deployment", "cart")}} }, "spec": { "template": {} } }"""),
        "/api/v1/pods" => SampleCaches.List(request, $$"""{ "metadata": { "name": "cart-1-aaaaa", "namespace": "shop", "uid": "uid-cart-1-aaaaa", {{OwnedBy("ReplicaSet", "cart-1")}} }, "spec": { "containers": [] }, "status": { "conditions": [ { "type": "Ready", "status": "True" } ] } }"""),
        _ => open is null ? SampleCaches.List(request) : SampleCaches.List(request, JsonSerializer.Serialize(
            new Incident
            {
                Metadata = new() { Name = "cart-1", NamespaceProperty = "shop", Uid = "uid-of-cart-1" },
                Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = "cart" }, Source = IncidentSource.Operator },
                Status = open,
            }, ChronosJson.Default.Incident)),
    };

    private static string OwnedBy(string kind, string name) => $$""" "ownerReferences": [ { "kind": "{{kind}}", "name": "{{name}}", "uid": "uid-{{name}}", "controller": true } ] """;

    /// <summary>Of a hundred calls of checkout to cart, in the last quarter of a minute, so many failed.</summary>
    private sealed class Failing(double count) : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Series>>(
            [
                new Series(
                    new Dictionary<string, string> { ["namespace"] = "shop", ["client"] = "checkout", ["server"] = "cart" },
                    [new(end - step, 0), new(end, query == FailedCalls.QueryOfAll(["shop"]) ? 100 : count)]),
            ]);
    }

    /// <summary>A hundred calls of checkout to cart in every quarter of a minute, of so many seconds each until the trouble began and since.</summary>
    private sealed class Lasting(double before, double since) : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            var points = new List<Point>();
            var sum = 0.0;
            for (var at = start; at <= end; at += step)
            {
                sum += 100 * (query != FailedCalls.QueryOfSeconds(["shop"]) ? 1 : at > SampleBundle.Onset ? since : before);
                points.Add(new Point(at, sum));
            }

            return Task.FromResult<IReadOnlyList<Series>>(
                query == FailedCalls.Query(["shop"]) ? [] : [new Series(new Dictionary<string, string> { ["namespace"] = "shop", ["client"] = "checkout", ["server"] = "cart" }, points)]);
        }
    }
}
