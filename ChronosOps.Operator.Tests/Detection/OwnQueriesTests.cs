using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>Several teams, each in its namespace, whose policies bring queries along; all share one Prometheus.</summary>
public sealed class OwnQueriesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private readonly FakeTime _time = new(SampleWorkload.Now);
    private readonly Shared _source = new();

    [Theory]
    [InlineData(4, 7.5)]
    [InlineData(60, 60)]
    public void HalfOfTheIntervalIsTheirsAndTheTimeOfOneQueryAtLeast(int timeout, double seconds) =>
        Assert.Equal(seconds, OwnQueryLimits.Of(Interval, TimeSpan.FromSeconds(timeout), _time).Deadline.TotalSeconds);

    [Fact]
    public async Task WhatIsNotAnsweredByTheDeadlineIsUnknownAlone()
    {
        _source.IsSlow = query => query.Namespace == "slow";
        var evaluation = Evaluation();
        var run = evaluation.RunAsync([.. Team("slow", 3), .. Team("well", 3)], _time.GetUtcNow(), Ct);
        await UntilAsync(() => _source.Asked.Count == 6);
        Assert.False(run.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(7.5));
        var readings = await run;
        Assert.All(Signals(readings, "well"), signal => Assert.Equal(SignalState.Healthy, signal.State));
        Assert.All(Signals(readings, "slow"), signal => Assert.Equal("the series could not be read: Timeout: the policies' own queries took longer than 7.5 s together, and this one is not waited for", signal.Message));
        Assert.All(readings, reading => Assert.False(reading.SourceFailed));
    }

    /// <summary>However many slow ones there are, as many can be asked beside them.</summary>
    [Fact]
    public async Task SlowQueriesOfOneNamespaceLeaveRoomForThoseOfTheOthers()
    {
        _source.IsSlow = query => query.Namespace == "slow";
        var run = Evaluation().RunAsync([.. Team("slow", 100), .. Team("well", 100)], _time.GetUtcNow(), Ct);
        await UntilAsync(() => _source.Asked.Count(one => one.Namespace == "well") == 100);
        Assert.Equal(4, _source.Asked.Count(one => one.Namespace == "slow"));
        _time.Advance(TimeSpan.FromSeconds(7.5));
        Assert.All(Signals(await run, "well"), signal => Assert.Equal(SignalState.Healthy, signal.State));
    }

    [Fact]
    public async Task ANamespaceAloneHasAllTheRoom()
    {
        _source.IsSlow = _ => true;
        var run = Evaluation().RunAsync(Team("slow", 100), _time.GetUtcNow(), Ct);
        await UntilAsync(() => _source.Asked.Count == 8);
        _time.Advance(TimeSpan.FromSeconds(7.5));
        Assert.All(Signals(await run, "slow"), signal => Assert.Equal(SignalState.Unknown, signal.State));
        Assert.Equal(8, _source.Asked.Count);
    }

    /// <summary>Of another length of step, too: it does not wait until those before it have used up the time.</summary>
    [Fact]
    public async Task PoliciesThatLookFurtherBackAreNotLeftWithWhatTheOthersLeave()
    {
        _source.IsSlow = query => query.Namespace == "slow";
        var far = Team("well", 1).Select(pair => (pair.Workload, pair.Policy with { Signals = [.. pair.Policy.Signals.Select(signal => signal with { Window = TimeSpan.FromHours(1) })] }));
        var run = Evaluation().RunAsync([.. Team("slow", 1), .. far], _time.GetUtcNow(), Ct);
        await UntilAsync(() => _source.Asked.Count == 2);
        _time.Advance(TimeSpan.FromSeconds(7.5));
        Assert.Equal(SignalState.Healthy, Assert.Single(Signals(await run, "well")).State);
    }

    [Fact]
    public async Task WhatIsTooMuchOfANamespaceIsToldOfThatQueryAloneAndNotAskedForForAWhile()
    {
        _source.SeriesOf = query => query is ("huge", "huge-1") ? 400 : 1;
        var (evaluation, watched) = (Evaluation(namespaceBytes: 64 * 1024, allBytes: 1 << 20), Team("huge", 3).Concat(Team("well", 3)).ToList());
        for (var tick = 0; tick < 3; tick++)
        {
            var readings = await evaluation.RunAsync(watched, SampleWorkload.Now, Ct);
            Assert.All(Signals(readings, "well"), signal => Assert.Equal(SignalState.Healthy, signal.State));
            Assert.Equal([SignalState.Healthy, SignalState.Unknown, SignalState.Healthy], Signals(readings, "huge").Select(signal => signal.State));
            Assert.Contains("TooLarge: the own queries of namespace huge give more than the 64 KiB that they may take together", Signals(readings, "huge")[1].Message, StringComparison.Ordinal);
        }

        Assert.Equal((1, 3), (_source.Asked.Count(one => one.Query == "huge-1"), _source.Asked.Count(one => one.Query == "huge-2")));
        await evaluation.RunAsync(watched, SampleWorkload.Now + TimeSpan.FromMinutes(5), Ct);
        Assert.Equal(2, _source.Asked.Count(one => one.Query == "huge-1"));
    }

    /// <summary>Two queries that each could be answered alone, but not both.</summary>
    [Fact]
    public async Task TheAnswersOfANamespaceCountTogether()
    {
        _source.SeriesOf = query => query.Namespace == "huge" ? 200 : 1;
        var readings = await Evaluation(namespaceBytes: 64 * 1024, allBytes: 1 << 20).RunAsync([.. Team("huge", 2), .. Team("well", 2)], SampleWorkload.Now, Ct);
        Assert.Equal([SignalState.Healthy, SignalState.Unknown], Signals(readings, "huge").Select(signal => signal.State));
        Assert.All(Signals(readings, "well"), signal => Assert.Equal(SignalState.Healthy, signal.State));
    }

    /// <summary>What all may take is divided, whoever comes first.</summary>
    [Fact]
    public async Task WhereThereAreManyNamespacesEachHasAnEqualPart()
    {
        _source.SeriesOf = query => query.Namespace == "z" ? 1 : 100;
        List<(WorkloadSnapshot, EffectivePolicy)> watched = [.. "abcdefghijz".SelectMany(name => Team($"{name}", 1))];
        var readings = await Evaluation(namespaceBytes: 64 * 1024, allBytes: 128 * 1024).RunAsync(watched, SampleWorkload.Now, Ct);
        Assert.Equal([.. Enumerable.Repeat(SignalState.Unknown, 10), SignalState.Healthy], readings.OrderBy(reading => reading.Policy.Namespace).Select(reading => reading.Signals[0].State));
    }

    [Fact]
    public void ThoseOfTheNamespacesAreAskedInTurnAndAnotherBeginsEachTime()
    {
        List<OwnQuery> queries = [.. new[] { "a1", "a2", "a3", "b1", "c1", "c2" }.Select(name => new OwnQuery(name[..1], name, default))];
        Assert.Equal(["a1", "b1", "c1", "a2", "c2", "a3"], OwnQueries.InTurn(queries, 0).Select(one => one.Query));
        Assert.Equal(["b1", "c1", "a1", "c2", "a2", "a3"], OwnQueries.InTurn(queries, 1).Select(one => one.Query));
        Assert.Equal(["c2", "a2", "b1", "c1", "a3", "a1"], OwnQueries.InTurn(queries, 5).Select(one => one.Query));
        Assert.Empty(OwnQueries.InTurn([], 5));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static List<SignalReading> Signals(IReadOnlyList<WorkloadReading> readings, string ns) =>
        [.. readings.Where(reading => reading.Policy.Namespace == ns).SelectMany(reading => reading.Signals).Where(signal => !signal.IsKubernetesSign)];

    /// <summary>A workload with so many queries.</summary>
    private static List<(WorkloadSnapshot Workload, EffectivePolicy Policy)> Team(string ns, int queries) =>
    [
        (SampleWorkload.Settled() with { Key = SampleWorkload.Key with { Namespace = ns }, Uid = ns },
            SamplePolicy.Effective() with
            {
                Namespace = ns,
                Uid = ns,
                KnownGoodRequests = 0,
                Signals = [.. Enumerable.Range(0, queries).Select(k => SamplePolicy.Query(query: $"{ns}-{k}") with { Name = $"{ns}-{k:000}" })],
            }),
    ];

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var k = 0; !holds(); k++)
        {
            Assert.InRange(k, 0, 5000);
            await Task.Delay(1, Ct);
        }
    }

    private Evaluation Evaluation(long namespaceBytes = 8 << 20, long allBytes = 32 << 20) =>
        new(_source, Interval, limits: OwnQueryLimits.Of(Interval, TimeSpan.FromSeconds(4), _time) with { NamespaceBytes = namespaceBytes, AllBytes = allBytes });

    /// <summary>Tells whose query it is by its text; answers nothing to those for everyone.</summary>
    private sealed class Shared : ISeriesSource
    {
        private readonly List<(string Namespace, string Query)> _asked = [];

        public Func<(string Namespace, string Query), bool> IsSlow { get; set; } = _ => false;

        public Func<(string Namespace, string Query), int> SeriesOf { get; set; } = _ => 1;

        public IReadOnlyList<(string Namespace, string Query)> Asked
        {
            get
            {
                lock (_asked)
                {
                    return [.. _asked];
                }
            }
        }

        public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            if (query.Contains('{', StringComparison.Ordinal))
            {
                return [];
            }

            var one = (query.Split('-')[0], query);
            lock (_asked)
            {
                _asked.Add(one);
            }

            await (IsSlow(one) ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.CompletedTask);
            return [.. Enumerable.Range(0, SeriesOf(one)).Select(k => new Series(
                new Dictionary<string, string> { ["pod"] = "checkout-5f8d6c7b9-oooo1", ["queue"] = $"{k}" },
                [.. Enumerable.Range(0, (int)((end - start) / step) + 1).Select(at => new Point(start + (at * step), 1))]))];
        }
    }
}
