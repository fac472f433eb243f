using System.Globalization;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

/// <summary>A pod of the past: when it was scraped, how many requests a second it answered, and how many of them failed when.</summary>
internal sealed record TrafficPod(string Name, double From, double To, double Rate = 10, double BaseErrors = 0, double Errors = 0, double ErrorsFrom = 0, double ErrorsTo = double.MaxValue, double Latency = 0.04)
{
    /// <summary>When it was created: some seconds before it was scraped for the first time.</summary>
    public DateTimeOffset CreatedAt => PastTraffic.At(From - 8);
}

/// <summary>The series that a namespace of such pods leaves behind, in seconds since its beginning.</summary>
internal sealed class PastTraffic(params IReadOnlyList<TrafficPod> pods) : ISeriesSource
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly double[] Bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, double.PositiveInfinity];

    public int Queries { get; private set; }

    /// <summary>The most points of a series that it gives in one answer, as Prometheus has it.</summary>
    public int MostPoints { get; init; } = 11_000;

    public IReadOnlyList<TrafficPod> Pods { get; } = pods;

    /// <summary>A whole multiple of the interval.</summary>
    public static DateTimeOffset At(double seconds) => FakeTime.Epoch.AddSeconds(seconds);

    public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        Queries++;
        if ((end - start) / step >= MostPoints)
        {
            throw new SeriesUnavailableException("BadQuery", "exceeded maximum resolution of 11,000 points per timeseries");
        }

        IEnumerable<Series> series = query == TrafficQueries.Requests(["shop"]) ? Pods.Select(pod => Of(pod, null, Requests))
            : query == TrafficQueries.Errors(["shop"]) ? Pods.Where(pod => pod.Errors > 0 || pod.BaseErrors > 0).Select(pod => Of(pod, null, Errors))
            : query == TrafficQueries.Latency(["shop"]) ? Pods.SelectMany(pod => Bounds.Select(bound => Of(pod, bound, (one, time) => one.Latency <= bound ? Requests(one, time) : 0)))
            : query.StartsWith("group by", StringComparison.Ordinal) || query == Freshness.Query.Text(["shop"]) ? []
            : throw new SeriesUnavailableException("BadQuery", query);
        return Task.FromResult<IReadOnlyList<Series>>([.. series.Where(one => one.Points.Count > 0)]);

        Series Of(TrafficPod pod, double? bound, Func<TrafficPod, double, double> counter)
        {
            var labels = new Dictionary<string, string> { ["namespace"] = "shop", ["pod"] = pod.Name };
            if (bound is { } le)
            {
                labels["le"] = double.IsInfinity(le) ? "+Inf" : le.ToString(CultureInfo.InvariantCulture);
            }

            var points = new List<Point>();
            for (var time = start; time <= end; time += step)
            {
                var seconds = (time - At(0)).TotalSeconds;
                if (seconds >= pod.From && seconds <= pod.To)
                {
                    points.Add(new Point(time, Math.Floor(counter(pod, seconds))));
                }
            }

            return new Series(labels, points);
        }
    }

    /// <summary>The counter of answered requests, and of failed ones.</summary>
    public static double Requests(TrafficPod pod, double time) => pod.Rate * (time - pod.From);

    public static double Errors(TrafficPod pod, double time) =>
        (pod.BaseErrors * Requests(pod, time)) + (pod.Errors * pod.Rate * Math.Max(0, Math.Min(time, pod.ErrorsTo) - Math.Max(pod.From, pod.ErrorsFrom)));
}

/// <summary>What happened.</summary>
internal static class PastStories
{
    public const string Old = "5f8d6c7b9";
    public const string New = "7c9b4d8f6";
    private static readonly string[] Tails = ["bcdfg", "hjklm", "npqrs"];

    /// <summary>An hour in which all is well, then a release of which two of five requests fail, rolled back after ten minutes; a neighbour is well throughout, and releases well.</summary>
    public static PastTraffic BadRelease() => new(
    [
        .. Tails.Select(tail => new TrafficPod($"checkout-{Old}-{tail}", -9000, 3660, BaseErrors: 0.002)),
        .. Tails.Select(tail => new TrafficPod($"checkout-{New}-{tail}", 3600, 4260, Errors: 0.4)),
        .. Tails.Select(tail => new TrafficPod($"checkout-{Old}-{tail.Replace('b', 'z').Replace('h', 'z').Replace('n', 'z')}", 4215, 9000, BaseErrors: 0.002)),
        .. Neighbour(),
    ]);

    /// <summary>Two workloads that are well, one of which has a good release.</summary>
    public static PastTraffic Benign() => new([.. Tails.Select(tail => new TrafficPod($"checkout-{Old}-{tail}", -9000, 9000, BaseErrors: 0.01)), .. Neighbour()]);

    private static IEnumerable<TrafficPod> Neighbour() =>
    [
        .. Tails.Select(tail => new TrafficPod($"cart-{Old}-{tail}", -9000, 2040, BaseErrors: 0.01)),
        .. Tails.Select(tail => new TrafficPod($"cart-{New}-{tail}", 1980, 9000, BaseErrors: 0.01)),
        new TrafficPod("node-agent-x7k2p", -9000, 9000, BaseErrors: 0.5),
    ];
}
