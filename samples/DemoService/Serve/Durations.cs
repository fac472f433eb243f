using System.Collections.Concurrent;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>Counts what took how long, by whatever tells the series apart.</summary>
internal sealed class Durations<TKey>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Series> series = new();

    public void Observe(TKey key, TimeSpan duration) => series.GetOrAdd(key, static _ => new Series()).Observe(duration.TotalSeconds);

    public IEnumerable<(TKey Key, DurationSnapshot Values)> Read() => series.Select(entry => (entry.Key, entry.Value.Read()));

    private sealed class Series
    {
        private readonly Lock gate = new();
        private readonly long[] buckets = new long[DurationSnapshot.Bounds.Count + 1];
        private double sum;

        public void Observe(double seconds)
        {
            var bucket = 0;
            while (bucket < DurationSnapshot.Bounds.Count && seconds > DurationSnapshot.Bounds[bucket])
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
        public DurationSnapshot Read()
        {
            lock (gate)
            {
                var cumulative = (long[])buckets.Clone();
                for (var i = 1; i < cumulative.Length; i++)
                {
                    cumulative[i] += cumulative[i - 1];
                }

                return new DurationSnapshot(cumulative, sum);
            }
        }
    }
}

/// <param name="Cumulative">Observations at or below each bound; the last is all of them.</param>
/// <param name="Sum">Seconds.</param>
internal sealed record DurationSnapshot(IReadOnlyList<long> Cumulative, double Sum)
{
    /// <summary>Upper bounds in seconds, those of the Prometheus client libraries.</summary>
    public static readonly IReadOnlyList<double> Bounds = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    public long Count => Cumulative[^1];
}
