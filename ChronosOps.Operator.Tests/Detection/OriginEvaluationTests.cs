using System.Collections.Concurrent;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>Policies of several tenants, that come, go and change while the operator runs.</summary>
public sealed class OriginEvaluationTests
{
    private const string Pod = "checkout-5f8d6c7b9-oooo1";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly SeriesOrigin A = new() { Tenant = "a" };
    private static readonly SeriesOrigin B = new() { Tenant = "b" };
    private readonly Tenants _tenants = new();
    private readonly Evaluation _evaluation;

    public OriginEvaluationTests() => _evaluation = new Evaluation(_tenants, Interval);

    [Fact]
    public async Task APolicysSeriesAreThoseOfItsTenantEvenWhereAnotherHasTheSameNamespaceAndPod()
    {
        _tenants.Errors[A] = 0;
        _tenants.Errors[B] = 50;
        var readings = await RunAsync(Policy("shop", A), Policy("bank", B), Policy("till", A));
        Assert.Equal([("bank", SignalState.Firing), ("shop", SignalState.Healthy), ("till", SignalState.Healthy)], readings.Select(StateOf).Order());
    }

    [Fact]
    public async Task EverySignalIsOneQueryATenantHoweverManyPoliciesAndNamespaces()
    {
        await RunAsync([.. Enumerable.Range(0, 40).Select(k => Policy($"ns{k}", k % 2 == 0 ? A : B) with { Signals = [SamplePolicy.Errors(), Memory()] })]);
        Assert.Equal(8, _tenants.Asked.Count);
        Assert.All(_tenants.Asked.GroupBy(one => one.Origin), tenant => Assert.Equal(4, tenant.Count()));
        Assert.All(_tenants.Asked, one => Assert.Equal(one.Origin == A, one.Query.Contains("ns0|", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ATenantThatCannotBeReadIsUnknownAloneAndTheOthersAreJudged()
    {
        _tenants.Errors[B] = 50;
        var readings = await RunAsync(Policy("shop", A), Policy("bank", B));
        Assert.Equal([("bank", SignalState.Firing), ("shop", SignalState.Unknown)], readings.Select(StateOf).Order());
        Assert.Equal([true, false], readings.OrderBy(reading => reading.Workload.Key.Namespace == "bank").Select(reading => reading.SourceFailed));
    }

    /// <summary>An evaluation has no memory: what a trouble was since is read from whichever tenant has it now.</summary>
    [Fact]
    public async Task AChangeOfTenantTakesEffectAtTheNextEvaluationWithoutAGap()
    {
        (_tenants.Errors[A], _tenants.Errors[B]) = (50, 50);
        var before = Assert.Single(await RunAsync(Policy("shop", A)));
        _tenants.Asked.Clear();
        var after = Assert.Single(await RunAsync(Policy("shop", B) with { Generation = 2 }));
        Assert.Equal((SignalState.Firing, SignalState.Firing), (StateOf(before).State, StateOf(after).State));
        Assert.Equal(before.Signals[0].Since, after.Signals[0].Since);
        Assert.All(_tenants.Asked, one => Assert.Equal(B, one.Origin));
    }

    [Fact]
    public async Task PoliciesThatComeAreJudgedAtOnceAndThoseThatGoAreAskedForNoMore()
    {
        _tenants.Errors[A] = 50;
        await RunAsync(Policy("shop", A));
        Assert.Equal(2, (await RunAsync(Policy("shop", A), Policy("bank", A))).Count(reading => StateOf(reading).State == SignalState.Firing));
        _tenants.Asked.Clear();
        Assert.Equal("bank", StateOf(Assert.Single(await RunAsync(Policy("bank", A)))).Namespace);
        Assert.DoesNotContain(_tenants.Asked, one => one.Query.Contains("shop", StringComparison.Ordinal));
        _tenants.Asked.Clear();
        Assert.Empty(await RunAsync());
        Assert.Empty(_tenants.Asked);
    }

    [Fact]
    public async Task ASignalThatIsAddedIsJudgedOverItsWholePast()
    {
        _tenants.Errors[A] = 50;
        await RunAsync(Policy("shop", A) with { Signals = [] });
        Assert.Equal(SignalState.Firing, StateOf(Assert.Single(await RunAsync(Policy("shop", A)))).State);
    }

    /// <summary>What one preset measures in many namespaces is read together, and each workload gets its own.</summary>
    [Fact]
    public async Task APresetOfManyNamespacesIsAttributedByNamespaceAndPod()
    {
        _tenants.Errors[A] = 0;
        _tenants.Memory = ns => ns == "bank" ? 0.95 : 0.1;
        var readings = await RunAsync([.. new[] { "shop", "bank", "till" }.Select(ns => Policy(ns, A) with { Signals = [Memory()], KnownGoodRequests = 0 })]);
        Assert.Equal([("bank", SignalState.Firing), ("shop", SignalState.Healthy), ("till", SignalState.Healthy)], readings.Select(StateOf).Order());
        Assert.Equal([0.95, 0.1, 0.1], readings.OrderBy(reading => reading.Policy.Namespace).Select(reading => reading.Signals[0].Value!.Value));
    }

    private static (string Namespace, SignalState State) StateOf(WorkloadReading reading) => (reading.Workload.Key.Namespace, reading.Signals[0].State);

    private static EffectivePolicy Policy(string ns, SeriesOrigin origin) =>
        SamplePolicy.Effective() with { Namespace = ns, Uid = ns, Origin = origin, Signals = [SamplePolicy.Errors()] };

    private static EffectiveSignal Memory() => SamplePolicy.Query(0.9) with { Kind = SignalKind.MemorySaturation, Query = null };

    private Task<IReadOnlyList<WorkloadReading>> RunAsync(params EffectivePolicy[] policies) => _evaluation.RunAsync(
        [.. policies.Select(policy => (SampleWorkload.Settled() with { Key = SampleWorkload.Key with { Namespace = policy.Namespace }, Uid = policy.Namespace }, policy))],
        SampleWorkload.Now, TestContext.Current.CancellationToken);

    /// <summary>100 requests a step in every namespace that is asked for, of which so many fail; a tenant without a number does not answer.</summary>
    private sealed class Tenants : ISeriesSources
    {
        public Dictionary<SeriesOrigin, int> Errors { get; } = [];
        public Func<string, double>? Memory { get; set; }
        public ConcurrentBag<(SeriesOrigin Origin, string Query)> Asked { get; } = [];

        public ISeriesSource Of(SeriesOrigin origin) => new Tenant(this, origin);

        private sealed class Tenant(Tenants all, SeriesOrigin origin) : ISeriesSource
        {
            public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
            {
                await Task.Yield();
                all.Asked.Add((origin, query));
                var errors = all.Errors.TryGetValue(origin, out var known) ? known : throw new SeriesUnavailableException("Timeout", "no answer");
                string[] named = [.. query.Split("namespace=")[1].TrimStart('~').Split('"')[1].Split('|')];
                return query.Contains("timestamp(", StringComparison.Ordinal) ? []
                    : query.Contains("memory", StringComparison.Ordinal) ? [.. named.Select(ns => Series(ns, start, end, step, _ => all.Memory?.Invoke(ns) ?? 0))]
                    : [.. named.Select(ns => Series(ns, start, end, step, k => k * (query.Contains("5..", StringComparison.Ordinal) ? errors : 100)))];
            }

            private static Series Series(string ns, DateTimeOffset start, DateTimeOffset end, TimeSpan step, Func<int, double> value) => new(
                new Dictionary<string, string> { ["namespace"] = ns, ["pod"] = Pod },
                [.. Enumerable.Range(0, (int)((end - start) / step) + 1).Select(k => new Point(start + (k * step), value(k)))]);
        }
    }
}
