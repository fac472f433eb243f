using ChronosOps.Operator.Detection.Baselines;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static ChronosOps.Operator.Tests.Detection.Baselines.SampleSeries;

namespace ChronosOps.Operator.Tests.Detection.Baselines;

public sealed class BaselineProperties
{
    private static readonly Gen<double> Values = Gen.OneOf(
        Gen.Elements(double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.MinValue, double.Epsilon, 1e308, -1e308, 0, -0.0, 1, 1e-300),
        Gen.Choose(-1000, 1000).Select(value => value / 10.0),
        Gen.Constant(5.0));

    private static readonly Gen<double> Steps = Gen.OneOf(
        Gen.Elements(0, -1, -1e6, 7 * Day, 1e9, 1e-9, 1e18, -1e18, 1e300, double.NaN, double.PositiveInfinity),
        Gen.Choose(1, 600).Select(step => (double)step),
        Gen.Constant(15.0));

    private static readonly Gen<(double Time, double Value)[]> Garbage = Gen.Zip(Steps, Values).ListOf(400).Select(rows =>
    {
        var time = Monday;
        return rows.Select(row =>
        {
            time = double.IsFinite(time + row.Item1) ? time + row.Item1 : time;
            return (double.IsFinite(row.Item1) ? time : row.Item1, row.Item2);
        }).ToArray();
    });

    [Fact]
    public void AScoreLiesBetweenZeroAndOneWhateverComes() => Prop.ForAll(Garbage.ToArbitrary(), rows =>
        rows.Judge().All(one => one.Verdict is { Score: >= 0 and <= 1, Sigma: >= 0 and <= 100 } && one.Verdict.IsAnomaly == one.Verdict.Score >= BaselineDetector.Threshold)).QuickCheckThrowOnFailure();

    [Fact]
    public void ARowIsJudgedByTheRowsBeforeItAlone() => Prop.ForAll(Garbage.ToArbitrary(), Gen.Choose(0, 400).ToArbitrary(), (rows, length) =>
        rows.Take(length).Judge().Select(one => one.Verdict).SequenceEqual(rows.Judge().Take(length).Select(one => one.Verdict))).QuickCheckThrowOnFailure();

    [Fact]
    public void WhatIsNoNumberOrLateChangesNothing()
    {
        var noise = Noise(1);
        var clean = Every(60, 3000, time => 50 + noise() + (time is > 120_000 and < 121_000 ? 30 : 0)).ToList();
        var dirty = clean.SelectMany((row, k) => k % 7 == 0 ? new[] { row, (row.Time + 1, double.NaN), (row.Time - 100, 1e308), (row.Time + 1, double.PositiveInfinity) } : [row]);
        var said = dirty.Judge().Where(one => one.Verdict.State is not (SampleState.NotANumber or SampleState.Late)).Select(one => one.Verdict);
        Assert.Equal(clean.Judge().Select(one => one.Verdict), said);
    }

    [Fact]
    public void AClockThatWasAheadIsForgiven()
    {
        var noise = Noise(2);
        var rows = Every(60, 1000, _ => 50 + noise()).Select((row, k) => k == 500 ? (row.Time + 1e9, row.Value) : row);
        Assert.InRange(rows.Judge().Count(one => one.Verdict.State == SampleState.Late), 1, 4);
    }

    [Fact]
    public void AnOutlierOfAnySizeIsOneAnomaly()
    {
        foreach (var size in new[] { 1e4, 1e30, 1e300, 1e308, -1e308 })
        {
            var noise = Noise(3);
            Assert.Equal(1, Every(60, 3000, time => 50 + noise() + (time == 120_000 ? size : 0)).Judge().Anomalies(119_000, 150_000));
        }
    }
}
