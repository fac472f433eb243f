using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>Plans a change of revision and writes it as one patch. Pure.</summary>
public static class RollbackPlan
{
    public const string UndoAction = "Undo";

    /// <summary>Writes the action down: bound to the workload as it is now, so that whatever happens to it in between makes the effect fail.</summary>
    /// <param name="incidentUid">The incident.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="action">What it is called: Rollback, or Undo.</param>
    /// <param name="workload">The workload as it is.</param>
    /// <param name="target">The revision to return to.</param>
    /// <param name="now">The time.</param>
    public static ActionRecord Write(string incidentUid, int attempt, string action, WorkloadSnapshot workload, RevisionSnapshot target, DateTimeOffset now) => new()
    {
        Key = $"{incidentUid}/{attempt}",
        Attempt = attempt,
        Action = action,
        State = ActionState.Planned,
        TargetUid = workload.Uid,
        TargetGeneration = workload.Generation,
        PreviousKey = workload.Annotations.TryGetValue(ApiGroup.LastActionAnnotation, out var key) ? key : null,
        PreviousNumber = workload.Annotations.TryGetValue(WorkloadSnapshots.RevisionAnnotation, out var number) ? number : null,
        FromRevision = workload.Current.Revision,
        ToRevision = target.Hash,
        TargetReplicaSet = target.ReplicaSets[0],
        PlannedAt = now,
        Message = $"{action} of {workload.Key.Name} from revision {workload.Current.Revision} to {target.Hash}",
    };

    /// <summary>
    /// Effect and key in one JSON Patch (RFC 6902). It applies only to the very object that was judged: UID, generation, previous key and hold are
    /// tested, so that a hold of a moment ago counts. Nothing but the pod template and the key is touched, replicas least of all.
    /// </summary>
    /// <param name="action">The action.</param>
    /// <param name="template">The pod template to restore.</param>
    /// <param name="hold">What the gates saw in the annotation of a hold; null where there was none.</param>
    public static JsonArray Patch(ActionRecord action, JsonObject template, string? hold)
    {
        const string keyPath = "/metadata/annotations/chronosops.io~1last-action";
        const string holdPath = "/metadata/annotations/chronosops.io~1hold";
        return
        [
            Operation("test", "/metadata/uid", action.TargetUid),
            Operation("test", "/metadata/generation", action.TargetGeneration),
            Operation("test", keyPath, action.PreviousKey),
            Operation("test", holdPath, hold),
            Operation("replace", "/spec/template", PodTemplates.Restorable(template)),
            Operation("add", keyPath, action.Key),
        ];
    }

    /// <summary>What the live object says of an action that was written down.</summary>
    public static EffectState Observe(ActionRecord action, V1Deployment? live)
    {
        var key = live?.GetAnnotation(ApiGroup.LastActionAnnotation);
        if (live is null || live.Metadata.Uid != action.TargetUid)
        {
            return EffectState.TargetGone;
        }

        if (key == action.Key)
        {
            return EffectState.InPlace;
        }

        // Somebody may have scaled the workload since. Its controller would have given an effect of ours a new revision number.
        var number = live.GetAnnotation(WorkloadSnapshots.RevisionAnnotation);
        var sameRevision = number is not null && number == action.PreviousNumber;
        return key != action.PreviousKey ? EffectState.Unknown
            : live.Metadata.Generation == action.TargetGeneration ? EffectState.NotInPlace
            : !sameRevision ? EffectState.Unknown
            : live.Status?.ObservedGeneration == live.Metadata.Generation ? EffectState.MovedOn
            : EffectState.NotYetKnown;
    }

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };
}
