namespace ChronosOps.Kubernetes;

/// <summary>What an informer holds, and how.</summary>
public sealed record InformerOptions<T>
{
    /// <summary>The namespace; null for all.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }

    /// <summary>
    /// Applied to every object as it arrives, to drop what is not needed: of a long list the whole objects are never in memory
    /// together. An object on which it fails counts as one that cannot be read.
    /// </summary>
    public Func<T, T>? Transform { get; init; }

    /// <summary>
    /// Fill the cache by a watch that begins with everything there is (<c>sendInitialEvents</c>) where the server can; else, and
    /// where it cannot, by a list.
    /// </summary>
    public bool StreamLists { get; init; } = true;

    /// <summary>How often everything in the cache is announced again. No request is made.</summary>
    public TimeSpan? Resync { get; init; }

    /// <summary>What tells this informer from others of its kind, after the kind's name: <c>/namespace?labelSelector=…</c>; empty for all objects.</summary>
    internal string Scope => (string.IsNullOrEmpty(Namespace) ? "" : "/" + Namespace)
        + Uri.UnescapeDataString(new QueryString().Add("labelSelector", LabelSelector).Add("fieldSelector", FieldSelector).ToString());
}

public enum InformerEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing changed; a periodic reminder.</summary>
    Resync,
}

/// <summary>A change of the cache. The store already shows it when it is announced.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object now; for a deletion its last known state.</param>
/// <param name="Old">The object before a modification.</param>
/// <param name="IsFinalStateUnknown">The deletion was missed and found by a relist: <paramref name="Object"/> may be stale.</param>
/// <param name="IsInInitialList">The object was there when the cache was first filled; nothing has just happened to it.</param>
public readonly record struct InformerEvent<T>(InformerEventType Type, T Object, T? Old = default, bool IsFinalStateUnknown = false, bool IsInInitialList = false);

/// <summary>The cache of an informer. Reads are safe from any thread and see whole states. Do not change what is returned.</summary>
public interface IStore<T>
{
    int Count { get; }

    T? Get(string? ns, string name);

    IReadOnlyList<T> List();

    IReadOnlyList<T> List(string ns);

    /// <exception cref="ArgumentException">There is no such index.</exception>
    IReadOnlyList<T> ByIndex(string index, string key);
}
