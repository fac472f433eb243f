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
        Assert.Equal(7 * 1440, series.Asked.Sum(query => ((query.End - query.Start) / Step) + 1));
        Assert.Equal((Now - Learner.Depth + Step, Now), (series.Asked[0].Start, series.Asked[^1].End));
        Assert.All(series.Asked.Zip(series.Asked.Skip(1)), pair => Assert.Equal(pair.First.End + Step, pair.Second.Start));
        Assert.Equal(7 * 1440, series.Known()!.Baseline!.Expected!.Samples);
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
    public async Task AnotherJudgementIsLearntAnewAndTheOldOneSaysNothingAnyMore()
    {
        var series = new LearntSeries(time => 20 + Noise(time), Disk(Baseline()));
        var learner = series.Learner();
        await series.CatchUpAsync(learner, Now, Ct);
        var changed = new LearntSeries(time => 20 + Noise(time), Disk(Baseline(BaselineDirection.Both)));
        Assert.True((await learner.LearnAsync(changed.Watched(), Now, Ct)).IsBehind);
        Assert.Null(series.Known());
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
        Assert.Equal(7 * 1440, known.Expected!.Samples);
    }

    /// <summary>600 requests a minute, of which 12 fail.</summary>
    private sealed class Counters : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            var perMinute = query == TrafficQueries.Requests(["shop"]) ? 600 : 12;
            return Task.FromResult<IReadOnlyList<Series>>([new Series(new Dictionary<string, string> { ["namespace"] = "shop", ["pod"] = "checkout-5f8d6c7b9-zzzz2" },
                [.. Enumerable.Range(0, (int)((end - start) / step) + 1).Select(k => start + (k * step)).Select(time => new Point(time, (time - Start.AddDays(-8)).TotalMinutes * perMinute))])]);
        }
    }
}
