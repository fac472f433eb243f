using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>Plans a change of replicas, of the workload or of the bounds of the autoscaler that sets them, and writes it as one patch. Pure.</summary>
public static class ScalePlan
{
    /// <summary>Whether an action takes added replicas back.</summary>
    public static bool IsHandBack(ActionRecord action) => action.Action == ActionNames.HandBack;

    /// <summary>Writes a step up down.</summary>
    /// <param name="incidentUid">The incident.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="workload">The workload as it is.</param>
    /// <param name="autoscaler">What sets its replicas; null where nothing does.</param>
    /// <param name="replicas">The replicas to ask for.</param>
    /// <param name="carried">Requests per second that each replica carried before the trouble; null where that is not known.</param>
    /// <param name="now">The time.</param>
    public static ActionRecord Write(string incidentUid, int attempt, WorkloadSnapshot workload, AutoscalerFact? autoscaler, int replicas, double? carried, DateTimeOffset now)
    {
        var maximum = autoscaler is null ? (int?)null : Math.Max(autoscaler.Maximum, replicas);
        var action = Record(incidentUid, attempt, nameof(RemediationAction.Scale), workload, now);
        action.PreviousKey = autoscaler is null ? KeyOf(workload) : autoscaler.Key;
        action.FromReplicas = autoscaler?.Minimum ?? workload.Replicas;
        action.ToReplicas = replicas;
        action.Autoscaler = autoscaler?.Name;
        action.AutoscalerUid = autoscaler?.Uid;
        action.FromMaximum = autoscaler?.Maximum;
        action.ToMaximum = maximum;
        action.RequestsPerReplica = carried?.ToString("0.###", CultureInfo.InvariantCulture);
        action.Message = autoscaler is null
                ? $"Scale of {workload.Key.Name} from {workload.Replicas} to {replicas} replicas"
                : $"Scale of {workload.Key.Name} from {workload.Replicas} to {replicas} replicas, by the bounds of autoscaler {autoscaler.Name}: {autoscaler.Minimum} to {autoscaler.Maximum} become {replicas} to {maximum}";
        return action;
    }

    /// <summary>Writes another count down for what an earlier action asked for: a step back, or the undo of one.</summary>
    /// <param name="incidentUid">The incident.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="action">What it is called: HandBack, or Undo.</param>
    /// <param name="workload">The workload as it is.</param>
    /// <param name="last">The action that asked for what there is now.</param>
    /// <param name="replicas">The replicas to ask for instead.</param>
    /// <param name="maximum">The autoscaler's maximum; null without one.</param>
    /// <param name="now">The time.</param>
    public static ActionRecord Write(string incidentUid, int attempt, string action, WorkloadSnapshot workload, ActionRecord last, int replicas, int? maximum, DateTimeOffset now)
    {
        var written = Record(incidentUid, attempt, action, workload, now);
        written.PreviousKey = last.Autoscaler is null ? KeyOf(workload) : last.Key;
        written.FromReplicas = last.ToReplicas;
        written.ToReplicas = replicas;
        written.Autoscaler = last.Autoscaler;
        written.AutoscalerUid = last.AutoscalerUid;
        written.FromMaximum = last.ToMaximum;
        written.ToMaximum = maximum;
        written.RequestsPerReplica = last.RequestsPerReplica;
        written.Message = last.Autoscaler is null
                ? $"{action} of replicas of {workload.Key.Name}, from {last.ToReplicas} to {replicas}"
                : $"{action} of the bounds of autoscaler {last.Autoscaler}: {last.ToReplicas} to {last.ToMaximum} become {replicas} to {maximum}";
        return written;
    }

    /// <summary>The patch. Nothing but the counts and the key is touched.</summary>
    /// <param name="action">The action.</param>
    /// <param name="annotations">The annotations of what is patched.</param>
    public static JsonArray Patch(ActionRecord action, IReadOnlyDictionary<string, string> annotations) => action.Autoscaler is null
        ? KeyedPatch.Write(
            action,
            [KeyedPatch.Test("/metadata/uid", action.TargetUid), KeyedPatch.Test("/metadata/generation", action.TargetGeneration), KeyedPatch.Test("/spec/replicas", action.FromReplicas)],
            [KeyedPatch.Replace("/spec/replicas", action.ToReplicas)],
            annotations,
            action.Action == nameof(RemediationAction.Scale) ? KeyedPatch.OptOuts(RemediationAction.Scale) : null)
        : KeyedPatch.Write(
            action,
            [KeyedPatch.Test("/metadata/uid", action.AutoscalerUid), KeyedPatch.Test("/spec/minReplicas", action.FromReplicas), KeyedPatch.Test("/spec/maxReplicas", action.FromMaximum)],
            [KeyedPatch.Replace("/spec/minReplicas", action.ToReplicas), KeyedPatch.Replace("/spec/maxReplicas", action.ToMaximum)],
            annotations);

    /// <summary>What the live object says of an action that was written down.</summary>
    /// <param name="action">The action.</param>
    /// <param name="live">The workload or its autoscaler; null where it is gone.</param>
    public static EffectState Observe(ActionRecord action, LiveScale? live) =>
        live is null || live.Uid != (action.AutoscalerUid ?? action.TargetUid) ? EffectState.TargetGone
        : live.Key == action.Key ? EffectState.InPlace
        : live.Key != action.PreviousKey ? EffectState.Unknown
        : live.Replicas == action.FromReplicas && (action.Autoscaler is not null || live.Generation == action.TargetGeneration) ? EffectState.NotInPlace
        : live.Replicas == action.ToReplicas ? EffectState.Unknown
        : EffectState.MovedOn;

    private static string? KeyOf(WorkloadSnapshot workload) => workload.Annotations.TryGetValue(ApiGroup.LastActionAnnotation, out var key) ? key : null;

    private static ActionRecord Record(string incidentUid, int attempt, string action, WorkloadSnapshot workload, DateTimeOffset now) => new()
    {
        Key = $"{incidentUid}/{attempt}",
        Attempt = attempt,
        Action = action,
        State = ActionState.Planned,
        TargetUid = workload.Uid,
        TargetGeneration = workload.Generation,
        ToRevision = workload.Current.Revision,
        PlannedAt = now,
    };
}

/// <summary>What the API server says of a workload's replicas, or of an autoscaler's bounds, at this moment.</summary>
/// <param name="Uid">Its UID.</param>
/// <param name="Generation">The generation of its spec.</param>
/// <param name="Key">The key of the last action on it.</param>
/// <param name="Replicas">The replicas, or the minimum.</param>
/// <param name="Annotations">Its annotations.</param>
public sealed record LiveScale(string? Uid, long? Generation, string? Key, int? Replicas, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>Reads it off the live object.</summary>
    public static LiveScale Of(JsonNode live)
    {
        var metadata = live["metadata"];
        var annotations = (metadata?["annotations"] as JsonObject ?? []).ToDictionary(one => one.Key, one => one.Value?.ToString() ?? "");
        return new LiveScale(
            (string?)metadata?["uid"], (long?)metadata?["generation"], annotations.GetValueOrDefault(ApiGroup.LastActionAnnotation),
            (int?)(live["spec"]?["replicas"] ?? live["spec"]?["minReplicas"]), annotations);
    }
}
