using System.Collections.Concurrent;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>Counts every request exactly once, with its duration.</summary>
internal sealed class RequestMetrics
{
    /// <summary>Upper bounds in seconds, those of the Prometheus client libraries.</summary>
    public static readonly IReadOnlyList<double> Bounds = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private static readonly HashSet<string> KnownMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    private readonly ConcurrentDictionary<SeriesKey, Series> series = new();

    public void Observe(int status, string method, string route, TimeSpan duration)
    {
        // A label value that a caller can choose freely would let it create series without end.
        var key = new SeriesKey(status, KnownMethods.Contains(method) ? method : "_OTHER", route);
        series.GetOrAdd(key, static _ => new Series()).Observe(duration.TotalSeconds);
    }

    public IReadOnlyList<(SeriesKey Key, Snapshot Values)> Read() =>
    [
        .. series.Select(entry => (entry.Key, entry.Value.Read()))
            .OrderBy(entry => entry.Key.Route, StringComparer.Ordinal)
            .ThenBy(entry => entry.Key.Method, StringComparer.Ordinal)
            .ThenBy(entry => entry.Key.Status),
    ];

    internal readonly record struct SeriesKey(int Status, string Method, string Route);

    /// <param name="Cumulative">Observations at or below each bound; the last is all of them.</param>
    /// <param name="Sum">Seconds.</param>
    internal sealed record Snapshot(IReadOnlyList<long> Cumulative, double Sum)
    {
        public long Count => Cumulative[^1];
    }

    private sealed class Series
    {
        private readonly Lock gate = new();
        private readonly long[] buckets = new long[Bounds.Count + 1];
        private double sum;

        public void Observe(double seconds)
        {
            var bucket = 0;
            while (bucket < Bounds.Count && seconds > Bounds[bucket])
            {
                bucket++;
            }

            lock (gate)
            {
                buckets[bucket]++;
                sum += seconds;
            }
        }

        // Under the lock, so that count, sum and buckets of one scrape agree.
        public Snapshot Read()
        {
            lock (gate)
            {
                var cumulative = (long[])buckets.Clone();
                for (var i = 1; i < cumulative.Length; i++)
                {
                    cumulative[i] += cumulative[i - 1];
                }

                return new Snapshot(cumulative, sum);
            }
        }
    }
}
