using System.Text.Json.Serialization;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Crds;

namespace ChronosOps.Operator.Api;

/// <summary>What actions are called that no policy names.</summary>
public static class ActionNames
{
    /// <summary>Takes an earlier action back that made things worse.</summary>
    public const string Undo = "Undo";

    /// <summary>Takes added replicas back when the load is gone.</summary>
    public const string HandBack = "HandBack";
}

/// <summary>One action: written down before it is done.</summary>
public sealed class ActionRecord
{
    /// <summary>Whether it hands added replicas back, or takes a step of that back: no attempt to heal.</summary>
    [JsonIgnore]
    public bool IsReturn => Action == ActionNames.HandBack || (Action == ActionNames.Undo && ToReplicas > FromReplicas);

    /// <summary>Whether it starts all pods of a workload anew, one after another, and not a single one.</summary>
    [JsonIgnore]
    public bool IsRollingRestart => Action == nameof(RemediationAction.Restart) && TargetPodUid is null;

    /// <summary>Whether all pods begin anew by it: it leads to another revision, or restarts them all.</summary>
    [JsonIgnore]
    public bool IsRollout => FromRevision is not null || IsRollingRestart;

    /// <summary>The key that travels with the effect: incident UID and attempt.</summary>
    [Required]
    public string Key { get; set; } = "";

    /// <summary>The attempt within the incident, from 1.</summary>
    public int? Attempt { get; set; }

    /// <summary>What is done: Rollback, Restart, Scale, HandBack of added replicas, or Undo of an earlier action.</summary>
    public string? Action { get; set; }

    /// <summary>How far it has come.</summary>
    public ActionState? State { get; set; }

    /// <summary>The policy that allowed it, and whose actions per hour it counts among.</summary>
    public string? Policy { get; set; }

    /// <summary>The UID of the workload that the effect is bound to.</summary>
    public string? TargetUid { get; set; }

    /// <summary>The generation of the workload that the effect is bound to.</summary>
    public long? TargetGeneration { get; set; }

    /// <summary>The key that stood on the workload before, if any.</summary>
    public string? PreviousKey { get; set; }

    /// <summary>The workload's revision number before. An unchanged number tells that the effect was never in place.</summary>
    public string? PreviousNumber { get; set; }

    /// <summary>The revision that it starts from; none for what does not change the revision.</summary>
    public string? FromRevision { get; set; }

    /// <summary>The revision that runs after it.</summary>
    public string? ToRevision { get; set; }

    /// <summary>The ReplicaSet whose pod template is restored (Deployments).</summary>
    public string? TargetReplicaSet { get; set; }

    /// <summary>The ControllerRevision whose pod template is restored (StatefulSets, DaemonSets).</summary>
    public string? TargetControllerRevision { get; set; }

    /// <summary>Pods that would hold the rollout up and are evicted for it: those of a StatefulSet that are not ready and that its controller would wait for.</summary>
    [Items(0, StatusLimits.PodsInTheWay)]
    public List<PodReference> PodsInTheWay { get; set; } = [];

    /// <summary>The pod that is restarted; none where all of the workload are, one after another.</summary>
    public string? TargetPod { get; set; }

    /// <summary>The UID of that pod. The effect is bound to it: a pod of the same name that came later is not touched.</summary>
    public string? TargetPodUid { get; set; }

    /// <summary>When that pod was created, or the oldest of all that are restarted. A restart has to outlive the time that the pod had lived until it fell ill.</summary>
    public DateTimeOffset? TargetPodCreatedAt { get; set; }

    /// <summary>The ill node that the pod is taken from, where it is not ill by itself.</summary>
    public string? TargetNode { get; set; }

    /// <summary>The replicas before: of the workload, or the minimum of the autoscaler that sets them.</summary>
    public int? FromReplicas { get; set; }

    /// <summary>The replicas that are asked for.</summary>
    public int? ToReplicas { get; set; }

    /// <summary>The HorizontalPodAutoscaler that sets the workload's replicas, and whose bounds are changed instead.</summary>
    public string? Autoscaler { get; set; }

    /// <summary>The UID of that autoscaler. The effect is bound to it.</summary>
    public string? AutoscalerUid { get; set; }

    /// <summary>The autoscaler's maximum before.</summary>
    public int? FromMaximum { get; set; }

    /// <summary>The autoscaler's maximum that is asked for.</summary>
    public int? ToMaximum { get; set; }

    /// <summary>Requests per second that each replica carried before the trouble: added ones are handed back when the others would not get more.</summary>
    public string? RequestsPerReplica { get; set; }

    /// <summary>When it was written down.</summary>
    public DateTimeOffset? PlannedAt { get; set; }

    /// <summary>When the API server had accepted it.</summary>
    public DateTimeOffset? AppliedAt { get; set; }

    /// <summary>When the rollout had finished.</summary>
    public DateTimeOffset? RolledOutAt { get; set; }

    /// <summary>When it was last looked whether it helped.</summary>
    public DateTimeOffset? LookedAt { get; set; }

    /// <summary>Seconds in which nobody looked whether it helped, since the operator did not run. They do not count against the policy's time-out.</summary>
    public long? UnwatchedSeconds { get; set; }

    /// <summary>When its outcome was known.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Whether the fields that the effect took were handed back to whoever applies the workload.</summary>
    public bool? FieldsHandedBack { get; set; }

    /// <summary>What came of it, in a sentence.</summary>
    public string? Message { get; set; }

    /// <summary>What was measured before the action, to tell better from worse.</summary>
    [Items(0, StatusLimits.Measures)]
    public List<MeasureRecord> Before { get; set; } = [];

    /// <summary>The checks after it, newest last.</summary>
    [Items(0, 20)]
    public List<CheckRecord> Checks { get; set; } = [];
}

/// <summary>Names one pod, and no other that comes to bear its name.</summary>
public sealed class PodReference
{
    /// <summary>The pod's name.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>The pod's UID.</summary>
    public string? Uid { get; set; }

    /// <summary>When it was gone or on its way.</summary>
    public DateTimeOffset? EvictedAt { get; set; }
}

/// <summary>How far an action has come.</summary>
[JsonConverter(typeof(StrictEnumConverter<ActionState>))]
public enum ActionState
{
    /// <summary>Written down, not known to be done.</summary>
    Planned,

    /// <summary>The API server accepted it.</summary>
    Applied,

    /// <summary>It was measured that it helped.</summary>
    Succeeded,

    /// <summary>It was measured that it did not help.</summary>
    Failed,

    /// <summary>It could not be measured whether it helped.</summary>
    Inconclusive,

    /// <summary>It was refused by the API server or by a gate, and had no effect.</summary>
    Refused,

    /// <summary>It cannot be told whether it was done. It is never repeated.</summary>
    OutcomeUnknown,
}

/// <summary>One measurement.</summary>
public sealed class MeasureRecord
{
    /// <summary>The signal.</summary>
    [Required]
    public string Signal { get; set; } = "";

    /// <summary>Its value, in the signal's unit.</summary>
    public string? Value { get; set; }
}

/// <summary>One check after an action.</summary>
public sealed class CheckRecord
{
    /// <summary>When.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>Healthy, Unhealthy or Unknown.</summary>
    public string? Result { get; set; }

    /// <summary>What was measured.</summary>
    public string? Message { get; set; }

    /// <summary>Until when that was measured; absent where it rests on no series. A look at nothing newer than this is no further check.</summary>
    public DateTimeOffset? MeasuredUntil { get; set; }
}
