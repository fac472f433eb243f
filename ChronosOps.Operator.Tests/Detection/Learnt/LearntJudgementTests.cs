using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Baselines;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Tests.Support;
using Xunit;
using static ChronosOps.Operator.Tests.Detection.Learnt.LearntSeries;

namespace ChronosOps.Operator.Tests.Detection.Learnt;

/// <summary>From the series to the signal's state, minute by minute, as it is judged live.</summary>
public sealed class LearntJudgementTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static DateTimeOffset Day(int day, double hours = 0) => Start.AddDays(day).AddHours(hours);

    [Fact]
    public async Task ABackupThatFillsTheDiskEveryNightRaisesNothingAfterTheThirdNight()
    {
        var series = new LearntSeries(time => time.Hour == 2 && time.Minute < 30 ? 0.92 + (0.002 * Noise(time)) : 0.4 + (0.01 * Noise(time)), Disk(Baseline(), new EffectiveTrend(1, false, TimeSpan.FromHours(4))));
        var readings = await series.RunAsync(Day(3, 1), Day(7), Ct);
        Assert.DoesNotContain(readings, one => one.Reading.State is SignalState.Firing or SignalState.Pending);
        Assert.All(readings, one => Assert.Equal(SignalState.Healthy, one.Reading.State));
    }

    [Fact]
    public async Task ADiskAt85PercentThatGrowsBy10AnHourIsRaisedWithTheTimeThatIsLeft()
    {
        var series = new LearntSeries(time => time < Day(1) ? 0.4 + (0.01 * Noise(time)) : 0.4 + ((time - Day(1)).TotalHours * 0.1) + (0.002 * Noise(time)), Disk(trend: new EffectiveTrend(1, false, TimeSpan.FromHours(4))));
        var readings = await series.RunAsync(Day(1, -1), Day(1, 4.5), Ct);
        var at85 = readings[^1].Reading;
        Assert.Equal(SignalState.Firing, at85.State);
        Assert.InRange(at85.TimeLeft!.Value, TimeSpan.FromMinutes(80), TimeSpan.FromMinutes(100));
        Assert.Matches(@"^0\.8\d*, by 0\.(09|1)\d* an hour more: the limit of 1 is reached in [^ ]+ \([^ ]+ to [^ ]+\), for ", at85.Message);
        TestContext.Current.TestOutputHelper!.WriteLine(at85.Message);
        Assert.DoesNotContain(readings, one => one.Time < Day(1) && one.Reading.State != SignalState.Healthy);
    }

    /// <summary>The seven days that are read tell both.</summary>
    [Theory]
    [InlineData(0.02, SignalState.Firing)]
    [InlineData(0, SignalState.Healthy)]
    public async Task ADiskThatFillsOverDaysIsToldFromTheCourseOfEachDay(double perDay, SignalState expected)
    {
        var series = new LearntSeries(
            time => 0.92 + (perDay * (time - Day(7)).TotalDays) + (0.01 * Math.Sin(2 * Math.PI * time.TimeOfDay.TotalDays)) + (0.001 * Noise(time)),
            Disk(trend: new EffectiveTrend(1, false, TimeSpan.FromDays(7))));
        var readings = await series.RunAsync(Day(7, -0.25), Day(7), Ct);
        Assert.All(readings, one => Assert.Equal(expected, one.Reading.State));
        Assert.Equal(expected == SignalState.Firing, readings[^1].Reading.TimeLeft is { TotalDays: > 3.7 and < 4.4 });
    }

    [Fact]
    public async Task WhatIsUnlikeTheUsualFiresUntilItIsUsualAgain()
    {
        var (from, to) = (Day(3, 10), Day(3, 10.5));
        var series = new LearntSeries(time => time >= from && time < to ? 60 + Noise(time) : 20 + Noise(time), Disk(Baseline()));
        var readings = await series.RunAsync(from.AddHours(-1), to.AddHours(1), Ct);
        Assert.All(readings, one => Assert.Equal(one.Time >= from.AddMinutes(1) && one.Time <= to ? SignalState.Firing : one.Time >= from && one.Time <= to.AddMinutes(1) ? one.Reading.State : SignalState.Healthy, one.Reading.State));
        Assert.Equal(SignalState.Pending, readings.Single(one => one.Time == from).Reading.State);
        var firing = readings.First(one => one.Reading.State == SignalState.Firing).Reading;
        Assert.Equal(from, firing.Since);
        Assert.Matches(@"^(59|60|61)\.?\d*, usual are 1\d\.?\d* to 2\d\.?\d*(, by the time of day)?: \d+\.?\d* sigma off, critical, by \d+ samples, for 1m00s$", firing.Message);
        Assert.InRange(firing.Expected!.High, 20.5, 25);
        Assert.Equal(Severity.Critical, firing.Expected.Severity);
        Assert.InRange(firing.Expected.Score, 0.9, 1);
        var calm = readings.Last(one => one.Time < from).Reading;
        Assert.Equal(Severity.None, calm.Expected!.Severity);
        Assert.InRange(calm.Expected.Score, 0, 0.4999);
    }

    [Fact]
    public async Task AReadingThatStandsStillRaisesNothing()
    {
        var (from, to) = (Day(3, 10), Day(3, 11));
        var readings = await new LearntSeries(time => time >= from && time < to ? 20.3 : 20 + Noise(time), Disk(Baseline(BaselineDirection.Both))).RunAsync(from.AddMinutes(1), to.AddMinutes(-1), Ct);
        Assert.All(readings, one => Assert.Equal(SignalState.Healthy, one.Reading.State));
    }

    [Theory]
    [InlineData(BaselineDirection.Above, SignalState.Healthy)]
    [InlineData(BaselineDirection.Below, SignalState.Firing)]
    [InlineData(BaselineDirection.Both, SignalState.Firing)]
    public async Task OnlyTheWayOffThatIsAProblemCounts(BaselineDirection direction, SignalState expected)
    {
        var from = Day(2, 10);
        var readings = await new LearntSeries(time => time >= from ? 5 + Noise(time) : 20 + Noise(time), Disk(Baseline(direction))).RunAsync(from.AddMinutes(-2), from.AddMinutes(10), Ct);
        Assert.Equal(expected, readings[^1].Reading.State);
    }

    [Fact]
    public async Task WhatIsNotKnownYetIsUnknown()
    {
        var readings = await new LearntSeries(time => time < Day(0, 10) ? null : 20 + Noise(time), Disk(Baseline())).RunAsync(Day(0, 10), Day(0, 12), Ct);
        Assert.Equal("not judged by what is usual yet: still learning what is usual: 2 of 100 samples", readings[0].Reading.Message);
        Assert.Equal((SignalState.Unknown, SignalState.Healthy), (readings[97].Reading.State, readings[^1].Reading.State));
    }

    [Fact]
    public async Task UntilItIsKnownTheLimitIsJudgedAndItIsSaidThatThisIsAll()
    {
        var readings = await new LearntSeries(time => time < Day(0, 10) ? null : 20 + Noise(time), Disk(Baseline(), threshold: 50)).RunAsync(Day(0, 10), Day(0, 12), Ct);
        Assert.Equal((SignalState.Healthy, "not judged by what is usual yet: still learning what is usual: 2 of 100 samples"), (readings[0].Reading.State, readings[0].Reading.Learning));
        Assert.Null(readings[^1].Reading.Learning);
    }

    /// <summary>What was raised two days ago is no news, and a limit that is kept is kept.</summary>
    [Fact]
    public void WhileTheHistoryIsReadTheLimitIsJudged()
    {
        var (signal, now) = (SamplePolicy.Errors() with { Baseline = Baseline() }, SampleWorkload.Now);
        var byLimit = SampleBundle.Reading("errors", SignalState.Healthy);
        var learnt = new LearntReadings(new LearntReading(LearntState.Raised, now.AddDays(-2), now.AddDays(-2), "25% errors"), null) { CatchesUp = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero) };
        var reading = MixedJudge.Judge(signal, SampleWorkload.Settled(), byLimit, learnt, Step, now);
        Assert.Equal((SignalState.Healthy, "not judged by what is usual yet: its history has been read up to 2026-03-02 10:00Z"), (reading.State, reading.Learning));
        Assert.Equal(SignalState.Unknown, MixedJudge.Judge(signal, SampleWorkload.Settled(), byLimit, learnt with { CatchesUp = null }, Step, now).State);
    }

    [Fact]
    public async Task ASeriesThatEndsIsUnknownAndNeitherHealthyNorFiring()
    {
        var readings = await new LearntSeries(time => time > Day(2, 10) ? null : 20 + Noise(time), Disk(Baseline(), threshold: 50)).RunAsync(Day(2, 9), Day(2, 11), Ct);
        Assert.Equal(SignalState.Healthy, readings.Single(one => one.Time == Day(2, 10)).Reading.State);
        Assert.All(readings.Where(one => one.Time > Day(2, 10).AddMinutes(5)), one => Assert.Equal(SignalState.Unknown, one.Reading.State));
    }

    [Theory]
    [InlineData(false, SignalState.Firing)]
    [InlineData(true, SignalState.Healthy)]
    public async Task ALimitThatIsExceededEveryNightIsAProblemOnlyWhereNothingElseMustAgree(bool all, SignalState expected)
    {
        var series = new LearntSeries(time => time.Hour == 2 && time.Minute < 30 ? 0.92 : 0.4 + (0.01 * Noise(time)), Disk(Baseline(), threshold: 0.9) with { AllMustAgree = all });
        var readings = await series.RunAsync(Day(5, 1.9), Day(5, 2.3), Ct);
        Assert.Equal(expected, readings[^1].Reading.State);
    }

    [Fact]
    public async Task WhereAllMustAgreeAndTheyDoItSaysBoth()
    {
        var from = Day(2, 10);
        var readings = await new LearntSeries(time => time >= from ? 60 + Noise(time) : 20 + Noise(time), Disk(Baseline(), threshold: 50) with { AllMustAgree = true }).RunAsync(from.AddMinutes(-2), from.AddMinutes(10), Ct);
        Assert.Equal(SignalState.Firing, readings[^1].Reading.State);
        Assert.Matches("^(59|60|61).*, limit 50, for 1.*; (59|60|61).*, usual are .*sigma off", readings[^1].Reading.Message);
    }

    /// <summary>Half of the requests of the new revision fail, which no limit forbids, and none of the old one.</summary>
    [Theory]
    [InlineData(LearntState.Raised, SignalState.Firing)]
    [InlineData(LearntState.Calm, SignalState.Healthy)]
    [InlineData(LearntState.Learning, SignalState.Unknown)]
    public void APresetWithoutALimitIsJudgedByWhatIsUsualAlone(LearntState state, SignalState expected)
    {
        var signal = SamplePolicy.Errors() with { Threshold = double.PositiveInfinity, Baseline = Baseline() };
        var (workload, now) = (SampleWorkload.Rolling() with { RolloutStartedAt = SampleWorkload.At(-300) }, SampleWorkload.Now);
        var traffic = SampleTraffic.Of((SampleWorkload.New, SampleTraffic.Steady(12, 50, 25)), (SampleWorkload.Old, SampleTraffic.Steady(12, 50)));
        var learnt = new LearntReadings(new LearntReading(state, now, state == LearntState.Raised ? SampleWorkload.At(-120) : null, "25% errors, usual are 0% to 1%"), null);
        var reading = MixedJudge.Judge(signal, workload, TrafficJudge.Judge(signal, workload, traffic, now), learnt, Step, now);
        Assert.Equal((expected, null), (reading.State, reading.Revision));
        Assert.Contains("25% errors, usual are 0% to 1%", reading.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e308)]
    public async Task AbsurdValuesAreNoIncident(double absurd)
    {
        var readings = await new LearntSeries(time => time.Minute % 10 == 0 && time < Day(2) ? absurd : 20 + Noise(time), Disk(Baseline(), new EffectiveTrend(100, false, TimeSpan.FromHours(4)))).RunAsync(Day(2), Day(2, 3), Ct);
        Assert.DoesNotContain(readings, one => one.Reading.State == SignalState.Firing);
    }
}
