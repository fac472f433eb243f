namespace ChronosOps.Kubernetes.Tests;

/// <summary>The announcements of an informer, held against each other: whoever applies them must always have the store.</summary>
internal sealed class EventLog
{
    private readonly Lock gate = new();
    private readonly Dictionary<ObjectKey, (string Uid, string Version)> state = [];
    private readonly List<string> deleted = [];
    private readonly List<string> nonsense = [];

    /// <summary>Announcements that make no sense after those before.</summary>
    public IReadOnlyList<string> Nonsense
    {
        get { lock (gate) return [.. nonsense]; }
    }

    /// <summary>The objects whose deletion was announced.</summary>
    public IReadOnlyList<string> Deleted
    {
        get { lock (gate) return [.. deleted]; }
    }

    /// <summary>What somebody has who applied all announcements.</summary>
    public IReadOnlyList<string> State
    {
        get { lock (gate) return [.. state.Select(pair => $"{pair.Key}@{pair.Value.Version}").Order(StringComparer.Ordinal)]; }
    }

    public void Add(InformerEvent<Probe> change)
    {
        lock (gate)
        {
            var (key, uid) = (change.Object.Key(), change.Object.Uid()!);
            var known = state.TryGetValue(key, out var before);
            var sensible = change.Type switch
            {
                InformerEventType.Added => !known,
                InformerEventType.Modified or InformerEventType.Deleted => known && before.Uid == uid,
                _ => known,
            };
            if (!sensible)
                nonsense.Add($"{change.Type} {key} {uid} after {(known ? before.Uid : "nothing")}");
            if (change.Type == InformerEventType.Deleted)
            {
                state.Remove(key);
                deleted.Add(uid);
            }
            else
            {
                state[key] = (uid, change.Object.ResourceVersion()!);
            }
        }
    }
}
