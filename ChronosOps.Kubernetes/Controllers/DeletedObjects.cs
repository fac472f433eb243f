using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>
/// The last known states of objects that are gone, until their deletion was handled. Several under one name, oldest first,
/// where it was deleted and created again.
/// </summary>
internal sealed class DeletedObjects<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Lock gate = new();
    private readonly Dictionary<ObjectKey, Queue<T>> waiting = [];

    /// <summary>Of what there is something to handle.</summary>
    public IReadOnlyList<ObjectKey> Keys
    {
        get { lock (gate) return [.. waiting.Keys]; }
    }

    public void Add(T obj)
    {
        lock (gate)
        {
            if (!waiting.TryGetValue(obj.Key(), out var queue))
                waiting[obj.Key()] = queue = new Queue<T>();
            queue.Enqueue(obj);
        }
    }

    public T? Peek(ObjectKey key)
    {
        lock (gate)
            return waiting.TryGetValue(key, out var queue) ? queue.Peek() : null;
    }

    public void Remove(ObjectKey key, T obj)
    {
        lock (gate)
        {
            if (!waiting.TryGetValue(key, out var queue) || !ReferenceEquals(queue.Peek(), obj))
                return;
            queue.Dequeue();
            if (queue.Count == 0)
                waiting.Remove(key);
        }
    }
}
