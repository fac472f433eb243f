using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>What sets the workload's replicas, and what room quota and nodes have for more. Read only where the policy scales and something is full or overrun.</summary>
[EntityRbac(typeof(V1ResourceQuota), Verbs = RbacVerb.List, Why = "what quotas have left, before a workload is scaled")]
[EntityRbac(typeof(V1Node), Verbs = RbacVerb.List, When = RbacSwitches.WatchesAll, Why = "what nodes have left, before a workload is scaled; an operator of one namespace needs it and the pods of all namespaces besides")]
[EntityRbac(typeof(V1Pod), Verbs = RbacVerb.List, Why = "what runs on the nodes already")]
public sealed class ScalingCollector(KubernetesClient client, WorkloadCatalog catalog) : ICollector
{
    private readonly AutoscalerReader _autoscalers = new(client);

    public string Subject => "room for more replicas";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var policy = request.Reading.Policy;
        var key = bundle.Workload.Key;
        if (!policy.Ladder.Contains(RemediationAction.Scale) || key.Kind != WorkloadKind.Deployment || !bundle.Signals.Any(signal => signal is { State: SignalState.Firing, IsKubernetesSign: false }))
        {
            return bundle;
        }

        var needs = catalog.NeedsOf(bundle.Workload);
        var quotas = new List<QuotaFact>();
        await foreach (var quota in client.For(KubernetesResources.ResourceQuotas).ListAllAsync(key.Namespace, null, cancellationToken).ConfigureAwait(false))
        {
            quotas.AddRange(Of(quota, needs));
        }

        return bundle with
        {
            Scaling = new ScalingFacts
            {
                Autoscalers = await _autoscalers.ReadAsync(key, cancellationToken).ConfigureAwait(false),
                Needs = needs,
                Quotas = quotas,
                NodeRoom = needs is null ? null : await RoomAsync(bundle.Workload, needs, policy.MaxReplicas ?? 0, cancellationToken).ConfigureAwait(false),
            },
        };
    }

    /// <summary>Twice what may be asked for at most, since a rollout surges; null where the nodes and all that runs on them may not be seen.</summary>
    private async Task<int?> RoomAsync(WorkloadSnapshot workload, PodNeeds needs, int most, CancellationToken cancellationToken)
    {
        try
        {
            var nodes = new List<V1Node>();
            await foreach (var node in client.For(KubernetesResources.Nodes).ListAllAsync(null, null, cancellationToken).ConfigureAwait(false))
            {
                nodes.Add(node);
            }

            var running = catalog.SeesAll ? catalog.AllPods() : await PodsAsync(cancellationToken).ConfigureAwait(false);
            var own = workload.Pods.Where(pod => !pod.Deleting).Select(pod => pod.Uid).ToHashSet();
            return NodeRoom.For(nodes, running, own, workload.Current.ChoosesNodes, needs, most * 2);
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

    /// <summary>Quotas of pods that end by themselves, or of pods that ask for nothing where these do, are not theirs.</summary>
    private static IEnumerable<QuotaFact> Of(V1ResourceQuota quota, PodNeeds? needs) =>
        quota.Spec.Scopes?.Exists(scope => scope == "Terminating" || (scope == "BestEffort" && needs is { Cpu: > 0 } or { Memory: > 0 })) == true
            ? []
            : from hard in quota.Status?.Hard ?? quota.Spec.Hard ?? []
              let used = quota.Status?.Used?.GetValueOrDefault(hard.Key)
              select new QuotaFact(quota.Name(), hard.Key,
                  ResourceQuantity.TryParse(hard.Value, out var limit) && ResourceQuantity.TryParse(used, out var taken) ? (double)(limit - taken) : null);
}
