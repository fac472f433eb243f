using ChronosOps.Operator.Detection;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class LatencyHistogramTests
{
    private static readonly LatencyHistogram Known = Of((0.1, 50), (0.5, 90), (1, 100), (double.PositiveInfinity, 100));

    [Theory]
    [InlineData(0.25, 0.05)]
    [InlineData(0.5, 0.1)]
    [InlineData(0.7, 0.3)]
    [InlineData(0.9, 0.5)]
    [InlineData(0.95, 0.75)]
    [InlineData(1, 1)]
    public void QuantilesAreThoseThatPrometheusComputes(double quantile, double expected) =>
        Assert.Equal(expected, Known.Quantile(quantile), 9);

    [Fact]
    public void BeyondTheLastBoundTheLastBoundIsTheAnswer() =>
        Assert.Equal(0.1, Of((0.1, 10), (double.PositiveInfinity, 100)).Quantile(0.95));

    [Fact]
    public void AnEmptyBucketInBetweenDoesNotDivideByZero() =>
        Assert.Equal(1, Of((0.1, 10), (0.5, 10), (1, 20), (double.PositiveInfinity, 20)).Quantile(1));

    [Fact]
    public void WithoutObservationsThereIsNoQuantile()
    {
        Assert.True(double.IsNaN(LatencyHistogram.Empty.Quantile(0.95)));
        Assert.True(double.IsNaN(Of((0.1, 0), (double.PositiveInfinity, 0)).Quantile(0.95)));
    }

    [Fact]
    public void WithoutTheLastBucketThereIsNoQuantile() => Assert.True(double.IsNaN(Of((0.1, 10), (0.5, 20)).Quantile(0.95)));

    [Fact]
    public void ALoneLastBucketTellsNoDuration() => Assert.True(double.IsNaN(Of((double.PositiveInfinity, 20)).Quantile(0.95)));

    [Fact]
    public void SumsAddTheBucketsOfEachBound() =>
        Assert.Equal(
            new Dictionary<double, double> { [0.1] = 53, [0.5] = 90, [1] = 100, [double.PositiveInfinity] = 105 },
            LatencyHistogram.Sum([Known, Of((0.1, 3), (double.PositiveInfinity, 5))]).Cumulative);

    private static LatencyHistogram Of(params (double Bound, double Count)[] buckets) => new(buckets.ToDictionary(bucket => bucket.Bound, bucket => bucket.Count));
}
