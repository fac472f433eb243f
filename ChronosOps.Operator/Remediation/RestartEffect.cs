using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>Restarts one pod by evicting it: its owner makes a new one.</summary>
public sealed class RestartEffect(KubernetesClient client) : IEffect
{
    private readonly PodEviction _eviction = new(client);

    /// <inheritdoc/>
    public async Task<EffectOutcome> ObserveAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken) =>
        await _eviction.LookAsync(workload.Namespace, action.TargetPod ?? "", action.TargetPodUid, cancellationToken).ConfigureAwait(false) == PodStand.Gone
            ? new EffectOutcome(EffectState.InPlace, $"pod {action.TargetPod} with UID {action.TargetPodUid} is gone or on its way")
            : new EffectOutcome(EffectState.NotInPlace, $"pod {action.TargetPod} is there");

    /// <inheritdoc/>
    public async Task<EffectOutcome> ApplyAsync(Permit permit, WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        permit.Require(action.Key);
        return await _eviction.EvictAsync(workload.Namespace, action.TargetPod!, action.TargetPodUid, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<EffectOutcome> RehearseAsync(WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        _eviction.RehearseAsync(workload.Namespace, action.TargetPod!, action.TargetPodUid, cancellationToken);

    /// <summary>An eviction leaves nothing behind.</summary>
    /// <inheritdoc/>
    public Task<bool> SettleAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Nothing stands in the way of a pod that is made anew.</summary>
    /// <inheritdoc/>
    public Task<string?> ClearAsync(Permit permit, WorkloadKey workload, ActionRecord action, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<string?>(null);
}
