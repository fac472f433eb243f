using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class EvaluationTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task ABadReleaseIsSeenInTheSeries()
    {
        var source = new FakeSource(query => query == TrafficQueries.Requests(["shop"]) ? [Counter("checkout-7c9b4d8f6-nnnn1", 20), Counter("checkout-5f8d6c7b9-oooo1", 100)]
            : query == TrafficQueries.Errors(["shop"]) ? [Counter("checkout-7c9b4d8f6-nnnn1", 8)] : []);
        var reading = Assert.Single(await RunAsync(source, Watched(SamplePolicy.Effective())));
        var errors = reading.Signals.Single(signal => signal.Signal == "errors");
        Assert.Equal((SignalState.Firing, SampleWorkload.New), (errors.State, errors.Revision));
        Assert.Null(reading.SeriesError);
    }

    [Fact]
    public async Task AnAbsentErrorSeriesIsHealthyWhereRequestsAreServed()
    {
        var source = new FakeSource(query => query == TrafficQueries.Requests(["shop"]) ? [Counter("checkout-5f8d6c7b9-oooo1", 100)] : []);
        var reading = Assert.Single(await RunAsync(source, Watched(SamplePolicy.Effective())));
        Assert.Equal(SignalState.Healthy, reading.Signals.Single(signal => signal.Signal == "errors").State);
    }

    [Fact]
    public async Task TheNumberOfQueriesDoesNotGrowWithPoliciesAndWorkloads()
    {
        var one = new FakeSource(_ => []);
        await RunAsync(one, Watched(SamplePolicy.Effective()));
        var many = new FakeSource(_ => []);
        var watched = from ns in Enumerable.Range(0, 20)
                      from workload in Enumerable.Range(0, 20)
                      let policy = SamplePolicy.Effective() with { Namespace = $"ns{ns}", Name = $"policy{workload}" }
                      select (SampleWorkload.Rolling() with { Key = new WorkloadKey(WorkloadKind.Deployment, $"ns{ns}", $"app{workload}") }, policy);
        var readings = await RunAsync(many, [.. watched]);
        Assert.Equal(400, readings.Count);
        Assert.Equal(4, one.Queries.Count);
        Assert.Equal(one.Queries.Count, many.Queries.Count);
    }

    [Fact]
    public async Task TheSameQueryOfManyPoliciesIsAskedOnce()
    {
        var source = new FakeSource(_ => []);
        var policies = Enumerable.Range(0, 10).Select(k => SamplePolicy.Effective() with { Name = $"policy{k}", Signals = [SamplePolicy.Query()], KnownGoodRequests = 0 });
        await RunAsync(source, [.. policies.SelectMany(Watched)]);
        Assert.Equal(new[] { SamplePolicy.Query().Query!, Freshness.Query.Text(["shop"]) }.Order(), source.Queries.Order());
    }

    [Fact]
    public async Task DurationsAreOnlyAskedForWhereAPolicyWantsThem()
    {
        var source = new FakeSource(_ => []);
        await RunAsync(source, Watched(SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors()] }));
        Assert.Equal(new[] { TrafficQueries.Requests(["shop"]), TrafficQueries.Errors(["shop"]), Freshness.Query.Text(["shop"]) }.Order(), source.Queries.Order());
    }

    [Fact]
    public async Task WithoutWorkloadsNothingIsAsked()
    {
        var source = new FakeSource(_ => []);
        Assert.Empty(await RunAsync(source, []));
        Assert.Empty(source.Queries);
    }

    [Fact]
    public async Task WhereTheSeriesCannotBeReadEveryMeasuredSignalIsUnknown()
    {
        var policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors(), SamplePolicy.Latency(), SamplePolicy.Query()] };
        var reading = Assert.Single(await RunAsync(Failing(), Watched(policy)));
        var measured = reading.Signals.Where(signal => !signal.IsKubernetesSign).ToList();
        Assert.Equal(3, measured.Count);
        Assert.All(measured, signal => Assert.Equal(SignalState.Unknown, signal.State));
        Assert.Equal("Timeout: no answer within 5s", reading.SeriesError);
    }

    [Fact]
    public async Task WhereTheSeriesCannotBeReadContainerStatesAreStillJudged()
    {
        var crashing = SampleWorkload.Rolling() with
        {
            Pods = [SampleWorkload.Pod("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New, SampleWorkload.At(-30), false, SampleWorkload.Container(false) with { WaitingReason = "CrashLoopBackOff" })],
        };
        var reading = Assert.Single(await RunAsync(Failing(), [(crashing, SamplePolicy.Effective())]));
        Assert.Equal([PodSigns.CrashLoop], reading.Firing.Select(signal => signal.Signal));
    }

    [Fact]
    public async Task AQueryThatFailsLeavesTheOtherSignalsAlone()
    {
        var policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors(), SamplePolicy.Query()] };
        var source = new FakeSource(query => query == SamplePolicy.Query().Query ? throw new SeriesUnavailableException("Timeout", "no answer within 5s")
            : query == TrafficQueries.Requests(["shop"]) ? [Counter("checkout-5f8d6c7b9-oooo1", 100)] : []);
        var reading = Assert.Single(await RunAsync(source, Watched(policy)));
        Assert.Equal(SignalState.Healthy, reading.Signals.Single(signal => signal.Signal == "errors").State);
        Assert.Equal(SignalState.Unknown, reading.Signals.Single(signal => signal.Signal == "queue").State);
        Assert.NotNull(reading.SeriesError);
    }

    /// <summary>What one team asks wrongly, or too heavily, says nothing of the source that all share while it answers what is asked for everyone.</summary>
    [Theory]
    [InlineData("BadQuery", true, false)]
    [InlineData("TooLarge", true, false)]
    [InlineData("Timeout", true, false)]
    [InlineData("Timeout", false, true)]
    [InlineData("Unreachable", false, true)]
    public async Task OnlyAQueryThatIsNotAtFaultItselfSpeaksAgainstTheSource(string reason, bool answersOthers, bool failed)
    {
        var source = new FakeSource(query => query == SamplePolicy.Query().Query || (!answersOthers && query == Freshness.Query.Text(["shop"])) ? throw new SeriesUnavailableException(reason, "no") : []);
        var reading = Assert.Single(await RunAsync(source, Watched(SamplePolicy.Effective() with { Signals = [SamplePolicy.Query()] })));
        Assert.Equal(($"{reason}: no", failed), (reading.SeriesError, reading.SourceFailed));
    }

    [Fact]
    public async Task AQueryThatFailsIsNoErrorOfAPolicyWithoutSignals()
    {
        var silent = SamplePolicy.Effective() with { Name = "silent", Signals = [], KnownGoodRequests = 0 };
        var counting = silent with { Name = "counting", KnownGoodRequests = 100 };
        var readings = await RunAsync(Failing(), [.. Watched(SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors()] }), .. Watched(silent), .. Watched(counting)]);
        Assert.Equal(["checkout"], readings.Where(reading => reading.SeriesError is not null).Select(reading => reading.Policy.Name));
        Assert.NotNull(readings.Single(reading => reading.Policy.Name == "counting").RequestsError);
    }

    [Fact]
    public async Task RequestsThatCannotBeReadAreNoErrorOfAPolicyWithAQueryAlone()
    {
        var policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Query()] };
        var source = new FakeSource(query => query == SamplePolicy.Query().Query ? [] : throw new SeriesUnavailableException("Timeout", "no answer within 5s"));
        var reading = Assert.Single(await RunAsync(source, Watched(policy)));
        Assert.Null(reading.SeriesError);
        Assert.Equal("Timeout: no answer within 5s", reading.RequestsError);
    }

    [Fact]
    public async Task StepsLieOnWholeMultiplesOfTheInterval()
    {
        var source = new FakeSource(_ => []);
        await new Evaluation(source, Interval, new LearntBoard(Interval * 4)).RunAsync(Watched(SamplePolicy.Effective()), SampleWorkload.At(3.7), TestContext.Current.CancellationToken);
        Assert.All(source.Ranges, range => Assert.Equal((SampleWorkload.Now, Interval), (range.End, range.Step)));
        Assert.All(source.Ranges.Where(range => range.Start < range.End), range => Assert.True(range.End - range.Start >= TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task ALongWindowIsReadInLongerSteps()
    {
        var source = new FakeSource(_ => []);
        var policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors() with { Window = TimeSpan.FromHours(1) }] };
        await RunAsync(source, Watched(policy));
        Assert.All(source.Ranges.Where(range => range.Start < range.End), range => Assert.InRange((range.End - range.Start) / range.Step, 1, 62));
    }

    /// <summary>They are most of what an evaluation holds, and judging adds as much again.</summary>
    [Fact]
    public async Task TheCountersAreLetGoBeforeAnythingIsJudged()
    {
        var source = new WatchedSource(() => [Counter("checkout-7c9b4d8f6-nnnn1", 20), Counter("checkout-5f8d6c7b9-oooo1", 100)]);
        var reading = Assert.Single(await RunAsync(source, Watched(SamplePolicy.Effective())));
        Assert.NotEmpty(reading.Traffic.ByRevision);
        Assert.Equal((4, 0), (source.Given, source.Left));
    }

    [Fact]
    public async Task WhatWasWorkedOutForAPolicyIsLetGoWithIt()
    {
        var evaluation = new Evaluation(new FakeSource(_ => []), Interval);
        var (gone, stays) = (await EvaluateAsync(evaluation, "gone"), SamplePolicy.Effective());
        await evaluation.RunAsync(Watched(stays), SampleWorkload.Now, TestContext.Current.CancellationToken);
        GC.Collect();
        Assert.False(gone.IsAlive);
        GC.KeepAlive(evaluation);
    }

    /// <summary>A round with one policy, of a tenant of its own.</summary>
    private static async Task<WeakReference> EvaluateAsync(Evaluation evaluation, string tenant)
    {
        var policy = SamplePolicy.Effective() with { Origin = new SeriesOrigin { Tenant = tenant } };
        await evaluation.RunAsync(Watched(policy), SampleWorkload.Now, TestContext.Current.CancellationToken);
        return new WeakReference(policy);
    }

    private static IReadOnlyList<(WorkloadSnapshot, EffectivePolicy)> Watched(EffectivePolicy policy) => [(SampleWorkload.Rolling(), policy)];

    private static Task<IReadOnlyList<WorkloadReading>> RunAsync(ISeriesSource source, IReadOnlyList<(WorkloadSnapshot, EffectivePolicy)> watched) =>
        new Evaluation(source, Interval, new LearntBoard(Interval * 4)).RunAsync(watched, SampleWorkload.Now, TestContext.Current.CancellationToken);

    private static FakeSource Failing() => new(_ => throw new SeriesUnavailableException("Timeout", "no answer within 5s"));

    private static Series Counter(string pod, double by) => new(
        new Dictionary<string, string> { ["namespace"] = "shop", ["pod"] = pod },
        [.. Enumerable.Range(0, 60).Select(k => new Point(SampleWorkload.At(5 * (k - 59)), 1000 + (by * k)))]);

    private sealed class FakeSource(Func<string, IReadOnlyList<Series>> answer) : ISeriesSource
    {
        public List<string> Queries { get; } = [];
        public List<(DateTimeOffset Start, DateTimeOffset End, TimeSpan Step)> Ranges { get; } = [];

        public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            await Task.Yield();
            lock (Queries)
            {
                Queries.Add(query);
                Ranges.Add((start, end, step));
            }

            return answer(query);
        }
    }

    /// <summary>Counts which of the counters that it gave are left when a workload is judged, which is when its clock is asked for.</summary>
    private sealed class WatchedSource(Func<IReadOnlyList<Series>> answer) : ISeriesSource
    {
        private readonly List<WeakReference> _given = [];

        public int Given => _given.Count;

        public int Left { get; private set; } = -1;

        public TimeSpan? ClockAhead
        {
            get
            {
                GC.Collect();
                Left = _given.Count(one => one.IsAlive);
                return null;
            }
        }

        public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (query != TrafficQueries.Requests(["shop"]) && query != TrafficQueries.Errors(["shop"]))
            {
                return [];
            }

            var series = answer();
            lock (_given)
            {
                _given.AddRange(series.Select(one => new WeakReference(one)));
            }

            return series;
        }
    }
}
