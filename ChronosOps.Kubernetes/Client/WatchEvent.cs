using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>The watch has failed; <see cref="WatchEvent{T}.Status"/> says why (410: the version is too old).</summary>
    Error,

    /// <summary>Nothing happened up to <see cref="WatchEvent{T}.ResourceVersion"/>.</summary>
    Bookmark,
}

/// <summary>One event of a watch. Every event, bookmarks too, carries the version to resume from.</summary>
public readonly record struct WatchEvent<T>(WatchEventType Type, T? Object, V1Status? Status, string? ResourceVersion);

/// <summary>An object that the server sent and that could not be read. It is skipped; everything else goes on.</summary>
public sealed record UndecodableObject(string Resource, ObjectKey Key, string Message);
