using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>Objects by name, by namespace and by indexes.</summary>
internal sealed class Store<T> : IStore<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Lock gate = new();
    private readonly Dictionary<ObjectKey, T> objects = [];
    private readonly Dictionary<string, StoreIndex<T>> indexes = [];
    private readonly StoreIndex<T> byNamespace = new(obj => [obj.Namespace() ?? ""]);

    public int Count
    {
        get { lock (gate) return objects.Count; }
    }

    public T? Get(string? ns, string name) => Get(new ObjectKey(ns, name));

    public T? Get(ObjectKey key)
    {
        lock (gate)
            return objects.GetValueOrDefault(key);
    }

    public IReadOnlyList<T> List()
    {
        lock (gate)
            return [.. objects.Values];
    }

    public IReadOnlyList<T> List(string ns) => Select(byNamespace, ns);

    public IReadOnlyList<T> ByIndex(string index, string key)
    {
        StoreIndex<T>? found;
        lock (gate)
            indexes.TryGetValue(index, out found);
        return Select(found ?? throw new ArgumentException($"there is no index \"{index}\"", nameof(index)), key);
    }

    public void AddIndex(string name, Func<T, IEnumerable<string>> keys)
    {
        lock (gate)
        {
            var index = new StoreIndex<T>(keys);
            foreach (var (key, obj) in objects)
                index.Put(key, obj);
            if (!indexes.TryAdd(name, index))
                throw new ArgumentException($"there is an index \"{name}\" already", nameof(name));
        }
    }

    /// <summary>Stores the object and returns what was there before.</summary>
    public T? Put(T obj)
    {
        var key = obj.Key();
        lock (gate)
        {
            objects.TryGetValue(key, out var old);
            foreach (var index in indexes.Values)
                index.Put(key, obj); // first: where this fails the object is not stored, so that it can be again
            byNamespace.Put(key, obj);
            objects[key] = obj;
            return old;
        }
    }

    /// <summary>Removes the object and returns it.</summary>
    public T? Remove(ObjectKey key)
    {
        lock (gate)
        {
            if (!objects.Remove(key, out var old))
                return null;
            byNamespace.Remove(key);
            foreach (var index in indexes.Values)
                index.Remove(key);
            return old;
        }
    }

    private IReadOnlyList<T> Select(StoreIndex<T> index, string value)
    {
        lock (gate)
            return [.. index.Keys(value).Where(objects.ContainsKey).Select(key => objects[key])];
    }
}
