using System.Globalization;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;
using static ChronosOps.Operator.Tests.Detection.Learnt.LearntSeries;

namespace ChronosOps.Operator.Tests.Detection.Learnt;

public sealed class LearnerTests
{
    private static readonly DateTimeOffset Now = Start.AddDays(7).AddHours(12);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheHistoryIsReadInPartsThatPrometheusGivesAndEachPointOnce()
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(Baseline()));
        await series.CatchUpAsync(series.Learner(), Now, Ct);
        Assert.All(series.Asked, query => Assert.InRange((query.End - query.Start) / Step, 0, 11_000));
        Assert.Equal(15 * 1440, series.Asked.Sum(query => ((query.End - query.Start) / Step) + 1));
        Assert.Equal((Now.AddDays(-15) + Step, Now), (series.Asked[0].Start, series.Asked[^1].End));
        Assert.All(series.Asked.Zip(series.Asked.Skip(1)), pair => Assert.Equal(pair.First.End + Step, pair.Second.Start));
        Assert.Equal(15 * 1440, series.Known()!.Baseline!.Expected!.Samples);
    }

    [Fact]
    public async Task ThenOnlyWhatIsNewIsRead()
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(Baseline()));
        var learner = series.Learner();
        await series.CatchUpAsync(learner, Now, Ct);
        series.Asked.Clear();
        await learner.LearnAsync(series.Watched(), Now.AddSeconds(45), Ct);
        Assert.Empty(series.Asked);
        await learner.LearnAsync(series.Watched(), Now.AddSeconds(70), Ct);
        Assert.Equal((Now + Step, Now + Step), (Assert.Single(series.Asked).Start, series.Asked[0].End));
    }

    [Fact]
    public async Task ANewProcessComesToTheSameWord()
    {
        var from = Now.AddHours(-1);
        double? Value(DateTimeOffset time) => time >= from ? 60 + Noise(time) : 20 + Noise(time);
        var (old, young) = (new LearntSeries(Value, Disk(Baseline())), new LearntSeries(Value, Disk(Baseline())));
        var learner = old.Learner();
        await old.CatchUpAsync(learner, Now.AddDays(-3), Ct);
        await old.CatchUpAsync(learner, Now, Ct);
        await young.CatchUpAsync(young.Learner(), Now, Ct);
        Assert.Equal((LearntState.Raised, from), (old.Known()!.Baseline!.State, old.Known()!.Baseline!.Since));
        Assert.Equal((LearntState.Raised, from), (young.Known()!.Baseline!.State, young.Known()!.Baseline!.Since));
    }

    /// <summary>What both of the last two weeks did at this hour of the week is usual, whenever the process began.</summary>
    [Theory]
    [InlineData("Sundays", 27)]
    [InlineData("Weekdays", 28)]
    public async Task AJobOfTheWeekIsStillOneForANewProcess(string days, int day)
    {
        bool Runs(DateTimeOffset time) => (time.DayOfWeek == DayOfWeek.Sunday) == (days == "Sundays") && time.DayOfWeek != DayOfWeek.Saturday && time.Hour == 3 && time.Minute < 30;
        LearntSeries Job() => new(time => Runs(time) ? 80 + Noise(time) : 20 + Noise(time), Disk(Baseline()));
        var (from, to) = (Start.AddDays(day).AddHours(2.5), Start.AddDays(day).AddHours(5));
        var old = await Job().RunAsync(from, to, Ct, startedAt: Start.AddDays(-7));
        var young = await Job().RunAsync(from, to, Ct);
        Assert.All(old, one => Assert.Equal(SignalState.Healthy, one.Reading.State));
        Assert.Equal(old.Select(one => one.Reading.State), young.Select(one => one.Reading.State));
    }

    [Fact]
    public async Task OfATrendAloneSevenDaysAreRead()
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(trend: new EffectiveTrend(100, false, TimeSpan.FromHours(4))));
        await series.CatchUpAsync(series.Learner(), Now, Ct);
        Assert.Equal((Now.AddDays(-7) + Step, Now), (series.Asked[0].Start, series.Asked[^1].End));
    }

    [Fact]
    public async Task WhatCouldNotBeReadIsReadTheNextTime()
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(Baseline()));
        var learner = series.Learner();
        await series.CatchUpAsync(learner, Now, Ct);
        series.Fails = new SeriesUnavailableException("Timeout", "no answer within 5s");
        var round = await learner.LearnAsync(series.Watched(), Now.AddMinutes(30), Ct);
        Assert.Equal((false, "Timeout"), (round.IsBehind, Assert.Single(round.Failures).Reason));
        series.Fails = null;
        await learner.LearnAsync(series.Watched(), Now.AddMinutes(40), Ct);
        Assert.Equal((Now + Step, Now.AddMinutes(40)), (series.Asked[^1].Start, series.Asked[^1].End));
    }

    [Fact]
    public async Task AHistoryThatIsTooLargeIsReadInShorterParts()
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(Baseline())) { MostSteps = 400 };
        var learner = series.Learner();
        while (series.Known()?.Baseline?.Expected?.Samples is null or < 15 * 1440)
        {
            Assert.InRange(series.Asked.Count, 0, 80);
            await learner.LearnAsync(series.Watched(), Now, Ct);
        }

        Assert.Equal([1440, 720, 360, 360], series.Asked.Take(4).Select(query => (int)((query.End - query.Start) / Step) + 1));
    }

    [Fact]
    public async Task OneQueryServesTheWorkloadsOfAllNamespaces()
    {
        var (source, board) = (new Pods(20), new LearntBoard(Step));
        var (learner, watched) = (new Learner(source, board), Pods.Watched(20));
        while ((await learner.LearnAsync(watched, Now, Ct)).IsBehind)
        {
            // The next part.
        }

        Assert.Equal(15, source.Asked.Count);
        Assert.Equal(Enumerable.Range(0, 20).Select(k => (double)k), watched.Select(pair => Math.Round(board.Find(pair.Workload.Key, pair.Policy.Signals[0])!.Baseline!.Expected!.High)));
        await learner.LearnAsync(watched, Now + Step, Ct);
        Assert.Equal(16, source.Asked.Count);
    }

    /// <summary>However many workloads there are, no more than 200,000 values are asked for at once.</summary>
    [Fact]
    public async Task TheMoreWorkloadsThereAreTheShorterAreTheParts()
    {
        var (source, watched) = (new Pods(0), Pods.Watched(3000));
        Assert.True((await new Learner(source, new LearntBoard(Step)).LearnAsync(watched, Now, Ct)).IsBehind);
        Assert.True(source.Asked.Count > 1);
        Assert.All(source.Asked, asked => Assert.InRange(asked.Steps, 120, 200_000 / asked.Namespaces.Length));
        Assert.Equal(watched.Select(pair => pair.Workload.Key.Namespace).Order(StringComparer.Ordinal), source.Asked.SelectMany(asked => asked.Namespaces));
    }

    [Fact]
    public async Task ANamespaceThatCannotBeReadHoldsUpNoOther()
    {
        var (source, board, watched) = (new Pods(4) { Refused = "team-0002" }, new LearntBoard(Step), Pods.Watched(4));
        var learner = new Learner(source, board, new SpannedReader());
        while ((await learner.LearnAsync(watched, Now, Ct)) is { IsBehind: true } round)
        {
            Assert.Equal("TooLarge", Assert.Single(round.Failures).Reason);
        }

        Assert.Equal([true, true, false, true], watched.Select(pair => board.Find(pair.Workload.Key, pair.Policy.Signals[0]) is not null));
    }

    [Fact]
    public async Task AnotherJudgementIsLearntAnewAndTheOldOneSaysNothingAnyMore()
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(Baseline()));
        var learner = series.Learner();
        await series.CatchUpAsync(learner, Now, Ct);
        var changed = new LearntSeries(time => 20 + Noise(time), Disk(Baseline(BaselineDirection.Both)));
        Assert.True((await learner.LearnAsync(changed.Watched(), Now, Ct)).IsBehind);
        Assert.Null(series.Known());
    }

    /// <summary>Two weeks are not thrown away for it, and there is no gap.</summary>
    [Fact]
    public async Task AnotherLimitOrAnotherForChangesNothingThatWasLearnt()
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(Baseline()));
        var learner = series.Learner();
        await series.CatchUpAsync(learner, Now, Ct);
        var changed = new LearntSeries(time => 20 + Noise(time), Disk(Baseline(), threshold: 50) with { For = TimeSpan.FromMinutes(5), Grace = TimeSpan.FromMinutes(5), AllMustAgree = true });
        Assert.False((await learner.LearnAsync(changed.Watched(), Now, Ct)).IsBehind);
        Assert.Equal(15 * 1440, series.Known()!.Baseline!.Expected!.Samples);
    }

    [Fact]
    public async Task WhatIsNotWatchedAnyMoreIsForgotten()
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(Baseline()));
        var learner = series.Learner();
        await series.CatchUpAsync(learner, Now, Ct);
        await learner.LearnAsync([], Now, Ct);
        Assert.Null(series.Known());
    }

    [Theory]
    [InlineData("checkout-5f8d6c7b9-zzzz2", true)]
    [InlineData("checkout-api-5f8d6c7b9-zzzz2", false)]
    [InlineData("checkout-0", false)]
    [InlineData("check-5f8d6c7b9-zzzz2", false)]
    public async Task PodsThatAreLongGoneTellOfTheirWorkloadByTheirName(string pod, bool own)
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(Baseline())) { Labels = new Dictionary<string, string> { ["namespace"] = "shop", ["pod"] = pod } };
        await series.CatchUpAsync(series.Learner(), Now, Ct);
        Assert.Equal(own, series.Known()?.Baseline is not null);
    }

    [Fact]
    public async Task OfRequestsTheShareOfErrorsIsLearnt()
    {
        var source = new Counters();
        var board = new LearntBoard(Step);
        var learner = new Learner(source, board);
        var signal = SamplePolicy.Errors() with { Baseline = Baseline() };
        IReadOnlyList<(WorkloadSnapshot, EffectivePolicy)> watched = [(SampleWorkload.Settled(), SamplePolicy.Effective() with { Signals = [signal] })];
        while ((await learner.LearnAsync(watched, Now, Ct)).IsBehind)
        {
            // The next part.
        }

        var known = board.Find(SampleWorkload.Key, signal)!.Baseline!;
        Assert.Equal(LearntState.Calm, known.State);
        Assert.StartsWith("2% errors, usual are ", known.Message, StringComparison.Ordinal);
        Assert.Equal(15 * 1440, known.Expected!.Samples);
    }

    /// <summary>So many namespaces with a pod each, of which the memory is the number of the namespace.</summary>
    private sealed class Pods(int there) : ISeriesSource
    {
        public List<(string[] Namespaces, int Steps)> Asked { get; } = [];

        /// <summary>A namespace that is too large.</summary>
        public string? Refused { get; init; }

        public static IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> Watched(int count) =>
        [
            .. from k in Enumerable.Range(0, count)
               let ns = $"team-{k:0000}"
               let signal = SamplePolicy.Query(1) with { Kind = SignalKind.MemorySaturation, Query = null, Baseline = Baseline() }
               select (SampleWorkload.Settled() with { Key = SampleWorkload.Key with { Namespace = ns } }, SamplePolicy.Effective() with { Namespace = ns, Signals = [signal] }),
        ];

        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            if (query.StartsWith("max by (namespace)", StringComparison.Ordinal))
            {
                return Task.FromResult<IReadOnlyList<Series>>([]);
            }

            var asked = query[(query.IndexOf('"', StringComparison.Ordinal) + 1)..].Split('"')[0].Split('|');
            if (asked.Contains(Refused))
            {
                throw new SeriesUnavailableException("TooLarge", "too many samples");
            }

            var count = (int)((end - start) / step) + 1;
            Asked.Add((asked, count));
            return Task.FromResult<IReadOnlyList<Series>>([.. asked.Take(there).Select(ns => new Series(
                new Dictionary<string, string> { ["namespace"] = ns, ["pod"] = "checkout-5f8d6c7b9-zzzz2" }, [.. Enumerable.Range(0, count).Select(k => new Point(start + (k * step), int.Parse(ns[5..], CultureInfo.InvariantCulture)))]))]);
        }
    }

    /// <summary>600 requests a minute, of which 12 fail.</summary>
    private sealed class Counters : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            if (query == Freshness.Query.Text(["shop"]))
            {
                return Task.FromResult<IReadOnlyList<Series>>([]);
            }

            var perMinute = query == TrafficQueries.Requests(["shop"]) ? 600 : 12;
            return Task.FromResult<IReadOnlyList<Series>>([new Series(new Dictionary<string, string> { ["namespace"] = "shop", ["pod"] = "checkout-5f8d6c7b9-zzzz2" },
                [.. Enumerable.Range(0, (int)((end - start) / step) + 1).Select(k => start + (k * step)).Select(time => new Point(time, (time - Start.AddDays(-8)).TotalMinutes * perMinute))])]);
        }
    }
}
