using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>All nodes of the cluster, and all that runs on them.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Running">The pods of all namespaces.</param>
public sealed record NodeView(IReadOnlyList<V1Node> Nodes, IReadOnlyList<V1Pod> Running);

/// <summary>Reads the nodes and what runs on them.</summary>
[EntityRbac(typeof(V1Node), Verbs = RbacVerb.List, When = RbacSwitches.WatchesAll, Why = "what nodes have left before a workload is scaled, and whether one is ill; an operator of one namespace needs it and the pods of all namespaces besides")]
[EntityRbac(typeof(V1Pod), Verbs = RbacVerb.List, Why = "what runs on the nodes already")]
public sealed class NodeReader(KubernetesClient client, WorkloadCatalog catalog)
{
    /// <summary>The nodes, listed once for all collectors of a request; null where they and all that runs on them may not be seen.</summary>
    public Task<NodeView?> ReadAsync(CollectionRequest request, CancellationToken cancellationToken) => request.Nodes ??= ListAsync(cancellationToken);

    private async Task<NodeView?> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            var nodes = new List<V1Node>();
            await foreach (var node in client.For(KubernetesResources.Nodes).ListAllAsync(null, null, cancellationToken).ConfigureAwait(false))
            {
                nodes.Add(node);
            }

            return new NodeView(nodes, catalog.SeesAll ? catalog.AllPods() : await PodsAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (KubernetesException e) when (e.IsForbidden)
        {
            return null;
        }
    }

    private async Task<List<V1Pod>> PodsAsync(CancellationToken cancellationToken)
    {
        var pods = new List<V1Pod>();
        await foreach (var pod in client.For(KubernetesResources.Pods).ListAllAsync(null, null, cancellationToken).ConfigureAwait(false))
        {
            pods.Add(CacheTransforms.Slim(pod));
        }

        return pods;
    }
}
