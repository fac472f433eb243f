using System.Runtime.CompilerServices;
using ChronosOps.Operator.Detection.Baselines;
using Xunit;
using static ChronosOps.Operator.Tests.Detection.Baselines.SampleSeries;

namespace ChronosOps.Operator.Tests.Detection.Baselines;

public sealed class TrendDetectorTests
{
    private static readonly TrendSettings Full = new(100);

    [Theory]
    [InlineData(15)]
    [InlineData(60)]
    [InlineData(300)]
    public void ADiskAt85GrowingTenAnHourIsRaisedWithTheTimeLeft(int interval)
    {
        var noise = Noise(interval);
        var said = Judge(Every(interval, 3600 / interval + 1, time => 75 + time / 360 + 0.3 * noise()), Full);
        Assert.Equal(TrendState.Approaching, said[^1].State);
        Assert.InRange(said[^1].TimeLeft!.Value.TotalMinutes, 80, 100);
        Assert.InRange(said[^1].PerHour, 9, 11);
        Assert.True(said[^1].Least <= said[^1].TimeLeft && said[^1].TimeLeft <= said[^1].Most);
        Assert.Contains(said.Take(Math.Max(11, said.Count * 3 / 5)), one => one.IsRaised);
    }

    [Fact]
    public void TheIntervalHoldsTheTruth()
    {
        var held = Enumerable.Range(0, 100).Count(seed =>
        {
            var noise = Noise(seed);
            var last = Judge(Every(60, 61, time => 40 + time / 360 + noise()), Full)[^1];
            return last.Least!.Value.TotalHours <= 5 && last.Most!.Value.TotalHours >= 5;
        });
        Assert.InRange(held, 90, 100);
    }

    [Fact]
    public void NoiseAtAnyLevelIsNoTrend()
    {
        var noise = Noise(2);
        Assert.DoesNotContain(Judge(Every(60, 10_000, _ => 90 + noise()), Full), one => one.IsRaised);
    }

    [Fact]
    public void AStepIsNoTrend() => Assert.DoesNotContain(Judge(Every(60, 2000, time => time < 60_000 ? 40 : 85), Full), one => one.IsRaised);

    [Fact]
    public void WhatFallsOrIsFarAwayIsNotRaised()
    {
        Assert.Null(Judge(Every(60, 600, time => 90 - time / 3600), Full)[^1].TimeLeft);
        Assert.DoesNotContain(Judge(Every(60, 600, time => 20 + time / 36_000), Full), one => one.IsRaised);
    }

    /// <summary>The line through one hour of it follows the day's course, up and down.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(12)]
    [InlineData(18)]
    public void ADiskThatGrowsTwoADayWithTheCourseOfEachDayIsRaisedAWeekAhead(double phase)
    {
        var said = Judge(Growing(1, phase), new TrendSettings(100) { Horizon = TimeSpan.FromDays(7) });
        Assert.InRange(said.FindIndex(one => one.IsRaised) / 288.0, 7.5, 8.5);
        Assert.True(said[^1].IsRaised);
        Assert.InRange(said[^1].TimeLeft!.Value.TotalDays, 3.7, 4.3);
        Assert.InRange(said[^1].PerHour * 24, 1.7, 2.3);
    }

    [Theory]
    [InlineData(1.5, 0.85, 1)]
    [InlineData(2, 0.2, 0.5)]
    [InlineData(3, 0, 0)]
    public void ACourseThatMovesMoreThanADaysGrowthHidesIt(double height, double least, double most)
    {
        var said = Judge(Growing(height, 0), new TrendSettings(100) { Horizon = TimeSpan.FromDays(7) });
        Assert.InRange(said.Skip(8 * 288).Average(one => one.IsRaised ? 1.0 : 0), least, most);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(12)]
    [InlineData(18)]
    public void TheCourseOfADayAloneIsNoTrend(double phase) =>
        Assert.DoesNotContain(Judge(Every(300, 14 * 288, time => 90 + Course(time, phase)), new TrendSettings(100) { Horizon = TimeSpan.FromDays(7) }), one => one.IsRaised);

    [Theory]
    [InlineData(1, 1, 0.25)]
    [InlineData(4, 1, 0.25)]
    [InlineData(24, 6, 0.25)]
    [InlineData(48, 12, 0.25)]
    [InlineData(168, 42, 48)]
    [InlineData(720, 180, 48)]
    public void TheMemoryGrowsWithTheHorizon(double horizon, double memory, double shortest)
    {
        var settings = new TrendSettings(100) { Horizon = TimeSpan.FromHours(horizon) };
        Assert.Equal((memory, shortest), (settings.Memory.TotalHours, settings.MinimumSpan.TotalHours));
    }

    [Fact]
    public void FreeSpaceRunsOutDownwards()
    {
        var last = Judge(Every(60, 61, time => 30 - time / 360), new TrendSettings(0, IsFloor: true))[^1];
        Assert.Equal(TrendState.Approaching, last.State);
        Assert.Equal(2, last.TimeLeft!.Value.TotalHours, 1);
        Assert.Equal(-10, last.PerHour, 1);
    }

    [Fact]
    public void ACleanUpBeginsAnew()
    {
        var said = Judge(Every(60, 130, time => 60 + time / 360 - (time > 7200 ? 18 : 0)), Full);
        Assert.True(said[120].IsRaised);
        Assert.Equal(TrendState.Learning, said[^1].State);
    }

    [Fact]
    public void ALimitThatIsReachedIsSaidAtOnce() => Assert.Equal((TrendState.Reached, TimeSpan.Zero), Judge(Every(60, 1, _ => 100), Full).Select(one => (one.State, one.TimeLeft!.Value)).Single());

    [Fact]
    public void GarbageChangesNothing()
    {
        var clean = Every(60, 61, time => 75 + time / 360).ToList();
        var dirty = clean.SelectMany(row => new[] { row, (row.Time + 1, double.NaN), (row.Time - 9, 4.0), (double.PositiveInfinity, 4), (row.Time + 1, 1e308) });
        Assert.Equal(Judge(clean, Full)[^1].TimeLeft, Judge(dirty, Full)[^5].TimeLeft);
        Assert.All(Judge(dirty, Full), one => Assert.InRange(one.Fit, 0, 1));
    }

    [Fact]
    public void TheStateIsAsLargeAsDocumented() => Assert.Equal(TrendDetector.StateBytes, Unsafe.SizeOf<TrendDetector>());

    /// <summary>Eleven days, every five minutes, from 70 to 92, with the course of each day: a week is left after eight of them.</summary>
    private static IEnumerable<(double Time, double Value)> Growing(double height, double phase) => Every(300, 11 * 288, time => 70 + 2 * time / Day + height * Course(time, phase));

    /// <summary>One up and one down each day, from an hour of the day on.</summary>
    private static double Course(double time, double phase) => Math.Sin(2 * Math.PI * ((time / Day) + (phase / 24)));

    private static List<TrendVerdict> Judge(IEnumerable<(double Time, double Value)> series, TrendSettings settings)
    {
        var (detector, said) = (new TrendDetector(), new List<TrendVerdict>());
        foreach (var (time, value) in series)
        {
            said.Add(detector.Step(time, value, settings));
        }

        return said;
    }
}
