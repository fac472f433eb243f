using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>Changes the replicas of a workload, or the bounds of the autoscaler that sets them: a step up, a step back, or the undo of either.</summary>
[EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "its replicas, where the policy's ladder has Scale, and handing them back; never through the scale subresource, which takes no key")]
[EntityRbac(typeof(V1HorizontalPodAutoscaler), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "minimum and maximum of the autoscaler that sets a workload's replicas, where the policy's ladder has Scale, and handing them back")]
public sealed class ScaleEffect(KubernetesClient client) : IEffect
{
    private readonly FieldReturn _return = new(client);

    /// <inheritdoc/>
    public async Task<EffectOutcome> ObserveAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken)
    {
        var state = ScalePlan.Observe(action, await ReadAsync(workload, action, cancellationToken).ConfigureAwait(false));
        var what = action.Autoscaler is null ? "the workload" : $"autoscaler {action.Autoscaler}";
        return new EffectOutcome(state, state switch
        {
            EffectState.InPlace => $"{what} carries key {action.Key}",
            EffectState.NotInPlace => $"{what} is as it was judged",
            EffectState.MovedOn => $"{what} was changed by somebody else; nothing was done to it",
            EffectState.TargetGone => $"{what} is gone or was made anew",
            _ => $"{what} was changed and does not carry key {action.Key}: whether the action was taken cannot be told, so it is not repeated",
        });
    }

    /// <summary>Sends the patch.</summary>
    /// <inheritdoc/>
    public async Task<EffectOutcome> ApplyAsync(Permit permit, WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        permit.Require(action.Key);
        return await PrepareAsync(workload, action, annotations, cancellationToken).ConfigureAwait(false) is { } patch
            ? await KeyedPatch.AnswerAsync(action, client.SendAsync(HttpMethod.Patch, $"{PathOf(workload, action)}?fieldManager={ApiGroup.FieldManager}", patch, V1Patch.JsonPatchContentType, cancellationToken)).ConfigureAwait(false)
            : Gone(action);
    }

    /// <inheritdoc/>
    public async Task<EffectOutcome> RehearseAsync(WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        await PrepareAsync(workload, action, annotations, cancellationToken).ConfigureAwait(false) is { } patch
            ? await KeyedPatch.AnswerAsync(action, client.SendAsync(HttpMethod.Patch, $"{PathOf(workload, action)}?fieldManager={ApiGroup.FieldManager}&dryRun=All", patch, V1Patch.JsonPatchContentType, cancellationToken)).ConfigureAwait(false)
            : Gone(action);

    /// <summary>Hands the counts back to whoever applies them.</summary>
    /// <inheritdoc/>
    public Task<bool> SettleAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken) => _return.TryAsync(PathOf(workload, action), cancellationToken);

    /// <summary>Nothing stands in the way of a count.</summary>
    /// <inheritdoc/>
    public Task<string?> ClearAsync(Permit permit, WorkloadKey workload, ActionRecord action, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>The patch; null where the autoscaler is gone. The gates saw the workload's annotations; an autoscaler's own are read, and the patch tests that its key and bounds are as they were judged.</summary>
    private async Task<JsonArray?> PrepareAsync(WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        action.Autoscaler is null ? ScalePlan.Patch(action, annotations)
        : await ReadAsync(workload, action, cancellationToken).ConfigureAwait(false) is { } live ? ScalePlan.Patch(action, live.Annotations)
        : null;

    private static EffectOutcome Gone(ActionRecord action) => new(EffectState.NotInPlace, $"autoscaler {action.Autoscaler} is gone");

    private async Task<LiveScale?> ReadAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(HttpMethod.Get, PathOf(workload, action), ct: cancellationToken).ConfigureAwait(false) is { } live ? LiveScale.Of(live) : null;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private static string PathOf(WorkloadKey workload, ActionRecord action) =>
        action.Autoscaler is { } name ? KubernetesResources.HorizontalPodAutoscalers.Path(workload.Namespace, name) : workload.Path;
}
