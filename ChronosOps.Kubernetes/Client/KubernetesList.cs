using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>One page of objects.</summary>
public sealed class KubernetesList<T>
{
    public V1ListMeta Metadata { get; init; } = new();
    public IReadOnlyList<T> Items { get; init; } = [];

    /// <summary>Objects that are there but could not be read: absent from <see cref="Items"/>, yet not deleted.</summary>
    public IReadOnlyList<UndecodableObject> Undecodable { get; init; } = [];
}
