using System.Collections.Concurrent;
using System.Globalization;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Remembers the version of our last write to each object, so that a cache that has not seen it yet is not acted on.
/// Versions grow on every server (and are specified to, since Kubernetes 1.35); one that is not a number is not compared.
/// </summary>
internal sealed class OwnWrites(TimeProvider time)
{
    public static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>After this the cache is believed again: the server may have been restored from a backup.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ObjectKey, (ulong Version, string? Uid, long At)> writes = new();

    public void Record(IMetadata<V1ObjectMeta> written)
    {
        if (VersionOf(written) is { } version)
            writes.AddOrUpdate(written.Key(), _ => (version, written.Uid(), time.GetTimestamp()),
                (_, known) => known.Uid == written.Uid() && known.Version >= version ? known : (version, written.Uid(), time.GetTimestamp()));
    }

    public bool IsOlder(IMetadata<V1ObjectMeta> cached)
    {
        if (!writes.TryGetValue(cached.Key(), out var own))
            return false;
        if (own.Uid == cached.Uid() && VersionOf(cached) < own.Version && time.GetElapsedTime(own.At) < LongestWait)
            return true;
        if (own.Uid != cached.Uid() || time.GetElapsedTime(own.At) >= LongestWait)
            writes.TryRemove(new(cached.Key(), own));
        return false;
    }

    public void Forget(ObjectKey key) => writes.TryRemove(key, out _);

    private static ulong? VersionOf(IMetadata<V1ObjectMeta> obj) =>
        ulong.TryParse(obj.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
}
