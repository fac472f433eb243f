using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>Applies what the reflector learns to the store and announces the differences, in order.</summary>
/// <param name="announce">Told of every difference; must not throw.</param>
/// <param name="time">The clock of <see cref="LastEventAt"/>.</param>
internal sealed class InformerCache<T>(Action<InformerEvent<T>> announce, TimeProvider time) : IReflectorSink<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long lastEvent;
    private long lists;

    public Store<T> Store { get; } = new();

    public Task Synced => synced.Task;

    public long Relists => Math.Max(0, Interlocked.Read(ref lists) - 1);

    public DateTimeOffset? LastEventAt => Interlocked.Read(ref lastEvent) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Heard() => Interlocked.Exchange(ref lastEvent, time.GetUtcNow().UtcTicks);

    public void Replace(IReadOnlyCollection<T> items, IReadOnlySet<ObjectKey> unreadable)
    {
        Heard();
        lock (gate)
        {
            var present = items.Select(item => item.Key()).Concat(unreadable).ToHashSet();
            foreach (var gone in Store.List().Where(known => !present.Contains(known.Key())))
                Drop(gone.Key(), gone, finalStateUnknown: true);
            var first = Interlocked.Read(ref lists) == 0;
            foreach (var item in items)
                Upsert(item, first);
        }
        Interlocked.Increment(ref lists);
        synced.TrySetResult();
    }

    public void Apply(WatchEvent<T> change)
    {
        Heard();
        if (change.Object is not { } obj)
            return; // a bookmark
        lock (gate)
        {
            if (change.Type == WatchEventType.Deleted)
                Drop(obj.Key(), obj, finalStateUnknown: false);
            else
                Upsert(obj, isInitial: false);
        }
    }

    public void Remove(ObjectKey key)
    {
        Heard();
        lock (gate)
            Drop(key, null, finalStateUnknown: true);
    }

    public void Resync()
    {
        lock (gate)
        {
            foreach (var obj in Store.List())
                announce(new(InformerEventType.Resync, obj, obj));
        }
    }

    private void Upsert(T obj, bool isInitial)
    {
        var known = Store.Get(obj.Key());
        if (known is not null && known.Uid() != obj.Uid())
        {
            // Deleted and created anew under the same name while nobody looked: two objects, two events.
            Drop(known.Key(), known, finalStateUnknown: true);
            known = null;
        }
        if (known is not null && known.ResourceVersion() is { } version && version == obj.ResourceVersion())
            return;
        Store.Put(obj);
        announce(known is null
            ? new(InformerEventType.Added, obj, IsInInitialList: isInitial)
            : new(InformerEventType.Modified, obj, known));
    }

    private void Drop(ObjectKey key, T? last, bool finalStateUnknown)
    {
        if (Store.Remove(key) is { } known)
            announce(new(InformerEventType.Deleted, last ?? known, known, finalStateUnknown));
    }
}
