namespace ChronosOps.Kubernetes;

/// <summary>
/// The work queue of a controller. A key is in it at most once and is given to one worker at a time; adding it meanwhile makes
/// it run again afterwards, so no change is lost. Semantics of client-go's <c>workqueue</c>, with two priorities.
/// </summary>
public sealed class RateLimitedQueue<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly RetryDelays<TKey> retries;
    private readonly DelayLine<TKey> delayed;
    private readonly SemaphoreSlim available = new(0);
    private readonly ReadyLines<TKey> ready = new();
    private readonly Dictionary<TKey, (long Since, QueuePriority Priority)> dirty = [];
    private readonly Dictionary<TKey, (long Since, QueuePriority Priority)> processing = [];
    private bool shutDown;

    /// <param name="time">The clock of delays.</param>
    /// <param name="retriesPerSecond">How many retries of all keys together start in a second.</param>
    /// <param name="retryBurst">How many may start at once.</param>
    public RateLimitedQueue(TimeProvider? time = null, double retriesPerSecond = 10, double retryBurst = 100)
    {
        this.time = time ?? TimeProvider.System;
        retries = new RetryDelays<TKey>(this.time, retriesPerSecond, retryBurst);
        delayed = new DelayLine<TKey>(this.time, Add);
    }

    /// <summary>How many keys wait for a worker.</summary>
    public int Count
    {
        get { lock (gate) return ready.Count; }
    }

    /// <summary>How many keys wait for their time.</summary>
    public int DelayedCount => delayed.Count;

    internal QueueMetrics? Metrics { get; init; }

    /// <summary>The keys that workers have now.</summary>
    internal IReadOnlyList<TKey> Processing
    {
        get { lock (gate) return [.. processing.Keys]; }
    }

    /// <summary>
    /// Makes the key due now. While it is being processed: again when that is done. A key that waits already keeps its place, or
    /// moves to the faster line.
    /// </summary>
    public void Add(TKey key, QueuePriority priority = QueuePriority.Normal)
    {
        lock (gate)
        {
            var known = dirty.TryGetValue(key, out var entry);
            if (shutDown || (known && entry.Priority <= priority))
                return;
            if (!known)
                Metrics?.Added();
            dirty[key] = (known ? entry.Since : time.GetTimestamp(), priority);
            if (!processing.ContainsKey(key))
                Push(key, priority);
        }
    }

    /// <summary>
    /// Makes the key due later; of several times the earliest counts, and of several priorities the highest. Without a priority it
    /// is that of the work that goes on, so that what came as a reminder comes again as one.
    /// </summary>
    public void AddAfter(TKey key, TimeSpan delay, QueuePriority? priority = null)
    {
        QueuePriority line;
        lock (gate)
        {
            if (shutDown)
                return;
            line = priority ?? (processing.TryGetValue(key, out var work) ? work.Priority : QueuePriority.Normal);
        }
        if (delay <= TimeSpan.Zero)
            Add(key, line);
        else
            delayed.Add(key, delay, line);
    }

    /// <summary>Makes the key due after a delay that doubles with every call until <see cref="Forget"/>.</summary>
    public void AddRateLimited(TKey key) => AddAfter(key, NextRetryDelay(key));

    /// <summary>Counts a failure and says how long to wait for the next try.</summary>
    internal TimeSpan NextRetryDelay(TKey key)
    {
        Metrics?.Retried();
        return retries.Next(key);
    }

    /// <summary>The key succeeded: its next failure starts with the shortest delay.</summary>
    public void Forget(TKey key) => retries.Forget(key);

    /// <summary>How often the key failed since it was last forgotten.</summary>
    public int Retries(TKey key) => retries.Count(key);

    /// <summary>The next key; call <see cref="Done"/> with it afterwards. <c>Taken</c> is false once the queue is shut down and empty.</summary>
    public async ValueTask<(bool Taken, TKey Key)> GetAsync(CancellationToken ct = default)
    {
        while (true)
        {
            await available.WaitAsync(ct).ConfigureAwait(false);
            lock (gate)
            {
                if (ready.TryTake(out var key))
                {
                    dirty.Remove(key, out var entry);
                    var waited = time.GetElapsedTime(entry.Since);
                    processing.Add(key, (time.GetTimestamp(), entry.Priority));
                    Metrics?.Taken(waited);
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
            if (!processing.Remove(key, out var work))
                return;
            Metrics?.Worked(time.GetElapsedTime(work.Since));
            if (dirty.TryGetValue(key, out var entry))
                Push(key, entry.Priority);
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

    /// <summary>For how long each key that is being processed has been so.</summary>
    internal IReadOnlyList<TimeSpan> Unfinished()
    {
        lock (gate)
            return [.. processing.Values.Select(work => time.GetElapsedTime(work.Since))];
    }

    private void Push(TKey key, QueuePriority priority)
    {
        ready.Add(key, priority);
        available.Release();
    }
}
