using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Tests.Support;
using Xunit;
using static ChronosOps.Operator.Tests.Detection.Learnt.LearntSeries;

namespace ChronosOps.Operator.Tests.Detection.Learnt;

/// <summary>A release after which the processor's use is another one: for good, or because something is wrong with it.</summary>
public sealed class ReleaseLevelTests
{
    private static readonly DateTimeOffset Released = Start.AddDays(3).AddHours(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>It is told, for an hour; then the level is learnt, and said to be; then the new one is the usual, at each time of the day.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public async Task WhatAReleaseChangesForGoodIsTheUsualAfterAnHour(double wave)
    {
        var readings = await Cpu(time => Before(time, wave) + (time >= Released ? 20 : 0)).RunAsync(Released.AddHours(-1), Released.AddHours(30), Ct);
        var firing = readings.Where(one => one.Reading.State == SignalState.Firing).Select(one => one.Time).ToList();
        Assert.InRange(firing.Count, 50, 61);
        Assert.InRange(firing[0], Released, Released.AddMinutes(3));
        Assert.InRange(firing[^1], Released, Released.AddMinutes(62));
        var learning = readings.Where(one => one.Reading.State == SignalState.Unknown).ToList();
        Assert.InRange(learning.Count, 35, 41);
        Assert.All(learning, one => Assert.Matches("^not judged by what is usual yet: the release of 2026-03-05 10:00Z changed what is usual: [6-9][0-9] of 100 samples of it$", one.Reading.Message));
        Assert.All(readings.Where(one => one.Time > learning[^1].Time), one => Assert.Equal(SignalState.Healthy, one.Reading.State));
        var expected = readings[^1].Reading.Expected!;
        Assert.InRange((expected.Low + expected.High) / 2, Before(readings[^1].Time, wave) + 17, Before(readings[^1].Time, wave) + 23);
    }

    /// <summary>That the level is another one now blinds for nothing that comes on top.</summary>
    [Fact]
    public async Task TroubleAtTheNewLevelIsToldAndLasts()
    {
        var trouble = Released.AddHours(6);
        var readings = await Cpu(time => Before(time, 0) + (time >= trouble ? 60 : time >= Released ? 20 : 0)).RunAsync(Released.AddHours(-1), trouble.AddHours(3), Ct);
        Assert.All(readings.Where(one => one.Time >= trouble.AddMinutes(2)), one => Assert.Equal(SignalState.Firing, one.Reading.State));
    }

    /// <summary>An incident speaks against the release, or it is not out yet, or its level is beyond the limit: that becomes the usual no sooner than anything else.</summary>
    [Theory]
    [InlineData("doubted")]
    [InlineData("rolling")]
    [InlineData("limit")]
    [InlineData("later")]
    public async Task WhatSpeaksAgainstItKeepsItFiring(string what)
    {
        var began = what == "later" ? Released.AddHours(3) : Released;
        var settled = SampleWorkload.Settled() with { RolloutStartedAt = Released };
        var series = new LearntSeries(time => Before(time, 0) + (time >= began ? 20 : 0), Disk(Baseline(), threshold: what == "limit" ? 35 : double.PositiveInfinity) with { AllMustAgree = what == "limit" })
        {
            Workload = what == "rolling" ? settled with { UpdatedReplicas = settled.Replicas - 1 } : settled,
            IsDoubted = what == "doubted",
        };
        var readings = await series.RunAsync(began.AddHours(-1), began.AddHours(4), Ct);
        Assert.All(readings.Where(one => one.Time >= began.AddMinutes(3)).Select(one => one.Reading.State), state => Assert.Equal(SignalState.Firing, state));
    }

    /// <summary>What grows worse all the time is no new level.</summary>
    [Fact]
    public async Task WhatGoesOnGrowingIsNoLevel()
    {
        var readings = await Cpu(time => Before(time, 0) + (time >= Released ? 20 + ((time - Released).TotalMinutes / 2) : 0)).RunAsync(Released.AddHours(-1), Released.AddHours(3), Ct);
        Assert.All(readings.Where(one => one.Time >= Released.AddMinutes(3)).Select(one => one.Reading.State), state => Assert.Equal(SignalState.Firing, state));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(75)]
    [InlineData(300)]
    public async Task ANewProcessComesToTheSameWord(int minutes)
    {
        LearntSeries Series() => Cpu(time => Before(time, 8) + (time >= Released ? 20 : 0));
        var (from, to) = (Released.AddMinutes(minutes), Released.AddMinutes(minutes + 10));
        var old = await Series().RunAsync(from, to, Ct, startedAt: Released.AddDays(-2));
        var young = await Series().RunAsync(from, to, Ct);
        Assert.Equal(old.Select(one => (one.Reading.State, one.Reading.Since)), young.Select(one => (one.Reading.State, one.Reading.Since)));
        Assert.Equal(minutes switch { 30 => SignalState.Firing, 75 => SignalState.Unknown, _ => SignalState.Healthy }, young[0].Reading.State);
    }

    private static double Before(DateTimeOffset time, double wave) => 20 + (wave * Math.Sin(2 * Math.PI * time.TimeOfDay.TotalDays)) + Noise(time);

    private static LearntSeries Cpu(Func<DateTimeOffset, double> value) =>
        new(time => value(time), Disk(Baseline())) { Workload = SampleWorkload.Settled() with { RolloutStartedAt = Released } };
}
