using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>Prometheus goes on showing the last value of a counter for five minutes: where samples come late, nobody has stopped asking.</summary>
public sealed class FreshnessTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private const string Pod = "checkout-5f8d6c7b9-oooo1";

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(12)]
    public async Task ALittleLaterTheStepsUntilTheNewestSampleAreJudged(int seconds)
    {
        var reading = await ReadAsync(late: seconds);
        Assert.Null(reading.SeriesError);
        Assert.Equal(SignalState.Healthy, Errors(reading).State);
        Assert.All(reading.Traffic.Whole(), step => Assert.InRange(step.Requests, 1, 101));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(119)]
    public async Task NoStepAfterTheNewestSampleIsTakenForOneWithoutRequests(int seconds)
    {
        var reading = await ReadAsync(late: seconds);
        Assert.Equal(SignalState.Unknown, Errors(reading).State);
        Assert.Contains(seconds == 30 ? "too old" : "no requests were measured", Errors(reading).Message, StringComparison.Ordinal);
        Assert.All(reading.Traffic.Whole(), step => Assert.InRange(step.Requests, 99, 101));
    }

    [Theory]
    [InlineData(121, null, "remote write")]
    [InlineData(290, -285.0, "285 s behind")]
    [InlineData(290, -2.0, "remote write")]
    public async Task WhatIsMinutesLateIsUnknownAndSaidSo(int seconds, double? ahead, string told)
    {
        var reading = await ReadAsync(late: seconds, ahead: ahead);
        Assert.StartsWith("Late: ", reading.SeriesError, StringComparison.Ordinal);
        Assert.Contains(told, reading.SeriesError, StringComparison.Ordinal);
        Assert.Equal(reading.SeriesError, reading.RequestsError);
        Assert.True(reading.SourceFailed);
        Assert.Empty(reading.Traffic.ByRevision);
        Assert.Equal(SignalState.Unknown, Errors(reading).State);
    }

    [Fact]
    public async Task APolicyThatHasOnlyAQueryOfItsOwnIsToldOfLateSamplesToo()
    {
        var policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Query()], KnownGoodRequests = 0 };
        var reading = Assert.Single(await new Evaluation(new Lagging(121), Interval).RunAsync([(SampleWorkload.Settled(), policy)], SampleWorkload.Now, TestContext.Current.CancellationToken));
        Assert.StartsWith("Late: ", reading.SeriesError, StringComparison.Ordinal);
        Assert.Equal(SignalState.Unknown, reading.Signals.Single(signal => signal.Signal == "queue").State);
    }

    /// <summary>Without one of the metrics that are looked at nothing is known of it, and nothing is made of it.</summary>
    [Fact]
    public async Task WhereItCannotBeToldHowOldSamplesAreAllStepsCount()
    {
        var reading = await ReadAsync(late: null);
        Assert.Equal(SignalState.Healthy, Errors(reading).State);
    }

    [Fact]
    public void TheNewestOfANamespaceCounts()
    {
        var read = Freshness.Read([One("shop", 10), One("shop", 30), One("bank", double.NaN), One("bank", -1), One("till", 1e300), One("cart", 7.5), new Series(new Dictionary<string, string>(), [new Point(SampleWorkload.Now, 5)])]);
        Assert.Equal(new Dictionary<string, DateTimeOffset> { ["shop"] = DateTimeOffset.FromUnixTimeSeconds(30), ["cart"] = DateTimeOffset.FromUnixTimeMilliseconds(7500) }, read);
    }

    private static Series One(string ns, double value) => new(new Dictionary<string, string> { ["namespace"] = ns }, [new Point(SampleWorkload.Now, value)]);

    private static SignalReading Errors(WorkloadReading reading) => reading.Signals.Single(signal => signal.Signal == "errors");

    private static async Task<WorkloadReading> ReadAsync(int? late, double? ahead = null)
    {
        var policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors()] };
        var source = new Lagging(late) { ClockAhead = ahead is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
        return Assert.Single(await new Evaluation(source, Interval).RunAsync([(SampleWorkload.Settled(), policy)], SampleWorkload.Now, TestContext.Current.CancellationToken));
    }

    /// <summary>100 requests in each step, as far as samples have come.</summary>
    private sealed class Lagging(int? late) : ISeriesSource
    {
        public TimeSpan? ClockAhead { get; init; }

        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            var newest = SampleWorkload.Now.AddSeconds(-(late ?? 0));
            var points = Enumerable.Range(0, (int)((end - start) / step) + 1).Select(k => start + (k * step))
                .Select(time => new Point(time, 100 * (((time < newest ? time : newest) - SampleWorkload.At(-86400)) / step)));
            return Task.FromResult<IReadOnlyList<Series>>(
                query == TrafficQueries.Requests(["shop"]) ? [new Series(new Dictionary<string, string> { ["namespace"] = "shop", ["pod"] = Pod }, [.. points])]
                : query == Freshness.Query.Text(["shop"]) && late is not null ? [One("shop", newest.ToUnixTimeSeconds())]
                : []);
        }
    }
}
