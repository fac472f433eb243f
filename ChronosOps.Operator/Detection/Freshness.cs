using System.Globalization;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// How late the series of a namespace come, by the time of its newest sample: a range query goes on showing a value for minutes, and does not tell how old it is. Steps after the newest
/// sample tell nothing, and are not taken for steps without requests. Pure.
/// </summary>
public static class Freshness
{
    /// <summary>What is scraped at all is scraped once a minute, as Prometheus does by default; with one that failed.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    /// <summary>Whichever of these a namespace has. What they are does not matter, only when they were sampled.</summary>
    private static readonly string[] Metrics =
        ["http_requests_total", "http_server_request_duration_seconds_count", "http_request_duration_seconds_count", "container_memory_working_set_bytes", "up"];

    /// <summary>The time of the newest sample of each namespace, in seconds since 1970.</summary>
    public static readonly SpannedQuery Query = new("freshness", (namespaces, pods) =>
        $"max by (namespace) ({string.Join(" or ", Metrics.Select((metric, k) => $"label_replace(max by (namespace) (timestamp({metric}{{{SeriesScope.Matchers(namespaces, pods)}}})), \"of\", \"{k}\", \"\", \"\")"))})");

    /// <summary>Reads the answer.</summary>
    public static Dictionary<string, DateTimeOffset> Read(IReadOnlyList<Series> series)
    {
        var newest = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var one in series)
        {
            var ns = one.Labels.GetValueOrDefault("namespace", "");
            if (ns.Length > 0 && one.Points.Count > 0 && one.Points[^1].Value is > 0 and < 253_402_300_799 and var seconds)
            {
                var time = DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000));
                newest[ns] = newest.TryGetValue(ns, out var known) && known > time ? known : time;
            }
        }

        return newest;
    }

    /// <summary>Why nothing may be concluded from series that are so late; null where they are not.</summary>
    /// <param name="newest">The time of the newest sample.</param>
    /// <param name="end">The last step.</param>
    /// <param name="step">The distance of steps.</param>
    /// <param name="clockAhead">By how much the clock of Prometheus is ahead of ours, where that is known.</param>
    public static SeriesUnavailableException? TooLate(DateTimeOffset newest, DateTimeOffset end, TimeSpan step, TimeSpan? clockAhead)
    {
        var lag = end - newest;
        var most = step * 4 > Tolerance ? step * 4 : Tolerance;
        var clocks = clockAhead?.Duration() > ClockTolerance ? $"; the clock of Prometheus is {Describe(clockAhead.Value)}" : "";
        return lag > most
            ? new SeriesUnavailableException(SeriesReasons.Late, $"the newest sample of the namespace is older than {Quantities.Format(most)}: its scrapes fail, or remote write is behind{clocks}")
            : null;
    }

    /// <summary>Clocks that differ by no more than this are alike: answers tell the time in whole seconds, and are on their way for a while.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>How a difference of clocks is told: to five seconds, so that what is written down of it does not change all the time.</summary>
    public static string Describe(TimeSpan ahead) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(ahead.Duration().TotalSeconds / 5) * 5:0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the operator's");

    /// <summary>The series without the points of steps that began after the newest sample of their namespace.</summary>
    public static IReadOnlyList<Series> Settled(IReadOnlyList<Series> series, IReadOnlyDictionary<string, DateTimeOffset> newest, TimeSpan step, DateTimeOffset end) =>
        newest.Values.All(time => end - step < time)
            ? series
            : [.. series.Select(one => one.Points.Count > 0 && newest.TryGetValue(one.Labels.GetValueOrDefault("namespace", ""), out var last) && one.Points[^1].Time - step >= last
                ? one with { Points = [.. one.Points.TakeWhile(point => point.Time - step < last)] }
                : one)];
}
