using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>Who manages the workload, read from the live object since the caches keep no managedFields.</summary>
[EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.Get, Why = "who manages it, by its metadata")]
[EntityRbac(typeof(V1StatefulSet), Verbs = RbacVerb.Get, Why = "who manages it, by its metadata")]
[EntityRbac(typeof(V1DaemonSet), Verbs = RbacVerb.Get, Why = "who manages it, by its metadata")]
public sealed class OwnershipCollector(KubernetesClient client) : ICollector
{
    public string Subject => "ownership";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var key = bundle.Workload.Key;
        var live = await client.ReadMetadataAsync(key.Path, cancellationToken).ConfigureAwait(false);
        return bundle with { Ownership = live is null ? null : Ownership.Of(live) };
    }
}
