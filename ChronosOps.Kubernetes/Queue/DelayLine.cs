namespace ChronosOps.Kubernetes;

/// <summary>Keys that become due later, on one timer. A key waits once, for the earliest of its times, with the highest of its priorities.</summary>
internal sealed class DelayLine<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly Action<TKey, QueuePriority> due;
    private readonly long start;
    private readonly Dictionary<TKey, (TimeSpan At, QueuePriority Priority)> times = [];
    private readonly PriorityQueue<TKey, TimeSpan> order = new();
    private readonly ITimer timer;
    private bool disposed;

    public DelayLine(TimeProvider time, Action<TKey, QueuePriority> due)
    {
        (this.time, this.due, start) = (time, due, time.GetTimestamp());
        timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get { lock (gate) return times.Count; }
    }

    public void Add(TKey key, TimeSpan delay, QueuePriority priority)
    {
        lock (gate)
        {
            if (disposed)
                return;
            var at = time.GetElapsedTime(start) + delay;
            if (times.TryGetValue(key, out var known))
            {
                priority = known.Priority < priority ? known.Priority : priority;
                times[key] = (known.At, priority);
                if (known.At <= at)
                    return;
            }
            times[key] = (at, priority);
            order.Enqueue(key, at); // a later entry of the same key is skipped when its turn comes
            Compact();
            Arm();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            times.Clear();
            order.Clear();
        }
        timer.Dispose();
    }

    private void Fire()
    {
        var ready = new List<(TKey Key, QueuePriority Priority)>();
        lock (gate)
        {
            if (disposed)
                return;
            var now = time.GetElapsedTime(start);
            while (order.TryPeek(out var key, out var at) && at <= now)
            {
                order.Dequeue();
                if (times.TryGetValue(key, out var valid) && valid.At == at && times.Remove(key))
                    ready.Add((key, valid.Priority));
            }
            Arm();
        }
        foreach (var (key, priority) in ready)
            due(key, priority);
    }

    /// <summary>Keys that are put off and brought forward over and over must not pile up.</summary>
    private void Compact()
    {
        if (order.Count < 64 + (2 * times.Count))
            return;
        order.Clear();
        foreach (var (key, (at, _)) in times)
            order.Enqueue(key, at);
    }

    private void Arm()
    {
        if (!order.TryPeek(out _, out var next))
            return;
        // Timers count whole milliseconds: round up, or it fires a moment too early and spins.
        var wait = Math.Clamp(Math.Ceiling((next - time.GetElapsedTime(start)).TotalMilliseconds), 0, int.MaxValue);
        timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
