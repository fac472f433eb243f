using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>What the API server says of a workload at this moment, as far as it tells whether an effect is in place.</summary>
/// <param name="Uid">Its UID.</param>
/// <param name="Generation">The generation of its spec.</param>
/// <param name="ObservedGeneration">The generation that its controller has seen.</param>
/// <param name="Key">The key of the last action on it.</param>
/// <param name="RevisionNumber">The number of its newest revision; null where nobody asked.</param>
[EntityRbac(typeof(V1ControllerRevision), Verbs = RbacVerb.List, Why = "whether the revision of a StatefulSet or DaemonSet has changed since a rollback was written down")]
public sealed record LiveWorkload(string? Uid, long? Generation, long? ObservedGeneration, string? Key, long? RevisionNumber)
{
    /// <summary>Reads it; null where there is none.</summary>
    /// <exception cref="KubernetesException">It could not be read.</exception>
    public static async Task<LiveWorkload?> ReadAsync(KubernetesClient client, WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken)
    {
        JsonNode? found;
        try
        {
            found = await client.SendAsync(HttpMethod.Get, workload.Path, ct: cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }

        var metadata = found?["metadata"];
        var live = new LiveWorkload(
            (string?)metadata?["uid"],
            (long?)metadata?["generation"],
            (long?)found?["status"]?["observedGeneration"],
            (string?)metadata?["annotations"]?[ApiGroup.LastActionAnnotation],
            Number((string?)metadata?["annotations"]?[DeploymentSnapshots.RevisionAnnotation]));

        // A list of all revisions of the namespace, for the one case in which the number tells something.
        return workload.Kind == WorkloadKind.Deployment || live.Key != action.PreviousKey || live.Generation == action.TargetGeneration
            ? live
            : live with { RevisionNumber = await NewestAsync(client, workload.Namespace, live.Uid, cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>Looks whether a change of the template is in place. A stamp on it gives the workload a new revision number as any other does.</summary>
    public static async Task<EffectOutcome> ObserveAsync(KubernetesClient client, WorkloadKey workload, ActionRecord action, CancellationToken cancellationToken)
    {
        var live = await ReadAsync(client, workload, action, cancellationToken).ConfigureAwait(false);
        var state = RollbackPlan.Observe(action, live);
        return new EffectOutcome(state, state switch
        {
            EffectState.InPlace => $"the workload carries key {action.Key}",
            EffectState.NotInPlace => "the workload is as it was judged",
            EffectState.MovedOn => $"the workload moved on to generation {live?.Generation} with the same revision; nothing was done to it",
            EffectState.NotYetKnown => "the workload was changed a moment ago, and its controller has not looked at it yet",
            EffectState.TargetGone => "the workload is gone or was made anew",
            _ => $"the workload is at generation {live?.Generation} instead of {action.TargetGeneration} and does not carry key {action.Key}: whether the action was taken cannot be told, so it is not repeated",
        }, live?.Key);
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static async Task<long?> NewestAsync(KubernetesClient client, string @namespace, string? uid, CancellationToken cancellationToken)
    {
        long? newest = null;
        await foreach (var revision in client.For(KubernetesResources.ControllerRevisions).ListAllAsync(@namespace, null, cancellationToken).ConfigureAwait(false))
        {
            if (revision.ControllerOf()?.Uid == uid && !(revision.Revision <= newest))
            {
                newest = revision.Revision;
            }
        }

        return newest;
    }
}
