using System.Globalization;
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
        var chart = SvgChart.Draw(tally, [], [], []);
        Assert.Equal(["expected", "value", "limit"], chart.Elements(SvgChart.Svg + "path").Select(path => (string?)path.Attribute("class")));
    }

    [Fact]
    public void WithoutAThresholdThereIsNoLimit()
    {
        var tally = new SignalTally(SamplePolicy.Query(threshold: double.PositiveInfinity), PastTraffic.At(0), PastTraffic.At(7200));
        tally.Trace.Add(PastTraffic.At(0), 5, null);
        Assert.Equal(["value"], SvgChart.Draw(tally, [], [], []).Elements(SvgChart.Svg + "path").Select(path => (string?)path.Attribute("class")));
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
        var path = (string?)SvgChart.Draw(tally, [], [], []).Elements(SvgChart.Svg + "path").First().Attribute("d");
        Assert.Equal(2, path!.Count(letter => letter == 'M'));
    }

    [Theory]
    [InlineData(0.05, "0 2 4 6 8")]
    [InlineData(0.92, "0 25 50 75 100")]
    [InlineData(0.00003, "0 0.001 0.002 0.003 0.004")]
    [InlineData(12, "0 500 1000 1500 2000")]
    public void TheGridIsAtRoundValues(double threshold, string labels) => Assert.Equal(labels, Ticks(threshold, 7200, anchor: "end"));

    [Theory]
    [InlineData(86400 * 2, "MM-dd HH:mm", 6 * 3600)]
    [InlineData(86400 * 7, "MM-dd", 86400)]
    [InlineData(7200, "MM-dd HH:mm", 900)]
    [InlineData(30, "HH:mm:ss", 5)]
    public void TheTimesAreRound(int seconds, string format, int step)
    {
        var first = (PastTraffic.At(0).ToUnixTimeSeconds() + step - 1) / step * step;
        var expected = Enumerable.Range(0, 9).Select(k => DateTimeOffset.FromUnixTimeSeconds(first + (k * step))).Where(time => time <= PastTraffic.At(seconds));
        Assert.Equal(string.Join(" ", expected.Select(time => time.ToString(format, CultureInfo.InvariantCulture))), Ticks(10, seconds, anchor: "middle"));
    }

    private static string Ticks(double threshold, int seconds, string anchor)
    {
        var tally = new SignalTally(SamplePolicy.Query(threshold: threshold) with { Kind = SignalKind.ErrorRatio }, PastTraffic.At(0), PastTraffic.At(seconds));
        return string.Join(" ", SvgChart.Draw(tally, [], [], []).Elements(SvgChart.Svg + "text")
            .Where(text => (string?)text.Attribute("class") == "tick" && (string?)text.Attribute("text-anchor") == anchor).Select(text => text.Value));
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
