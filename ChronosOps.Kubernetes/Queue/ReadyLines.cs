namespace ChronosOps.Kubernetes;

/// <summary>How soon a key's turn comes.</summary>
public enum QueuePriority
{
    /// <summary>Something happened.</summary>
    Normal,

    /// <summary>A reminder, such as the first list and resyncs: after everything that just happened.</summary>
    Low,
}

/// <summary>
/// The keys that wait for a worker: one line for each priority. While both wait, one key in eight comes from the low line, so
/// that steady changes do not starve it. Not thread-safe: the queue's lock guards it.
/// </summary>
internal sealed class ReadyLines<TKey>
    where TKey : notnull
{
    private const int NormalInARow = 7;
    private readonly Queue<TKey> normal = new();
    private readonly Queue<TKey> low = new();
    private readonly Dictionary<TKey, QueuePriority> waiting = [];
    private int row;

    public int Count => waiting.Count;

    /// <summary>Puts the key into its line, or moves it to the faster one.</summary>
    public void Add(TKey key, QueuePriority priority)
    {
        waiting[key] = priority; // an entry left behind in the other line is skipped when its turn comes
        (priority == QueuePriority.Normal ? normal : low).Enqueue(key);
    }

    public bool TryTake(out TKey key)
    {
        var lowFirst = row >= NormalInARow;
        if (TryTake(lowFirst ? QueuePriority.Low : QueuePriority.Normal, out key))
            row = lowFirst || low.Count == 0 ? 0 : row + 1;
        else if (TryTake(lowFirst ? QueuePriority.Normal : QueuePriority.Low, out key))
            row = 0;
        else
            return false;
        return true;
    }

    private bool TryTake(QueuePriority priority, out TKey key)
    {
        var line = priority == QueuePriority.Normal ? normal : low;
        while (line.TryDequeue(out key!))
        {
            if (!waiting.TryGetValue(key, out var valid) || valid != priority)
                continue;
            waiting.Remove(key);
            return true;
        }
        return false;
    }
}
