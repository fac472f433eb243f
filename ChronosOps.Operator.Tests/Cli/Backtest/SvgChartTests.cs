using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli.Backtest;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

public sealed class SvgChartTests
{
    private static readonly SignalTally Tally = new(SamplePolicy.Query(threshold: 10), PastTraffic.At(0), PastTraffic.At(7200));

    [Fact]
    public void AnExpectedRangeIsDrawnAsABandBehindTheValues()
    {
        var tally = new SignalTally(SamplePolicy.Query(threshold: 10), PastTraffic.At(0), PastTraffic.At(7200));
        tally.Trace.Add(PastTraffic.At(0), 5, new ExpectedRange(4, 8, 0, 1000));
        tally.Trace.Add(PastTraffic.At(7200), 5, new ExpectedRange(4, 8, 0, 1000));
        var chart = SvgChart.Draw(tally, [], []);
        Assert.Equal(["expected", "value", "limit"], chart.Elements(SvgChart.Svg + "path").Select(path => (string?)path.Attribute("class")));
    }

    [Fact]
    public void WithoutAThresholdThereIsNoLimit()
    {
        var tally = new SignalTally(SamplePolicy.Query(threshold: double.PositiveInfinity), PastTraffic.At(0), PastTraffic.At(7200));
        tally.Trace.Add(PastTraffic.At(0), 5, null);
        Assert.Equal(["value"], SvgChart.Draw(tally, [], []).Elements(SvgChart.Svg + "path").Select(path => (string?)path.Attribute("class")));
    }

    [Fact]
    public void WhereNothingWasMeasuredTheLineIsOpen()
    {
        var tally = new SignalTally(SamplePolicy.Query(threshold: 10), PastTraffic.At(0), PastTraffic.At(7200));
        foreach (var at in new[] { 0, 10, 20, 3600, 3610 })
        {
            tally.Trace.Add(PastTraffic.At(at), at, null);
        }

        tally.Trace.Add(PastTraffic.At(30), null, null);
        var path = (string?)SvgChart.Draw(tally, [], []).Elements(SvgChart.Svg + "path").First().Attribute("d");
        Assert.Equal(2, path!.Count(letter => letter == 'M'));
    }

    [Theory]
    [InlineData(SignalKind.ErrorRatio, 0.05, 5, "requests failed, %")]
    [InlineData(SignalKind.LatencyP95, 0.5, 500, "p95 duration, ms")]
    [InlineData(SignalKind.MemoryGrowth, 1.0 / 3600, 100, "memory left used per hour, %")]
    [InlineData(SignalKind.Query, 7, 7, "value of the query")]
    public void TheAxisHasAUnit(SignalKind kind, double value, double shown, string unit)
    {
        var signal = Tally.Signal with { Kind = kind };
        Assert.Equal(shown, SvgChart.InUnit(signal, value), 1e-9);
        Assert.Equal(unit, SvgChart.UnitOf(signal));
    }
}
