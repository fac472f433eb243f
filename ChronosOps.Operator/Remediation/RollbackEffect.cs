using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;

namespace ChronosOps.Operator.Remediation;

/// <summary>Changes the revision of a workload: a rollback, or the undo of one.</summary>
[EntityRbac(typeof(V1Deployment), Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "the rollback, one JSON Patch of a Deployment that a policy selects, and handing fields back; never update, delete or scale")]
[EntityRbac(typeof(V1ReplicaSet), Verbs = RbacVerb.Get, Why = "the template to go back to")]
public sealed class RollbackEffect(KubernetesClient client) : IEffect
{
    private const int HandBackTries = 5;
    private readonly GenericClient<V1Deployment> _deployments = client.For(KubernetesResources.Deployments);
    private readonly GenericClient<V1ReplicaSet> _replicaSets = client.For(KubernetesResources.ReplicaSets);

    /// <inheritdoc/>
    public async Task<EffectOutcome> ObserveAsync(string @namespace, string name, ActionRecord action, CancellationToken cancellationToken)
    {
        var live = await _deployments.FindNamespacedAsync(@namespace, name, cancellationToken).ConfigureAwait(false);
        var state = RollbackPlan.Observe(action, live);
        return new EffectOutcome(state, state switch
        {
            EffectState.InPlace => $"the workload carries key {action.Key}",
            EffectState.NotInPlace => "the workload is as it was judged",
            EffectState.MovedOn => $"the workload moved on to generation {live?.Metadata.Generation} with the same revision; nothing was done to it",
            EffectState.NotYetKnown => "the workload was changed a moment ago, and its controller has not looked at it yet",
            EffectState.TargetGone => "the workload is gone or was made anew",
            _ => $"the workload is at generation {live?.Metadata.Generation} instead of {action.TargetGeneration} and does not carry key {action.Key}: whether the action was taken cannot be told, so it is not repeated",
        });
    }

    /// <summary>Sends the patch.</summary>
    /// <inheritdoc/>
    public async Task<EffectOutcome> ApplyAsync(Permit permit, string @namespace, string name, ActionRecord action, string? hold, CancellationToken cancellationToken)
    {
        permit.Require(action.Key);
        if (string.IsNullOrEmpty(action.TargetReplicaSet))
        {
            return new EffectOutcome(EffectState.NotInPlace, "it is not written down which ReplicaSet holds the template (written by another version, or the definitions are older than the operator)");
        }

        var source = await _replicaSets.FindNamespacedAsync(@namespace, action.TargetReplicaSet, cancellationToken).ConfigureAwait(false);
        if (source?.Spec.Template is not { } template || Workloads.TemplateFacts.Read(template).Revision != action.ToRevision)
        {
            return new EffectOutcome(EffectState.NotInPlace, $"ReplicaSet {action.TargetReplicaSet} no longer holds revision {action.ToRevision}");
        }

        try
        {
            var patch = new V1Patch(RollbackPlan.Patch(action, template, hold), V1Patch.PatchType.JsonPatch);
            await _deployments.PatchNamespacedAsync(patch, @namespace, name, new WriteOptions { FieldManager = ApiGroup.FieldManager }, cancellationToken).ConfigureAwait(false);
            return new EffectOutcome(EffectState.InPlace, $"the API server accepted the patch with key {action.Key}");
        }
        catch (KubernetesException e) when (!e.IsOutcomeUnknown)
        {
            return new EffectOutcome(EffectState.NotInPlace, $"the API server refused the patch: {e.Message}");
        }
    }

    /// <summary>Hands the fields of the pod template back to whoever applies the workload. Changes nothing but metadata.managedFields; safe to repeat.</summary>
    /// <returns>Whether we hold nothing of the spec any more.</returns>
    public async Task<bool> SettleAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await TryHandBackAsync(@namespace, name, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException)
        {
            return false;
        }
    }

    private async Task<bool> TryHandBackAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        var path = KubernetesResources.Deployments.Path(@namespace, name);
        for (var i = 0; i < HandBackTries; i++)
        {
            var live = await client.SendAsync(HttpMethod.Get, path, ct: cancellationToken).ConfigureAwait(false);
            if (live?["metadata"]?["managedFields"] is not JsonArray fields || FieldOwnership.HandBack(fields) is not { } without)
            {
                return true;
            }

            try
            {
                JsonArray patch =
                [
                    new JsonObject { ["op"] = "test", ["path"] = "/metadata/resourceVersion", ["value"] = live["metadata"]!["resourceVersion"]!.DeepClone() },
                    new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = without },
                ];
                await client.SendAsync(HttpMethod.Patch, $"{path}?fieldManager={ApiGroup.FieldManager}", patch, "application/json-patch+json", cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (KubernetesException e) when (e.IsConflict || e.IsInvalid)
            {
                // The object moved on between read and write (its rollout is under way): read again.
            }
        }

        return false;
    }
}
