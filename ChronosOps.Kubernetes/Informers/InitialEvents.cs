using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>What a watch with <c>sendInitialEvents</c> sends before its first bookmark: everything there is, as events.</summary>
internal sealed class InitialEvents<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Dictionary<ObjectKey, T> items = [];
    private readonly HashSet<ObjectKey> unreadable = [];

    public IReadOnlyCollection<T> Items => items.Values;

    public IReadOnlySet<ObjectKey> Unreadable => unreadable;

    public void Apply(RawWatchEvent<T> raw)
    {
        if (raw.Event.Type == WatchEventType.Bookmark)
            return;
        var key = raw.Failure?.Key ?? raw.Event.Object!.Key();
        items.Remove(key);
        unreadable.Remove(key);
        if (raw.Event.Type == WatchEventType.Deleted)
            return;
        if (raw.Event.Object is { } item)
            items[key] = item;
        else
            unreadable.Add(key);
    }
}
