using System.Diagnostics.Metrics;
using ChronosOps.Operator.Telemetry;
using Xunit;

namespace ChronosOps.Operator.Tests.Telemetry;

public sealed class PrometheusExpositionTests : IDisposable
{
    private readonly Meter _meter = new("test");
    private readonly PrometheusExposition _exposition;

    public PrometheusExpositionTests() => _exposition = new PrometheusExposition(_meter);

    public void Dispose()
    {
        _exposition.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void WritesCountersOfEveryNumericType()
    {
        _meter.CreateCounter<byte>("a_byte_total").Add(1);
        _meter.CreateCounter<short>("a_short_total").Add(2);
        _meter.CreateCounter<int>("an_int_total").Add(3);
        _meter.CreateCounter<long>("a_long_total").Add(4);
        _meter.CreateCounter<float>("a_float_total").Add(0.5f);
        _meter.CreateCounter<double>("a_double_total").Add(1.25);
        _meter.CreateCounter<decimal>("a_decimal_total").Add(2.75m);
        AssertLines("a_byte_total 1", "a_short_total 2", "an_int_total 3", "a_long_total 4", "a_float_total 0.5", "a_double_total 1.25", "a_decimal_total 2.75");
    }

    [Fact]
    public void AddsUpCountersAndReplacesGauges()
    {
        var counter = _meter.CreateCounter<int>("c_total");
        var upDown = _meter.CreateUpDownCounter<int>("u");
        var gauge = _meter.CreateGauge<int>("g");
        foreach (var value in new[] { 5, 3 })
        {
            counter.Add(value);
            upDown.Add(-value);
            gauge.Record(value);
        }

        AssertLines("# TYPE c_total counter", "c_total 8", "# TYPE u gauge", "u -8", "# TYPE g gauge", "g 3");
    }

    [Fact]
    public void TakesObservableCountersAsTotals()
    {
        var total = 10;
        _meter.CreateObservableCounter("o_total", () => total);
        AssertLines("# TYPE o_total counter", "o_total 10");
        total = 12;
        AssertLines("o_total 12");
    }

    [Fact]
    public void SameTagsInAnotherOrderAreTheSameSeries()
    {
        var counter = _meter.CreateCounter<int>("c_total");
        counter.Add(1, new("b", 2), new KeyValuePair<string, object?>("a", "x"));
        counter.Add(1, new("a", "x"), new KeyValuePair<string, object?>("b", 2));
        AssertLines("c_total{a=\"x\",b=\"2\"} 2");
    }

    [Fact]
    public void EscapesLabelsHelpAndNames()
    {
        _meter.CreateCounter<int>("my.counter-total", null, "one\\two\nthree").Add(1, new KeyValuePair<string, object?>("http.route", "a\"b\\c\nd"), new("__x", null));
        AssertLines("# HELP my_counter_total one\\\\two\\nthree", "my_counter_total{_x=\"\",http_route=\"a\\\"b\\\\c\\nd\"} 1");
    }

    [Fact]
    public void WritesHistogramsWithTheAdvisedBucketsCumulatively()
    {
        var histogram = _meter.CreateHistogram("h", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2.5] });
        foreach (var value in new[] { 0.5, 1, 2, 99 })
        {
            histogram.Record(value, new KeyValuePair<string, object?>("k", "v"));
        }

        AssertLines("# TYPE h histogram", "h_bucket{k=\"v\",le=\"1\"} 2", "h_bucket{k=\"v\",le=\"2.5\"} 3", "h_bucket{k=\"v\",le=\"+Inf\"} 4", "h_sum{k=\"v\"} 102.5", "h_count{k=\"v\"} 4");
    }

    [Fact]
    public void WritesHistogramsOfWholeNumbersToo()
    {
        _meter.CreateHistogram("h", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [10] }).Record(11);
        AssertLines("h_bucket{le=\"10\"} 0", "h_bucket{le=\"+Inf\"} 1");
    }

    [Fact]
    public void WritesInfinitiesAndNaNAsPrometheusReadsThem()
    {
        _meter.CreateGauge<double>("i").Record(double.PositiveInfinity);
        _meter.CreateGauge<double>("m").Record(double.NegativeInfinity);
        _meter.CreateGauge<double>("n").Record(double.NaN);
        AssertLines("i +Inf", "m -Inf", "n NaN");
    }

    [Fact]
    public void AnObservableThatThrowsDoesNotTakeTheOthersWithIt()
    {
        _meter.CreateObservableGauge("a", new Func<int>(() => throw new InvalidOperationException("no")));
        _meter.CreateObservableGauge("b", () => 1);
        _meter.CreateCounter<int>("c_total").Add(1);
        AssertLines("b 1", "c_total 1");
        Assert.DoesNotContain("# TYPE a ", _exposition.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoLongerObservedVanishes()
    {
        var names = new List<string> { "x", "y" };
        _meter.CreateObservableGauge("g", () => names.Select(n => new Measurement<int>(1, new KeyValuePair<string, object?>("n", n))));
        AssertLines("g{n=\"x\"} 1", "g{n=\"y\"} 1");
        names.Remove("y");
        Assert.DoesNotContain("n=\"y\"", _exposition.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void DropsSeriesBeyondTheCapAndCountsThem()
    {
        var counter = _meter.CreateCounter<int>("c_total");
        for (var i = 0; i < MetricFamily.MaxSeries + 7; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("i", i));
        }

        AssertLines("chronosops_metrics_dropped_total 7");
        Assert.Equal(MetricFamily.MaxSeries, _exposition.Write().Split('\n').Count(line => line.StartsWith("c_total{", StringComparison.Ordinal)));
    }

    [Fact]
    public void DoesNotListenToAnotherMeterOfTheSameName()
    {
        using var other = new Meter("test");
        other.CreateCounter<int>("foreign_total").Add(1);
        Assert.DoesNotContain("foreign_total", _exposition.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CountsAreExactWhenManyMeasureAndScrapeAtOnce()
    {
        var counter = _meter.CreateCounter<int>("c_total");
        var histogram = _meter.CreateHistogram("h", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1] });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            for (var n = 0; n < 5000; n++)
            {
                counter.Add(1);
                histogram.Record(1);
                if (n % 500 == 0)
                {
                    AssertHistogramAddsUp(_exposition.Write());
                }
            }
        })));
        AssertLines("c_total 40000", "h_bucket{le=\"1\"} 40000", "h_count 40000", "h_sum 40000");
    }

    private static void AssertHistogramAddsUp(string text)
    {
        var values = text.Split('\n').Where(l => l.StartsWith("h_", StringComparison.Ordinal)).Select(l => l[(l.LastIndexOf(' ') + 1)..]).Distinct();
        Assert.Single(values);
    }

    private void AssertLines(params string[] expected)
    {
        var text = _exposition.Write();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var lines = text.Split('\n');
        Assert.All(expected, line => Assert.Contains(line, lines));
    }
}
