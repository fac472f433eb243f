using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>A queue may hold up to 10; beyond that for 10 s it is a problem.</summary>
public sealed class QueryJudgeTests
{
    private const string NewPod = "checkout-7c9b4d8f6-nnnn1";
    private const string OldPod = "checkout-5f8d6c7b9-oooo1";

    [Theory]
    [InlineData(new double[] { 1, 2, 3 }, SignalState.Healthy)]
    [InlineData(new double[] { 50, 50, 9.9 }, SignalState.Healthy)]
    [InlineData(new double[] { 1, 1, 10 }, SignalState.Pending)]
    [InlineData(new double[] { 1, 20, 20 }, SignalState.Pending)]
    [InlineData(new double[] { 20, 20, 20 }, SignalState.Firing)]
    [InlineData(new double[] { 20, 1, 20, 20 }, SignalState.Pending)]
    [InlineData(new double[] { 20, double.NaN, 20, 20 }, SignalState.Firing)]
    [InlineData(new double[] { double.NaN, double.PositiveInfinity }, SignalState.Unknown)]
    [InlineData(new double[] { }, SignalState.Unknown)]
    public void JudgesByValueAndDuration(double[] values, SignalState expected) => Assert.Equal(expected, Judge(Series(NewPod, values)).State);

    [Theory]
    [InlineData(0, new[] { double.NaN, double.NegativeInfinity }, "the query gives no numbers, but NaN or infinity")]
    [InlineData(-604_800, new double[] { 50, 50 }, "the newest value of the query is too old: 168h00m")]
    [InlineData(-16, new[] { double.NaN, double.NaN }, "the query gives no recent value")]
    public void TellsWhyNothingIsKnown(double end, double[] values, string message)
    {
        var reading = Judge(SeriesEnding(end, NewPod, values));
        Assert.Equal((SignalState.Unknown, message), (reading.State, reading.Message));
    }

    /// <summary>However large, it is what the query gives.</summary>
    [Fact]
    public void AHugeValueIsToldAsItIs()
    {
        var reading = Judge(Series(NewPod, 1e308, 1e308, 1e308));
        Assert.Equal((SignalState.Firing, 1e308), (reading.State, reading.Value));
    }

    [Fact]
    public void TellsWhenItsNewestValueWasMeasured()
    {
        Assert.Equal(SampleWorkload.Now, Judge(Series(NewPod, 1, 2, 3)).MeasuredAt);
        Assert.Equal(SampleWorkload.At(-5), Judge(SeriesEnding(-5, NewPod, 20, 20, 20)).MeasuredAt);
        Assert.Null(Judge(Series(NewPod)).MeasuredAt);
    }

    [Fact]
    public void NamesTheRevisionOfThePods()
    {
        var reading = Judge(Series(OldPod, 1, 1, 1), Series(NewPod, 20, 20, 20));
        Assert.Equal((SignalState.Firing, SampleWorkload.New, SampleWorkload.At(-10)), (reading.State, reading.Revision, reading.Since));
    }

    /// <summary>Pods of the release before are shown for a while.</summary>
    [Fact]
    public void OfRevisionsThatAreWellTheCurrentOneIsNamed()
    {
        Assert.Equal((SignalState.Healthy, SampleWorkload.New), Named(Judge(Series(OldPod, 1, 1, 1), Series(NewPod, 2, 2, 2))));
        Assert.Equal((SignalState.Healthy, SampleWorkload.New), Named(Judge(Series(NewPod, 2, 2, 2), Series(OldPod, 1, 1, 1))));
        Assert.Equal((SignalState.Healthy, SampleWorkload.Old), Named(Judge(Series(OldPod, 1, 1, 1))));

        static (SignalState State, string? Revision) Named(SignalReading reading) => (reading.State, reading.Revision);
    }

    [Fact]
    public void TheWorstPodOfARevisionDecides() =>
        Assert.Equal(20, Judge(Series(NewPod, 1, 1, 1), Series("checkout-7c9b4d8f6-nnnn2", 20, 20, 20)).Value);

    [Fact]
    public void TheNewestValueOfEachPodIsTold()
    {
        var reading = Judge(Series(NewPod, 1, 1, 20), Series("checkout-7c9b4d8f6-nnnn2", 20, 20, 5), Series("checkout-7c9b4d8f6-nnnn3", 20, 20, 4.9), SeriesEnding(-11, "checkout-7c9b4d8f6-nnnn4", 20, 20, 20));
        Assert.Equal([(NewPod, 20.0, true), ("checkout-7c9b4d8f6-nnnn2", 5, true), ("checkout-7c9b4d8f6-nnnn3", 4.9, false)], reading.Pods.Select(pod => (pod.Pod, pod.Value, pod.IsNear)));
        Assert.False(reading.TellsGrowth);
    }

    /// <summary>The values of a pod of the new revision, and of one of the old. Rolled back, none of the new revision is there, and a rate goes on telling of it.</summary>
    [Theory]
    [InlineData(20.0, 1.0, SignalState.Healthy)]
    [InlineData(1.0, 20.0, SignalState.Firing)]
    [InlineData(20.0, null, SignalState.Firing)]
    [InlineData(20.0, double.NaN, SignalState.Firing)]
    public void PodsThatHaveEndedCountWhereNothingIsKnownOfThoseThatAreThere(double ended, double? serving, SignalState expected)
    {
        Series[] series = [Series(NewPod, ended, ended, ended), .. serving is { } value ? new[] { Series(OldPod, value, value, value) } : []];
        var reading = QueryJudge.Judge(SamplePolicy.Query(), SampleWorkload.RolledBack(), series, true, SampleTraffic.Step, SampleWorkload.Now);
        Assert.Equal((expected, double.IsFinite(serving ?? double.NaN) ? SampleWorkload.Old : SampleWorkload.New), (reading.State, reading.Revision));
        var leaving = SampleWorkload.RolledBack();
        leaving = leaving with { Pods = [.. leaving.Pods, SampleWorkload.Pod(NewPod, SampleWorkload.New, SampleWorkload.At(-60)) with { Deleting = true }] };
        Assert.Equal(expected, QueryJudge.Judge(SamplePolicy.Query(), leaving, series, true, SampleTraffic.Step, SampleWorkload.Now).State);
    }

    /// <summary>A Deployment's pods that are gone are known by their names, and their last values are shown for minutes.</summary>
    [Fact]
    public void OfContainersOnlyThoseOfPodsThatAreThereCount()
    {
        var memory = SamplePolicy.Query() with { Kind = ChronosOps.Operator.Api.SignalKind.MemoryGrowth };
        var gone = Series("checkout-5f8d6c7b9-gone1", 20, 20, 20);
        Assert.Equal(SignalState.Firing, Judge(gone).State);
        Assert.Equal(SignalState.Unknown, QueryJudge.Judge(memory, SampleWorkload.Rolling(), [gone], true, SampleTraffic.Step, SampleWorkload.Now).State);
        var reading = QueryJudge.Judge(memory, SampleWorkload.Rolling(), [gone, Series(OldPod, 0, 0, 0)], true, SampleTraffic.Step, SampleWorkload.Now);
        Assert.Equal((SignalState.Healthy, true), (reading.State, reading.TellsGrowth));
        var leaving = SampleWorkload.Rolling();
        leaving = leaving with { Pods = [.. leaving.Pods.Select(pod => pod with { Deleting = true })] };
        Assert.Equal(SignalState.Unknown, QueryJudge.Judge(memory, leaving, [Series(OldPod, 20, 20, 20)], true, SampleTraffic.Step, SampleWorkload.Now).State);
    }

    [Fact]
    public void PodsOfOtherWorkloadsAreNotJudged() => Assert.Equal(SignalState.Unknown, Judge(Series("cart-5f8d6c7b9-aaaa1", 20, 20, 20)).State);

    [Fact]
    public void AnEmptyAnswerIsUnknown() => Assert.Equal(SignalState.Unknown, Judge().State);

    [Fact]
    public void OldValuesAreUnknown() => Assert.Equal(SignalState.Unknown, Judge(SeriesEnding(-16, NewPod, 1, 1, 1)).State);

    [Fact]
    public void OneSeriesWithoutAPodIsThatOfTheOneWorkloadThatThePolicyNames()
    {
        var reading = QueryJudge.Judge(SamplePolicy.Query(), SampleWorkload.Rolling(), [Series(null, 20, 20, 20)], true, SampleTraffic.Step, SampleWorkload.Now);
        Assert.Equal((SignalState.Firing, (string?)null), (reading.State, reading.Revision));
    }

    [Fact]
    public void OneSeriesWithoutAPodIsNobodysWhereThePolicySelectsMany()
    {
        var reading = QueryJudge.Judge(SamplePolicy.Query(), SampleWorkload.Rolling(), [Series(null, 20, 20, 20)], false, SampleTraffic.Step, SampleWorkload.Now);
        Assert.Equal(SignalState.Unknown, reading.State);
        Assert.Contains("pod label", reading.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralSeriesWithoutAPodAreNobodys() => Assert.Equal(SignalState.Unknown, Judge(Series(null, 20, 20, 20), Series(NewPod, 20, 20, 20)).State);

    private static SignalReading Judge(params Series[] series) =>
        QueryJudge.Judge(SamplePolicy.Query(), SampleWorkload.Rolling(), series, true, SampleTraffic.Step, SampleWorkload.Now);

    private static Series Series(string? pod, params double[] values) => SeriesEnding(0, pod, values);

    private static Series SeriesEnding(double end, string? pod, params double[] values) => new(
        pod is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["pod"] = pod },
        [.. values.Select((value, k) => new Point(SampleWorkload.At(end - (5 * (values.Length - 1 - k))), value))]);
}
