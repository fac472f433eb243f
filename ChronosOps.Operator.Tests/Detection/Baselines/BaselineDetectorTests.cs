using System.Runtime.CompilerServices;
using ChronosOps.Operator.Detection.Baselines;
using Xunit;
using static ChronosOps.Operator.Tests.Detection.Baselines.SampleSeries;

namespace ChronosOps.Operator.Tests.Detection.Baselines;

public sealed class BaselineDetectorTests
{
    public static TheoryData<int, double, int> Nights => new MatrixOf<int, double, int>([60, 300, 900, 3600], [0, 0.05, 2], [0, 45]).Data;

    [Theory]
    [MemberData(nameof(Nights))]
    public void TheNightlyBackupRaisesNothingAfterTheThirdNight(int interval, double sigma, int minutes)
    {
        var noise = Noise(interval + minutes);
        var said = Every(interval, (int)(21 * Day / interval), time => (IsNight(time % Day, Math.Max(minutes * 60, interval)) ? 92 : 40) + sigma * noise()).Judge();
        var calm = said.Where(one => !IsNight((one.Time - Monday) % Day, Math.Max(minutes * 60, interval))).Anomalies(3 * Day);
        Assert.Equal(0, said.Where(one => IsNight((one.Time - Monday) % Day, Math.Max(minutes * 60, interval))).Anomalies(3 * Day));
        Assert.InRange(calm, 0, sigma > 0 ? 8 : 0);
    }

    [Fact]
    public void TheFirstNightIsRaised()
    {
        var noise = Noise(1);
        var said = Every(300, 288, time => (IsNight(time, 2700) ? 92 : 40) + noise()).Judge();
        Assert.Equal(1, said.Anomalies(7200, 9900));
    }

    [Fact]
    public void WhatIsUsualByDayIsRaisedAtNight()
    {
        var noise = Noise(2);
        var said = Every(300, 14 * 288, time => 50 + (time % Day is > 32400 and < 64800 ? 40 : 0) + noise() + (time is > 12.1 * Day and < 12.15 * Day ? 35 : 0)).Judge();
        Assert.Contains(said, one => one.Verdict.IsAnomaly && one.Time - Monday is > 12.1 * Day and < 12.15 * Day);
        Assert.NotEqual(Season.None, said[^1].Verdict.Season);
    }

    [Fact]
    public void WhatIsUnusualForItsHourIsRaisedThoughOtherHoursGoFarther()
    {
        var noise = Noise(14);
        var said = Every(3600, 50 * 24, time => Wave(time) * (1 + 0.03 * noise()) + (time == 30 * Day ? 400 : 0) - (time == 36.5 * Day ? 1000 : 0)).Judge();
        Assert.Equal(View.Season, said[30 * 24].Verdict.View);
        Assert.Equal(View.Season, said[36 * 24 + 12].Verdict.View);
        Assert.InRange(said.Anomalies(10 * Day), 2, 6);
    }

    [Fact]
    public void TheSameTroubleIsRaisedASecondTime()
    {
        var noise = Noise(15);
        static double Fault(double time) => time >= 14.5 * Day && time < 14.5 * Day + 3600 ? 0.1 : time >= 18.5 * Day && time < 18.5 * Day + 3600 ? 0.4 : 1;
        var said = Every(300, 21 * 288, time => Wave(time) * (1 + 0.03 * noise()) * Fault(time)).Judge();
        Assert.Equal(1, said.Anomalies(14.5 * Day, 14.5 * Day + 3600));
        Assert.Equal(1, said.Anomalies(18.5 * Day, 18.5 * Day + 3600));
    }

    [Fact]
    public void AWeekIsLearntWhereThereIsOne()
    {
        var noise = Noise(3);
        var said = Every(900, 42 * 96, time => (time / Day % 7 < 5 && time % Day is > 28800 and < 64800 ? 100 : 20) + noise()).Judge();
        Assert.Equal(Season.Week, said[^1].Verdict.Season);
        Assert.Equal(0, said.Anomalies(28 * Day));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(300)]
    public void AJobOnWeekdaysRaisesNothingAfterItsFirstTwoMondays(int interval)
    {
        var noise = Noise(interval);
        static bool Runs(double time) => time / Day % 7 < 5 && IsNight(time % Day, 1800);
        var said = Every(interval, (int)(35 * Day / interval), time => (Runs(time) ? 80 : 20) + noise()).Judge().Where(one => Runs(one.Time - Monday)).ToList();
        Assert.Equal(1, said.Anomalies(7 * Day, 8 * Day));
        Assert.Equal(0, said.Anomalies(14 * Day));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(300)]
    [InlineData(3600)]
    public void AJobOnSundaysRaisesNothingAfterTheSecondSunday(int interval)
    {
        var noise = Noise(interval);
        static bool Runs(double time) => time / Day % 7 >= 6 && IsNight(time % Day, 1800);
        var said = Every(interval, (int)(42 * Day / interval), time => (Runs(time) ? 80 : 20) + noise()).Judge().Where(one => Runs(one.Time - Monday)).ToList();
        Assert.Equal(1, said.Anomalies(6 * Day, 7 * Day));
        Assert.Equal(0, said.Anomalies(14 * Day));
    }

    [Fact]
    public void TheSameLoadAtAnotherTimeIsNoHabitOfTheWeek()
    {
        var noise = Noise(13);
        var said = Every(300, 35 * 288, time => ((time / Day % 7 < 5 && IsNight(time % Day, 1800)) || IsNight(time - 30.5 * Day, 1800) ? 80 : 20) + noise()).Judge();
        Assert.DoesNotContain(said, one => one.Verdict.IsHabit && IsNight(one.Time - Monday - 30.5 * Day, 1800));
    }

    [Fact]
    public void NoSeasonIsSeenInNoise()
    {
        var noise = Noise(4);
        Assert.Equal(Season.None, Every(300, 4000, _ => 10 + noise()).Judge()[^1].Verdict.Season);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(300)]
    [InlineData(3600)]
    public void NoiseIsRaisedAboutOnceInAThousandSamples(int interval)
    {
        var noise = Noise(interval);
        Assert.InRange(Every(interval, 20_000, _ => 10 + noise()).Judge().Anomalies(), 0, 30);
    }

    [Fact]
    public void AShiftOfYoungNoiseIsHardlyEverCritical()
    {
        var critical = Enumerable.Range(0, 100).Count(seed =>
        {
            var noise = Noise(seed);
            return Every(60, 1500, _ => noise()).Judge().Any(one => one.Verdict is { View: View.Shift, Severity: Severity.Critical });
        });
        Assert.InRange(critical, 0, 3);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(10_000)]
    public void ALevelShiftIsRaisedOnceAndThenLearnt(double shift)
    {
        var noise = Noise(5);
        var said = Every(60, 6000, time => 100 + noise() + (time >= 180_000 ? shift : 0)).Judge();
        Assert.Equal(1, said.Anomalies(180_000, 180_000 + 60 * 1000));
        Assert.True(said[3000].Verdict.IsAnomaly);
        Assert.InRange(said[^1].Verdict.Expected, 95 + 0.9 * shift, 105 + shift);
    }

    [Fact]
    public void APastAnomalyDoesNotHideTheNext()
    {
        var noise = Noise(6);
        var said = Every(60, 4000, time => 100 + noise() + (time is >= 120_000 and < 120_300 ? 1e9 : 0) + (time is >= 180_000 and < 180_300 ? 40 : 0)).Judge();
        Assert.Equal(1, said.Anomalies(120_000, 121_000));
        Assert.Equal(1, said.Anomalies(180_000, 181_000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(-1e12)]
    public void AFlatSeriesIsCalmAndItsEndIsRaised(double level)
    {
        var said = Every(60, 2000, time => level + (time >= 60_000 ? 5 + Math.Abs(level) : 0)).Judge();
        Assert.Equal(0, said.Anomalies(0, 60_000));
        Assert.True(said[1000].Verdict.IsAnomaly);
        Assert.Equal(Severity.Critical, said[1000].Verdict.Severity);
        Assert.Equal(1, said.Anomalies());
    }

    [Fact]
    public void ACounterIsJudgedByItsRate()
    {
        var (noise, total) = (Noise(7), 0.0);
        var said = Every(15, 8000, time => total = time is 60_000 ? 3 : total + 150 + 10 * noise() + (time is >= 90_000 and < 90_300 ? 600 : 0)).Judge();
        Assert.True(said[^1].Verdict.IsCounter);
        Assert.InRange(said[^1].Verdict.Expected, 9, 12);
        Assert.Equal(1, said.Anomalies(89_000, 91_000));
        Assert.Equal(0, said.Anomalies(59_000, 61_000));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    public void ASeriesThatStandsStillIsRaisedOnce(int digits)
    {
        var noise = Noise(16);
        var said = Every(60, 4000, time => time is > 180_000 and < 200_000 ? 51 : Math.Round(50 + 5 * noise(), digits)).Judge();
        Assert.Equal(View.Stuck, Assert.Single(said, one => one.Verdict.IsAnomaly && one.Time - Monday is > 180_000 and < 200_000).Verdict.View);
        Assert.Equal(1, said.Count(one => one.Verdict.View == View.Stuck));
    }

    [Fact]
    public void WhatIsOftenTheSameIsNotStuck()
    {
        var (noise, random, last, k) = (Noise(17), new Random(17), 0.0, 0);
        Assert.DoesNotContain(Every(15, 20_000, _ => k++ % 4 == 0 ? last = noise() : last).Judge(), one => one.Verdict.View == View.Stuck);
        Assert.DoesNotContain(Every(60, 20_000, _ => random.Next(50) == 0 ? random.NextDouble() : 0).Judge(), one => one.Verdict.View == View.Stuck);
    }

    [Fact]
    public void SparseEventsAreRaisedAtFirstAndThenInClustersAlone()
    {
        var random = new Random(8);
        var said = Every(60, 20_000, _ => random.Next(200) == 0 ? 1 : 0).Judge();
        Assert.InRange(said.Anomalies(0, 300_000), 1, 8);
        Assert.InRange(said.Anomalies(300_000), 0, 10);
    }

    [Fact]
    public void BurstsOfAKnownSizeAreLearnt()
    {
        var random = new Random(9);
        var said = Every(60, 20_000, _ => random.NextDouble() < 0.02 ? 50 + 50 * random.NextDouble() : random.NextDouble()).Judge();
        Assert.InRange(said.Anomalies(300_000), 0, 8);
    }

    [Fact]
    public void SensitivityAndSeverityAreInSigma()
    {
        var noise = Noise(10);
        var series = Every(60, 3000, time => time == 120_000 ? 104.4 : 100 + noise()).ToList();
        Assert.True(series.Judge(Sensitivity.High)[2000].Verdict is { IsAnomaly: true, Severity: Severity.Warning });
        Assert.True(series.Judge()[2000].Verdict.IsAnomaly);
        Assert.False(series.Judge(Sensitivity.Low)[2000].Verdict.IsAnomaly);
    }

    [Fact]
    public void AWeekWithoutDataIsNoAnomaly()
    {
        var noise = Noise(11);
        var said = Every(60, 6000, time => 100 + 30 * Math.Sin(time / Day * 2 * Math.PI) + noise()).Select(one => one.Time - Monday < 180_000 ? one : (one.Time + 7 * Day, one.Value)).Judge();
        Assert.Equal(0, said.Anomalies(180_000 + 7 * Day));
    }

    [Fact]
    public void TheStateIsAsLargeAsDocumented()
    {
        Assert.Equal(4184, BaselineDetector.StateBytes);
        Assert.Equal(BaselineDetector.StateBytes, Unsafe.SizeOf<BaselineDetector>());
        Assert.Equal(1416, Unsafe.SizeOf<DayProfile>());
        Assert.Equal(2208, Unsafe.SizeOf<WeekProfile>());
    }

    /// <summary>500 at midnight, 2,000 at noon.</summary>
    private static double Wave(double time) => 1250 - 750 * Math.Cos(2 * Math.PI * time / Day);

    private static bool IsNight(double time, double seconds) => time >= 7200 && time < 7200 + seconds;

    private sealed class MatrixOf<T1, T2, T3>(T1[] first, T2[] second, T3[] third)
    {
        public TheoryData<T1, T2, T3> Data { get; } = [.. from a in first from b in second from c in third select (a, b, c)];
    }
}
