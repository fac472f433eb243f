using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>Changes the revision of a workload: a rollback, or the undo of one.</summary>
[EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "the rollback, one JSON Patch of a Deployment that a policy selects, and handing fields back; never update, delete or scale")]
[EntityRbac(typeof(V1StatefulSet), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "the same of a StatefulSet")]
[EntityRbac(typeof(V1DaemonSet), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "the same of a DaemonSet")]
public sealed class RollbackEffect(KubernetesClient client) : IEffect
{
    private readonly RevisionTemplates _templates = new(client);
    private readonly FieldReturn _return = new(client);
    private readonly PodEviction _eviction = new(client);

    /// <inheritdoc/>
    public Task<EffectOutcome> ObserveAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken) => LiveWorkload.ObserveAsync(client, workload, action, cancellationToken);

    /// <summary>Sends the patch.</summary>
    /// <inheritdoc/>
    public async Task<EffectOutcome> ApplyAsync(Permit permit, WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        permit.Require(action.Key);
        var (patch, hindrance) = await PrepareAsync(workload, action, annotations, cancellationToken).ConfigureAwait(false);
        return patch is null
            ? new EffectOutcome(EffectState.NotInPlace, hindrance)
            : await KeyedPatch.AnswerAsync(action, client.SendAsync(HttpMethod.Patch, $"{workload.Path}?fieldManager={ApiGroup.FieldManager}", patch, V1Patch.JsonPatchContentType, cancellationToken)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<EffectOutcome> RehearseAsync(WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        var (patch, hindrance) = await PrepareAsync(workload, action, annotations, cancellationToken).ConfigureAwait(false);
        return patch is null
            ? new EffectOutcome(EffectState.NotInPlace, hindrance)
            : await KeyedPatch.AnswerAsync(action, client.SendAsync(HttpMethod.Patch, $"{workload.Path}?fieldManager={ApiGroup.FieldManager}&dryRun=All", patch, V1Patch.JsonPatchContentType, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>The patch, or why there is none.</summary>
    private async Task<(JsonArray? Patch, string Hindrance)> PrepareAsync(WorkloadKey workload, ActionRecord action, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        if (RollbackPlan.Holder(action) is not { Length: > 0 } holder)
        {
            return (null, "it is not written down what holds the template (written by another version, or the definitions are older than the operator)");
        }

        return await _templates.ReadAsync(workload, holder, cancellationToken).ConfigureAwait(false) is { } template && TemplateFacts.Read(template).Revision == action.ToRevision
            ? (RollbackPlan.Patch(action, template, annotations), "")
            : (null, $"{holder} no longer holds revision {action.ToRevision}");
    }

    /// <summary>Hands the fields of the pod template back to whoever applies the workload.</summary>
    /// <inheritdoc/>
    public Task<bool> SettleAsync(WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken) => _return.TryAsync(workload.Path, cancellationToken);

    /// <summary>
    /// Evicts the pods that the workload's controller would wait for before it replaces any. A StatefulSet whose broken pod never gets ready does not
    /// take up a mended template by itself; one at a look (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
    /// </summary>
    /// <inheritdoc/>
    public async Task<string?> ClearAsync(Permit permit, WorkloadKey workload, ActionRecord action, DateTimeOffset now, CancellationToken cancellationToken)
    {
        permit.Require(action.Key);
        foreach (var pod in action.PodsInTheWay.Where(pod => pod.EvictedAt is null).ToList())
        {
            var stand = await _eviction.LookAsync(workload.Namespace, pod.Name, pod.Uid, cancellationToken).ConfigureAwait(false);
            if (stand == PodStand.Ready)
            {
                // It stands in nobody's way any more. If it does again, it is written down again.
                action.PodsInTheWay.Remove(pod);
                continue;
            }

            if (stand == PodStand.NotReady && await _eviction.EvictAsync(workload.Namespace, pod.Name, pod.Uid, cancellationToken).ConfigureAwait(false) is { State: not EffectState.InPlace } refused)
            {
                return refused.Message;
            }

            pod.EvictedAt = now;
            return null;
        }

        return null;
    }
}
