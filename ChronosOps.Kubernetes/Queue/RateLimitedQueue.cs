namespace ChronosOps.Kubernetes;

/// <summary>
/// The work queue of a controller. A key is in it at most once and is given to one worker at a time; adding it meanwhile makes
/// it run again afterwards, so no change is lost. Semantics of client-go's <c>workqueue</c>.
/// </summary>
public sealed class RateLimitedQueue<TKey> : IDisposable
    where TKey : notnull
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1000);

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly TokenBucket bucket;
    private readonly DelayLine<TKey> delayed;
    private readonly SemaphoreSlim available = new(0);
    private readonly Queue<TKey> ready = new();
    private readonly Dictionary<TKey, long> dirty = [];
    private readonly Dictionary<TKey, TimeSpan> processing = [];
    private readonly Dictionary<TKey, int> failures = [];
    private bool shutDown;

    /// <param name="time">The clock of delays.</param>
    /// <param name="retriesPerSecond">How many retries of all keys together start in a second.</param>
    /// <param name="retryBurst">How many may start at once.</param>
    public RateLimitedQueue(TimeProvider? time = null, double retriesPerSecond = 10, double retryBurst = 100)
    {
        this.time = time ?? TimeProvider.System;
        bucket = new TokenBucket(retriesPerSecond, retryBurst, this.time);
        delayed = new DelayLine<TKey>(this.time, Add);
    }

    /// <summary>How many keys wait for a worker.</summary>
    public int Count
    {
        get { lock (gate) return ready.Count; }
    }

    /// <summary>How many keys wait for their time.</summary>
    public int DelayedCount => delayed.Count;

    /// <summary>Makes the key due now. While it is being processed: again when that is done.</summary>
    public void Add(TKey key)
    {
        lock (gate)
        {
            if (shutDown || !dirty.TryAdd(key, time.GetTimestamp()) || processing.ContainsKey(key))
                return;
            Push(key);
        }
    }

    /// <summary>Makes the key due later; of several times the earliest counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (gate)
        {
            if (shutDown)
                return;
        }
        if (delay <= TimeSpan.Zero)
            Add(key);
        else
            delayed.Add(key, delay);
    }

    /// <summary>Makes the key due after a delay that doubles with every call until <see cref="Forget"/>.</summary>
    public void AddRateLimited(TKey key) => AddAfter(key, NextRetryDelay(key));

    /// <summary>Counts a failure and says how long to wait for the next try.</summary>
    internal TimeSpan NextRetryDelay(TKey key)
    {
        int count;
        lock (gate)
        {
            count = failures.GetValueOrDefault(key);
            failures[key] = count + 1;
        }
        var exponential = Math.Min(FirstRetry.TotalSeconds * Math.Pow(2, Math.Min(count, 60)), LongestRetry.TotalSeconds);
        var shared = bucket.Reserve();
        return TimeSpan.FromSeconds(Math.Max(exponential, shared.TotalSeconds));
    }

    /// <summary>The key succeeded: its next failure starts with the shortest delay.</summary>
    public void Forget(TKey key)
    {
        lock (gate)
            failures.Remove(key);
    }

    /// <summary>How often the key failed since it was last forgotten.</summary>
    public int Retries(TKey key)
    {
        lock (gate)
            return failures.GetValueOrDefault(key);
    }

    /// <summary>The next key; call <see cref="Done"/> with it afterwards. <c>Taken</c> is false once the queue is shut down and empty.</summary>
    public async ValueTask<(bool Taken, TKey Key)> GetAsync(CancellationToken ct = default)
    {
        while (true)
        {
            await available.WaitAsync(ct).ConfigureAwait(false);
            lock (gate)
            {
                if (ready.TryDequeue(out var key))
                {
                    dirty.Remove(key, out var since);
                    processing.Add(key, time.GetElapsedTime(since));
                    return (true, key);
                }
                if (!shutDown)
                    continue;
                available.Release(); // wake the next worker too
                return (false, default!);
            }
        }
    }

    /// <summary>The worker is finished with the key.</summary>
    public void Done(TKey key)
    {
        lock (gate)
        {
            if (processing.Remove(key) && dirty.ContainsKey(key))
                Push(key);
        }
    }

    /// <summary>Takes no more keys; what is due is still given out.</summary>
    public void ShutDown()
    {
        lock (gate)
        {
            if (shutDown)
                return;
            shutDown = true;
            available.Release();
        }
        delayed.Dispose();
    }

    public void Dispose() => ShutDown();

    /// <summary>How long a key that is being processed waited for its worker.</summary>
    internal TimeSpan Waited(TKey key)
    {
        lock (gate)
            return processing.GetValueOrDefault(key);
    }

    private void Push(TKey key)
    {
        ready.Enqueue(key);
        available.Release();
    }
}
