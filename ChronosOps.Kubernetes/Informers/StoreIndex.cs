namespace ChronosOps.Kubernetes;

/// <summary>Finds the keys of objects by values computed from them. Not thread-safe: the store's lock guards it.</summary>
internal sealed class StoreIndex<T>(Func<T, IEnumerable<string>> values)
{
    private readonly Dictionary<string, HashSet<ObjectKey>> byValue = [];
    private readonly Dictionary<ObjectKey, string[]> byKey = [];

    public IEnumerable<ObjectKey> Keys(string value) => byValue.TryGetValue(value, out var keys) ? keys : [];

    public void Put(ObjectKey key, T obj)
    {
        var now = values(obj).Where(value => value is not null).Distinct().ToArray(); // a field that is not set has no value
        Remove(key);
        byKey[key] = now;
        foreach (var value in now)
        {
            if (!byValue.TryGetValue(value, out var keys))
                byValue[value] = keys = [];
            keys.Add(key);
        }
    }

    public void Remove(ObjectKey key)
    {
        if (!byKey.Remove(key, out var old))
            return;
        foreach (var value in old)
        {
            if (byValue.TryGetValue(value, out var keys) && keys.Remove(key) && keys.Count == 0)
                byValue.Remove(value);
        }
    }
}
