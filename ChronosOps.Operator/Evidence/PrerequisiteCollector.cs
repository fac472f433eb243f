using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>
/// Whether what the pods of known good revisions need is there: service accounts, priority classes and claims of volumes. Only what the current revision does not name is looked at: what both need is no
/// matter of which of them runs.
/// </summary>
[GenericRbac("", "serviceaccounts", Verbs = RbacVerb.Get, Why = "whether that of a revision to return to is there, by its metadata")]
[GenericRbac("", "persistentvolumeclaims", Verbs = RbacVerb.Get, Why = "whether those of a revision to return to are there, by their metadata")]
[GenericRbac("scheduling.k8s.io", "priorityclasses", Verbs = RbacVerb.Get, When = RbacSwitches.WatchesAll, Why = "whether that of a revision to return to is there, by its metadata; an operator of one namespace has no rights beyond it")]
public sealed class PrerequisiteCollector(KubernetesClient client) : ICollector
{
    public string Subject => "what pods of an earlier revision need";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var good = bundle.KnownGood.Select(one => one.Revision).ToHashSet();
        var needed = bundle.Workload.Revisions.Where(revision => good.Contains(revision.Hash)).SelectMany(revision => revision.Facts.Prerequisites).Except(bundle.Workload.Current.Prerequisites);
        var facts = new List<PrerequisiteFact>();
        foreach (var one in needed.ToList())
        {
            facts.Add(new PrerequisiteFact(one, await IsThereAsync(bundle.Workload.Key.Namespace, one, cancellationToken).ConfigureAwait(false)));
        }

        return bundle with { Prerequisites = facts };
    }

    private async Task<bool?> IsThereAsync(string @namespace, Prerequisite needed, CancellationToken cancellationToken)
    {
        var path = needed.Kind switch
        {
            Prerequisite.PriorityClass => $"/apis/scheduling.k8s.io/v1/priorityclasses/{needed.Name}",
            Prerequisite.Claim => $"/api/v1/namespaces/{@namespace}/persistentvolumeclaims/{needed.Name}",
            _ => $"/api/v1/namespaces/{@namespace}/serviceaccounts/{needed.Name}",
        };
        try
        {
            var found = await client.ReadMetadataAsync(path, cancellationToken).ConfigureAwait(false);
            return found?["metadata"]?["deletionTimestamp"] is null;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
        catch (KubernetesException e) when (e.IsForbidden)
        {
            return null;
        }
    }
}
