namespace ChronosOps.Kubernetes;

/// <summary>What makes two events the same.</summary>
internal readonly record struct EventIdentity(string Object, string Reason, string Message, EventType Type);

/// <summary>An event on the server, to be counted up.</summary>
internal sealed record WrittenEvent(string Namespace, string Name, int Count);

/// <summary>
/// Remembers recent events, so that repeats count up, and how many each object had: 25 at once, then one in five minutes, the
/// figures of client-go's spam filter. Bounded: the oldest is forgotten.
/// </summary>
internal sealed class EventMemory(TimeProvider time)
{
    private const int Capacity = 4096;
    private const int Burst = 25;
    private static readonly TimeSpan Refill = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Repeats = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly BoundedMap<EventIdentity, (WrittenEvent Event, long At)> written = new(Capacity);
    private readonly BoundedMap<string, TokenBucket> buckets = new(Capacity);

    public bool Admit(string obj)
    {
        lock (gate)
        {
            if (!buckets.TryGet(obj, out var bucket))
                buckets.Put(obj, bucket = new TokenBucket(1 / Refill.TotalSeconds, Burst, time));
            return bucket.TryTake();
        }
    }

    public WrittenEvent? Find(EventIdentity identity)
    {
        lock (gate)
            return written.TryGet(identity, out var known) && time.GetElapsedTime(known.At) < Repeats ? known.Event : null;
    }

    public void Remember(EventIdentity identity, WrittenEvent value)
    {
        lock (gate)
            written.Put(identity, (value, time.GetTimestamp()));
    }

    /// <summary>A map that forgets what was put in longest ago.</summary>
    private sealed class BoundedMap<TKey, TValue>(int capacity)
        where TKey : notnull
    {
        private readonly Dictionary<TKey, TValue> values = [];
        private readonly Queue<TKey> order = new();

        public bool TryGet(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value) => values.TryGetValue(key, out value);

        public void Put(TKey key, TValue value)
        {
            if (!values.ContainsKey(key))
            {
                order.Enqueue(key);
                if (order.Count > capacity)
                    values.Remove(order.Dequeue());
            }
            values[key] = value;
        }
    }
}
