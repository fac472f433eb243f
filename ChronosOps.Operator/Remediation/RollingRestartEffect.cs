using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>Starts all pods of a workload anew, one after another as its strategy says, by a stamp on the pod template.</summary>
[EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "the restart of all its pods where the policy's ladder has Restart, one JSON Patch of an annotation of the pod template")]
[EntityRbac(typeof(V1StatefulSet), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "the same of a StatefulSet")]
[EntityRbac(typeof(V1DaemonSet), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "the same of a DaemonSet")]
public sealed class RollingRestartEffect(KubernetesClient client) : IEffect
{
    private readonly FieldReturn _return = new(client);

    /// <inheritdoc/>
    public Task<EffectOutcome> ObserveAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken) => LiveWorkload.ObserveAsync(client, workload, action, cancellationToken);

    /// <summary>Sends the patch.</summary>
    /// <inheritdoc/>
    public async Task<EffectOutcome> ApplyAsync(Permit permit, WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        permit.Require(action.Key);
        return await PrepareAsync(workload, action, annotations, cancellationToken).ConfigureAwait(false) is { } patch
            ? await KeyedPatch.AnswerAsync(action, client.SendAsync(HttpMethod.Patch, $"{workload.Path}?fieldManager={ApiGroup.FieldManager}", patch, V1Patch.JsonPatchContentType, cancellationToken)).ConfigureAwait(false)
            : Gone;
    }

    /// <inheritdoc/>
    public async Task<EffectOutcome> RehearseAsync(WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        await PrepareAsync(workload, action, annotations, cancellationToken).ConfigureAwait(false) is { } patch
            ? await KeyedPatch.AnswerAsync(action, client.SendAsync(HttpMethod.Patch, $"{workload.Path}?fieldManager={ApiGroup.FieldManager}&dryRun=All", patch, V1Patch.JsonPatchContentType, cancellationToken)).ConfigureAwait(false)
            : Gone;

    /// <summary>The stamp stays ours, since nobody else applies it; hands back what else the patch may have taken.</summary>
    /// <inheritdoc/>
    public Task<bool> SettleAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken) => _return.TryAsync(workload.Path, cancellationToken);

    /// <summary>It is only begun while every pod is there: nothing stands in its way.</summary>
    /// <inheritdoc/>
    public Task<string?> ClearAsync(Permit permit, WorkloadKey workload, ActionRecord action, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    private static EffectOutcome Gone => new(EffectState.NotInPlace, "the workload is gone");

    /// <summary>The patch; null where the workload is gone. The caches keep no template: whether it has annotations is read, and the patch tests that the generation is still the one that was judged.</summary>
    private async Task<JsonArray?> PrepareAsync(WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        try
        {
            var live = await client.SendAsync(HttpMethod.Get, workload.Path, ct: cancellationToken).ConfigureAwait(false);
            var hasAnnotations = live?["spec"]?["template"]?["metadata"]?["annotations"] is JsonObject { Count: > 0 };
            return RestartPlan.Patch(action, hasAnnotations, annotations);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
