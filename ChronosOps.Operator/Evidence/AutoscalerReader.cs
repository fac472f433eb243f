using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>Reads which autoscalers set a workload's replicas, and who manages it, as they are at this moment.</summary>
[EntityRbac(typeof(V1HorizontalPodAutoscaler), Verbs = RbacVerb.Get | RbacVerb.List, Why = "which autoscaler sets the replicas, before a workload is scaled")]
public sealed class AutoscalerReader(KubernetesClient client)
{
    /// <summary>The autoscalers of a workload.</summary>
    /// <exception cref="KubernetesException">They could not be read.</exception>
    public async Task<IReadOnlyList<AutoscalerFact>> ReadAsync(WorkloadKey workload, CancellationToken cancellationToken)
    {
        var found = new List<AutoscalerFact>();
        await foreach (var autoscaler in client.For(KubernetesResources.HorizontalPodAutoscalers).ListAllAsync(workload.Namespace, null, cancellationToken).ConfigureAwait(false))
        {
            if (autoscaler.Spec.ScaleTargetRef is { } target && target.Kind == workload.Kind.ToString() && target.Name == workload.Name)
            {
                found.Add(await OfAsync(workload.Namespace, autoscaler, cancellationToken).ConfigureAwait(false));
            }
        }

        return found;
    }

    /// <summary>Who manages the workload; null where it is gone.</summary>
    /// <exception cref="KubernetesException">It could not be read.</exception>
    public Task<Ownership?> OwnershipAsync(WorkloadKey workload, CancellationToken cancellationToken) => OwnershipCollector.ReadAsync(client, workload.Path, cancellationToken);

    private async Task<AutoscalerFact> OfAsync(string @namespace, V1HorizontalPodAutoscaler autoscaler, CancellationToken cancellationToken)
    {
        // The list has no managedFields.
        var live = await client.ReadMetadataAsync(KubernetesResources.HorizontalPodAutoscalers.Path(@namespace, autoscaler.Name()), cancellationToken).ConfigureAwait(false);
        var ownership = live is null ? null : Ownership.Of(live);
        var manager = autoscaler.ControllerOf() is { } owner ? $"{owner.Kind} {owner.Name}"
            : ownership is null ? "somebody unknown"
            : ownership.IsGitOps ? ownership.Manager
            : null;
        return new AutoscalerFact(
            autoscaler.Name(), autoscaler.Uid() ?? "", autoscaler.Spec.MinReplicas ?? 1, autoscaler.Spec.MaxReplicas, autoscaler.GetAnnotation(ApiGroup.LastActionAnnotation), manager);
    }
}
