using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>Reads the pod templates of earlier revisions, which the caches do not keep.</summary>
[EntityRbac(typeof(V1ReplicaSet), Verbs = RbacVerb.Get, Why = "the templates of a Deployment's earlier revisions")]
[EntityRbac(typeof(V1ControllerRevision), Verbs = RbacVerb.Get, Why = "the templates of earlier revisions of a StatefulSet or DaemonSet")]
public sealed class RevisionTemplates(KubernetesClient client)
{
    private readonly GenericClient<V1ReplicaSet> _replicaSets = client.For(KubernetesResources.ReplicaSets);
    private readonly GenericClient<V1ControllerRevision> _revisions = client.For(KubernetesResources.ControllerRevisions);

    /// <summary>The template that a ReplicaSet (of a Deployment) or ControllerRevision (of the others) holds; null where it is gone or holds none.</summary>
    /// <exception cref="KubernetesException">It could not be read.</exception>
    public async Task<JsonObject?> ReadAsync(WorkloadKey workload, string holder, CancellationToken cancellationToken)
    {
        if (workload.Kind == WorkloadKind.Deployment)
        {
            return (await _replicaSets.FindNamespacedAsync(workload.Namespace, holder, cancellationToken).ConfigureAwait(false))?.Spec.Template;
        }

        var revision = await _revisions.FindNamespacedAsync(workload.Namespace, holder, cancellationToken).ConfigureAwait(false);
        return revision is null ? null : ControllerRevisions.Template(revision);
    }
}
