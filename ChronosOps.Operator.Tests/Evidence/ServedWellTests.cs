using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

/// <summary>Twelve steps of five seconds with fifty requests each, the last of them until the onset.</summary>
public sealed class ServedWellTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(12, 50, 0, 60.0)]
    [InlineData(2, 50, 0, 10.0)]
    [InlineData(1, 50, 0, null)]
    [InlineData(12, 50, 1, 60.0)]
    [InlineData(12, 50, 2, null)]
    public void ARevisionServedWellBeforeWhereThatIsNoLuck(int steps, double requests, double errors, double? expected) =>
        Assert.Equal(expected, Until(Served(steps, requests, errors), SamplePolicy.Errors()));

    /// <summary>A revision that fails as often as the limit says would hardly serve so many without a failure.</summary>
    [Theory]
    [InlineData(0.05, 58, false)]
    [InlineData(0.05, 59, true)]
    [InlineData(0.2, 13, false)]
    [InlineData(0.2, 14, true)]
    [InlineData(0.01, 99, false)]
    [InlineData(0.01, 100, true)]
    [InlineData(1, 1, true)]
    public void HowManyRequestsThatTakesFollowsFromTheLimit(double threshold, double requests, bool well) =>
        Assert.Equal(well, Until(Served(1, requests, 0), SamplePolicy.Errors() with { Threshold = threshold }) is not null);

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    public void OfLatencyAloneItTakesAHundred(double requests, bool well)
    {
        List<TrafficStep> steps = [Served(1, requests, 0)[0] with { Latency = new LatencyHistogram(new Dictionary<double, double> { [0.1] = requests, [double.PositiveInfinity] = requests }) }];
        Assert.Equal(well, Until(steps, SamplePolicy.Latency()) is not null);
    }

    [Fact]
    public void OnlyWhatItServedWithoutAPauseUntilTheOnsetCounts()
    {
        var steps = Served(12, 50, 0);
        steps[7] = steps[7] with { Errors = 40 };
        Assert.Equal(20, Until(steps, SamplePolicy.Errors()));
        steps[7] = steps[7] with { Errors = 0, Requests = 0 };
        Assert.Equal(20, Until(steps, SamplePolicy.Errors()));
        Assert.Null(Until(steps, SamplePolicy.Errors(), SamplePolicy.Latency()));
        Assert.Null(Until(steps));
        Assert.Null(Until([], SamplePolicy.Errors()));
    }

    private static double? Until(IReadOnlyList<TrafficStep> steps, params EffectiveSignal[] signals) => ServedWell.Until(SampleBundle.Onset, steps, signals)?.TotalSeconds;

    private static List<TrafficStep> Served(int count, double requests, double errors) =>
    [
        .. from k in Enumerable.Range(0, count)
           let until = SampleBundle.Onset - (Step * (count - 1 - k))
           select new TrafficStep(until - Step, until, requests, errors, LatencyHistogram.Empty),
        new TrafficStep(SampleBundle.Onset, SampleBundle.Onset + Step, requests, requests, LatencyHistogram.Empty),
    ];
}
