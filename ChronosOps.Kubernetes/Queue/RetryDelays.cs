namespace ChronosOps.Kubernetes;

/// <summary>How long a key waits after each failure: twice as long each time, and all keys together at a bounded rate.</summary>
internal sealed class RetryDelays<TKey>(TimeProvider time, double retriesPerSecond, double retryBurst)
    where TKey : notnull
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1000);

    private readonly Lock gate = new();
    private readonly TokenBucket bucket = new(retriesPerSecond, retryBurst, time);
    private readonly Dictionary<TKey, int> failures = [];

    /// <summary>Counts a failure and says how long to wait for the next try.</summary>
    public TimeSpan Next(TKey key)
    {
        int count;
        lock (gate)
        {
            count = failures.GetValueOrDefault(key);
            failures[key] = count + 1;
        }
        var exponential = Math.Min(First.TotalSeconds * Math.Pow(2, Math.Min(count, 60)), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(Math.Max(exponential, bucket.Reserve().TotalSeconds));
    }

    public void Forget(TKey key)
    {
        lock (gate)
            failures.Remove(key);
    }

    public int Count(TKey key)
    {
        lock (gate)
            return failures.GetValueOrDefault(key);
    }
}
