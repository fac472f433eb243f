using System.Globalization;
using System.Text;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Integrations;

/// <summary>Whatever Prometheus answers, from the bytes to the verdict: no crash, and no incident that the series do not show.</summary>
public sealed class StrangeSeriesProperties
{
    private const int Step = 5;
    private static readonly Config Often = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1000);
    private static readonly string[] Values = ["NaN", "+Inf", "-Inf", "0", "-0", "-1", "1e308", "-1e308", "1.7976931348623157e308", "5e-324", "3", "1e15", "0.5"];
    private static readonly long Now = SampleWorkload.Now.ToUnixTimeSeconds();
    private static readonly string[] Pods = ["checkout-5f8d6c7b9-oooo1", "checkout-5f8d6c7b9-oooo2", "checkout-7c9b4d8f6-nnnn1", "checkout-5f8d6c7b9-gone1", "cart-1", ""];

    [Fact]
    public void WithoutASeriesOfErrorsNothingIsWrongHoweverStrangeTheRequestsAre() =>
        Prop.ForAll(Strange.ToArbitrary(), requests =>
        {
            var errors = Judge(requests, "", "").Single(signal => signal.Signal == "errors");
            Assert.True(errors.State is SignalState.Healthy or SignalState.Unknown, errors.Message);
        }).Check(Often);

    [Fact]
    public void WhateverIsReadIsJudgedAndWhatFiresHasAValueBeyondItsLimit() =>
        Prop.ForAll(Strange.ToArbitrary(), Strange.ToArbitrary(), Strange.ToArbitrary(), (requests, errors, queue) =>
        {
            foreach (var signal in Judge(requests, errors, queue).Where(signal => !signal.IsKubernetesSign && signal.State is SignalState.Firing or SignalState.Pending))
            {
                Assert.True(signal.Value is { } value && double.IsFinite(value) && signal.Since <= SampleWorkload.Now, signal.Message);
            }
        }).Check(Often);

    /// <summary>Neither the order of points, nor points that are there twice, nor those of other times are of any account.</summary>
    [Fact]
    public void ASeriesInDisorderIsJudgedAsInOrder() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new System.Random(seed);
            var points = Enumerable.Range(0, 20).Select(k => (Time: Now - (Step * (19 - k)), Value: $"{random.Next(20)}")).ToList();
            var mixed = points.Concat(points.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).Append((Now + 604_800, "99")).Append((Now - 604_800, "99"));
            Assert.Equal(Queue(points), Queue(mixed));
        }).Check(Often);

    [Theory]
    [InlineData(604_800)]
    [InlineData(3600)]
    [InlineData(60)]
    public void WhatEndedIsUnknownHoweverBadItWas(int before) =>
        Assert.Equal(SignalState.Unknown, Queue(Enumerable.Range(0, 20).Select(k => (Now - before - (Step * k), "99"))).State);

    /// <summary>A week without samples, and then a few: what was before it says nothing of now.</summary>
    [Fact]
    public void ATroubleOfLastWeekDoesNotMakeThatOfNowLast()
    {
        var queue = Queue([(Now - 604_800, "99"), (Now - Step, "1"), (Now, "99")]);
        Assert.Equal((SignalState.Pending, SampleWorkload.Now), (queue.State, queue.Since));
    }

    [Fact]
    public void CountersThatBeginAnewAllTheTimeAreNoErrors()
    {
        var requests = Series("checkout-5f8d6c7b9-oooo1", Enumerable.Range(0, 20).Select(k => (Now - (Step * (19 - k)), $"{(k % 3) * 1000}")));
        var errors = Series("checkout-5f8d6c7b9-oooo1", Enumerable.Range(0, 20).Select(k => (Now - (Step * (19 - k)), $"{(k % 3) * 5}")));
        Assert.Equal(SignalState.Healthy, Judge(requests, errors, "").Single(signal => signal.Signal == "errors").State);
    }

    /// <summary>Prometheus ends a series that went stale. What a pod that is gone was beyond does not go on for the others.</summary>
    [Fact]
    public void ASeriesThatWentStaleIsNotCarriedOn()
    {
        var gone = Series("checkout-5f8d6c7b9-oooo1", Enumerable.Range(0, 17).Select(k => (Now - (Step * (19 - k)), "99")));
        var well = Series("checkout-5f8d6c7b9-oooo2", Enumerable.Range(0, 20).Select(k => (Now - (Step * (19 - k)), "1")));
        var queue = Judge("", "", $"{gone},{well}").Single(signal => signal.Signal == "queue");
        Assert.Equal((SignalState.Healthy, 1.0), (queue.State, queue.Value));
        Assert.Equal(["checkout-5f8d6c7b9-oooo2"], queue.Pods.Select(pod => pod.Pod));
    }

    private static Gen<string> Strange =>
        from count in Gen.Choose(0, 4)
        from series in Gen.ArrayOf(StrangeSeries, count)
        select string.Join(',', series);

    private static Gen<string> StrangeSeries =>
        from pod in Gen.Elements(Pods)
        from length in Gen.Choose(0, 25)
        from offsets in Gen.ArrayOf(Gen.Frequency((20, Gen.Choose(-20, 0).Select(k => k * Step)), (1, Gen.Choose(-604_800, 604_800))), length)
        from values in Gen.ArrayOf(Gen.OneOf(Gen.Elements(Values), Gen.Choose(0, 2000).Select(number => number.ToString(CultureInfo.InvariantCulture))), length)
        select Series(pod, offsets.Zip(values).Select(pair => (Now + pair.First, pair.Second)));

    private static string Series(string pod, IEnumerable<(long Time, string Value)> points) =>
        $$"""{"metric":{"namespace":"shop","pod":"{{pod}}"},"values":[{{string.Join(',', points.Select(point => $"[{point.Time},\"{point.Value}\"]"))}}]}""";

    private static SignalReading Queue(IEnumerable<(long Time, string Value)> points) =>
        Judge("", "", Series("checkout-5f8d6c7b9-oooo1", points)).Single(signal => signal.Signal == "queue") with { Pods = [] };

    private static IReadOnlyList<SignalReading> Judge(string requests, string errors, string queue)
    {
        var policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors(), SamplePolicy.Query()] };
        var source = new Answering(query => query == TrafficQueries.Requests(["shop"]) ? requests : query == TrafficQueries.Errors(["shop"]) ? errors : query == policy.Signals[1].Query ? queue : "");

        // Nothing in it waits, so that the task is complete when it is returned.
        var task = new Evaluation(source, TimeSpan.FromSeconds(Step)).RunAsync([(SampleWorkload.Rolling() with { RolloutStartedAt = SampleWorkload.At(-86400) }, policy)], SampleWorkload.Now, CancellationToken.None);
        return Assert.Single(task.GetAwaiter().GetResult()).Signals;
    }

    private sealed class Answering(Func<string, string> answer) : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken) =>
            PrometheusReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(PrometheusSeriesSourceTests.Matrix(answer(query)))), 1 << 20, false, cancellationToken);
    }
}
