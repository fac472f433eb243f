using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>The lease that is contended for, as one contender sees it.</summary>
public sealed class LeaseLock
{
    private readonly GenericClient<V1Lease> leases;

    /// <param name="client">The API server.</param>
    /// <param name="ns">The lease's namespace.</param>
    /// <param name="name">The lease's name.</param>
    /// <param name="identity">Who asks: must be another for every process, also after a restart. See <see cref="UniqueIdentity"/>.</param>
    /// <exception cref="ArgumentException">One of them is empty.</exception>
    public LeaseLock(KubernetesClient client, string ns, string name, string identity)
    {
        ArgumentException.ThrowIfNullOrEmpty(ns);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(identity);
        (leases, Namespace, Name, Identity) = (client.For(KubernetesResources.Leases), ns, name, identity);
        (Time, Metrics) = (client.Time, client.Metrics.Elections);
    }

    public string Namespace { get; }

    public string Name { get; }

    public string Identity { get; }

    internal TimeProvider Time { get; }

    internal ElectionMetrics Metrics { get; }

    /// <summary>The host's name, for people, and something random, since two processes of one host (or one after the other) are two contenders.</summary>
    public static string UniqueIdentity() => $"{Environment.MachineName}_{Guid.NewGuid():d}";

    public override string ToString() => $"{Namespace}/{Name}";

    internal Task<V1Lease?> FindAsync(CancellationToken ct) => leases.FindNamespacedAsync(Namespace, Name, ct);

    /// <summary>Creates the lease, or writes it if nobody else has meanwhile (its resourceVersion tells).</summary>
    internal Task<V1Lease> WriteAsync(V1Lease lease, CancellationToken ct) => lease.ResourceVersion() is null
        ? leases.CreateNamespacedAsync(lease, Namespace, ct: ct)
        : leases.ReplaceNamespacedAsync(lease, Namespace, Name, ct: ct);
}
