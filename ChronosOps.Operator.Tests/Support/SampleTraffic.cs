using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>Traffic in steps of five seconds, the newest of which ends now.</summary>
internal static class SampleTraffic
{
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    public static WorkloadTraffic Of(params (string Revision, IReadOnlyList<TrafficStep> Steps)[] revisions) =>
        new(Step, revisions.ToDictionary(one => one.Revision, one => one.Steps));

    /// <summary>Steps of equal traffic, the newest of which ends at <paramref name="end"/> (now, when not given).</summary>
    public static IReadOnlyList<TrafficStep> Steady(int count, double requests, double errors = 0, double? seconds = null, DateTimeOffset? end = null) =>
        Steps(end, [.. Enumerable.Repeat((requests, errors), count)], seconds);

    /// <summary>Steps with (requests, errors) each, the newest last.</summary>
    public static IReadOnlyList<TrafficStep> Steps(params (double Requests, double Errors)[] steps) => Steps(null, steps, null);

    /// <summary>Durations that all fall right at a bound: p95 is a little below it.</summary>
    public static LatencyHistogram Took(double requests, double seconds)
    {
        double[] bounds = [0.1, 0.25, 0.5, 1, 2.5, double.PositiveInfinity];
        return new LatencyHistogram(bounds.ToDictionary(bound => bound, bound => bound >= seconds ? requests : 0));
    }

    private static IReadOnlyList<TrafficStep> Steps(DateTimeOffset? end, (double Requests, double Errors)[] steps, double? seconds)
    {
        var last = end ?? SampleWorkload.Now;
        return
        [
            .. steps.Select((step, k) =>
            {
                var to = last - ((steps.Length - 1 - k) * Step);
                return new TrafficStep(to - Step, to, step.Requests, step.Errors, seconds is { } took ? Took(step.Requests, took) : LatencyHistogram.Empty);
            }),
        ];
    }
}
