using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>Plans a change of revision and writes it as one patch. Pure.</summary>
public static class RollbackPlan
{
    /// <summary>Writes the action down: bound to the workload as it is now, so that whatever happens to it in between makes the effect fail.</summary>
    /// <param name="incidentUid">The incident.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="action">What it is called: Rollback, or Undo.</param>
    /// <param name="workload">The workload as it is.</param>
    /// <param name="target">The revision to return to.</param>
    /// <param name="now">The time.</param>
    public static ActionRecord Write(string incidentUid, int attempt, string action, WorkloadSnapshot workload, RevisionSnapshot target, DateTimeOffset now)
    {
        List<PodReference> inTheWay = [.. InTheWay(workload, target.Hash)];
        return new ActionRecord
        {
            Key = $"{incidentUid}/{attempt}",
            Attempt = attempt,
            Action = action,
            State = ActionState.Planned,
            TargetUid = workload.Uid,
            TargetGeneration = workload.Generation,
            PreviousKey = workload.Annotations.TryGetValue(ApiGroup.LastActionAnnotation, out var key) ? key : null,
            PreviousNumber = workload.RevisionNumber?.ToString(CultureInfo.InvariantCulture),
            FromRevision = workload.Current.Revision,
            ToRevision = target.Hash,
            TargetReplicaSet = workload.Key.Kind == WorkloadKind.Deployment ? target.Holders[0] : null,
            TargetControllerRevision = workload.Key.Kind == WorkloadKind.Deployment ? null : target.Holders[0],
            PodsInTheWay = inTheWay,
            PlannedAt = now,
            Message = $"{action} of {workload.Key.Name} from revision {workload.Current.Revision} to {target.Hash}{Eviction(inTheWay)}",
        };
    }

    /// <summary>Writes down the pods which have come to stand in the way since.</summary>
    public static void NoteInTheWay(ActionRecord action, WorkloadSnapshot workload) =>
        action.PodsInTheWay.AddRange(InTheWay(workload, action.ToRevision).ExceptBy(action.PodsInTheWay.Select(known => known.Uid), pod => pod.Uid).Take(StatusLimits.PodsInTheWay - action.PodsInTheWay.Count));

    /// <summary>What holds the template that is restored.</summary>
    public static string? Holder(ActionRecord action) => action.TargetReplicaSet ?? action.TargetControllerRevision;

    /// <summary>The pods of other revisions than the target that the workload's controller waits for, and that stay as they are until it no longer does.</summary>
    private static IEnumerable<PodReference> InTheWay(WorkloadSnapshot workload, string? target) =>
        (from pod in workload.HoldsUp(target)
         select new PodReference { Name = pod.Name, Uid = pod.Uid }).Take(StatusLimits.PodsInTheWay);

    private static string Eviction(IEnumerable<PodReference> pods) =>
        string.Join(", ", pods.Select(pod => pod.Name)) is { Length: > 0 } names ? $", and eviction of {names}, which would hold it up" : "";

    /// <summary>The patch: UID and generation are tested, and what forbids it by an annotation. Nothing but the pod template and the key is touched, replicas least of all.</summary>
    /// <param name="action">The action.</param>
    /// <param name="template">The pod template to restore.</param>
    /// <param name="annotations">The workload's annotations as the gates saw them.</param>
    public static JsonArray Patch(ActionRecord action, JsonObject template, IReadOnlyDictionary<string, string> annotations) =>
        KeyedPatch.Write(
            action,
            [KeyedPatch.Test("/metadata/uid", action.TargetUid), KeyedPatch.Test("/metadata/generation", action.TargetGeneration)],
            [KeyedPatch.Replace("/spec/template", PodTemplates.Restorable(template))],
            annotations,
            action.Action == ActionNames.Undo ? Ownership.GitOpsMarks : Ownership.GitOpsMarks.Concat(KeyedPatch.OptOuts(RemediationAction.Rollback)));

    /// <summary>What the live object says of an action that was written down.</summary>
    public static EffectState Observe(ActionRecord action, LiveWorkload? live)
    {
        if (live is null || live.Uid != action.TargetUid)
        {
            return EffectState.TargetGone;
        }

        if (live.Key == action.Key)
        {
            return EffectState.InPlace;
        }

        // Somebody may have scaled the workload since. Its controller would have given an effect of ours a new revision number.
        var sameRevision = live.RevisionNumber is { } number && number.ToString(CultureInfo.InvariantCulture) == action.PreviousNumber;
        return live.Key != action.PreviousKey ? EffectState.Unknown
            : live.Generation == action.TargetGeneration ? EffectState.NotInPlace
            : !sameRevision ? EffectState.Unknown
            : live.ObservedGeneration == live.Generation ? EffectState.MovedOn
            : EffectState.NotYetKnown;
    }

    /// <summary>
    /// Whether an action that was taken rules out that another one was, or still can be: both were written down for the same generation and the same key before, and the patch of each tests both.
    /// Whichever comes first has the other refused.
    /// </summary>
    /// <param name="taken">The action whose key the workload carries.</param>
    /// <param name="other">The one in question.</param>
    public static bool RulesOut(ActionRecord taken, ActionRecord other) =>
        taken.Key != other.Key && taken is { Autoscaler: null, TargetUid: not null, TargetGeneration: not null }
        && (taken.TargetUid, taken.TargetGeneration, taken.PreviousKey) == (other.TargetUid, other.TargetGeneration, other.PreviousKey);
}
