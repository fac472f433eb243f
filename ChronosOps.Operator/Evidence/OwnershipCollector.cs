using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>Who manages the workload, read from the live object since the caches keep no managedFields.</summary>
[EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.Get, Why = "who manages it, by its metadata")]
[EntityRbac(typeof(V1StatefulSet), Verbs = RbacVerb.Get, Why = "who manages it, by its metadata")]
[EntityRbac(typeof(V1DaemonSet), Verbs = RbacVerb.Get, Why = "who manages it, by its metadata")]
[EntityRbac(typeof(V1Job), Verbs = RbacVerb.Get, Why = "who manages it, by its metadata")]
[EntityRbac(typeof(V1CronJob), Verbs = RbacVerb.Get, Why = "who manages it, by its metadata")]
public sealed class OwnershipCollector(KubernetesClient client) : ICollector
{
    public string Subject => "ownership";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var key = bundle.Workload.Key;
        return bundle with { Ownership = await ReadAsync(client, key.Path, cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>Who manages an object; null where it is gone.</summary>
    /// <exception cref="KubernetesException">It could not be read.</exception>
    internal static async Task<Ownership?> ReadAsync(KubernetesClient client, string path, CancellationToken cancellationToken) =>
        await client.ReadMetadataAsync(path, cancellationToken).ConfigureAwait(false) is { } live ? Ownership.Of(live) : null;
}
