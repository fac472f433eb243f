using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>What sets the workload's replicas, and what room quota and nodes have for more. Read only where the policy scales and something is full or overrun.</summary>
[EntityRbac(typeof(V1ResourceQuota), Verbs = RbacVerb.List, Why = "what quotas have left, before a workload is scaled")]
public sealed class ScalingCollector(NodeReader nodes, KubernetesClient client, WorkloadCatalog catalog) : ICollector
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
                NodeRoom = needs is null ? null : await RoomAsync(bundle.Workload, needs, request, cancellationToken).ConfigureAwait(false),
            },
        };
    }

    /// <summary>Twice what may be asked for at most, since a rollout surges; null where the nodes and all that runs on them may not be seen.</summary>
    private async Task<int?> RoomAsync(WorkloadSnapshot workload, PodNeeds needs, CollectionRequest request, CancellationToken cancellationToken)
    {
        if (await nodes.ReadAsync(request, cancellationToken).ConfigureAwait(false) is not { } view)
        {
            return null;
        }

        var own = workload.Pods.Where(pod => !pod.Deleting).Select(pod => pod.Uid).ToHashSet();
        return NodeRoom.For(view.Nodes, view.Running, own, workload.Current.ChoosesNodes, needs, (request.Reading.Policy.MaxReplicas ?? 0) * 2);
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
