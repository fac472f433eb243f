using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>
/// Plans the restart of one pod, or of all pods of a workload. The key of the one is the pod's UID: a pod ends once, so that the effect cannot be had twice. That of the
/// other travels with a stamp on the pod template, in one patch. Pure.
/// </summary>
public static class RestartPlan
{
    private const string TemplateAnnotations = "/spec/template/metadata/annotations";
    private const string StampPath = TemplateAnnotations + "/chronosops.io~1restarted-at";

    /// <summary>Writes the action down: bound to the very pod that was judged.</summary>
    /// <param name="incidentUid">The incident.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="workload">The workload as it is.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="node">The ill node that the pod is taken from; null where the pod is ill by itself.</param>
    /// <param name="now">The time.</param>
    public static ActionRecord Write(string incidentUid, int attempt, WorkloadSnapshot workload, PodSnapshot pod, string? node, DateTimeOffset now) => new()
    {
        Key = $"{incidentUid}/{attempt}",
        Attempt = attempt,
        Action = nameof(RemediationAction.Restart),
        State = ActionState.Planned,
        TargetUid = workload.Uid,
        TargetGeneration = workload.Generation,
        ToRevision = workload.Current.Revision,
        TargetPod = pod.Name,
        TargetPodUid = pod.Uid,
        TargetPodCreatedAt = pod.CreatedAt,
        TargetNode = node,
        PlannedAt = now,
        Message = $"Restart of pod {pod.Name} of {workload.Key.Name}, by eviction{(node is null ? "" : $" from node {node}")}",
    };

    /// <summary>Writes the restart of all pods down: bound to the workload as it is now. It changes no revision.</summary>
    /// <param name="incidentUid">The incident.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="workload">The workload as it is.</param>
    /// <param name="now">The time, and the stamp.</param>
    public static ActionRecord Write(string incidentUid, int attempt, WorkloadSnapshot workload, DateTimeOffset now)
    {
        var pods = workload.PodsOf(workload.Current.Revision).Where(pod => !pod.Deleting).ToList();
        return new ActionRecord
        {
            Key = $"{incidentUid}/{attempt}",
            Attempt = attempt,
            Action = nameof(RemediationAction.Restart),
            State = ActionState.Planned,
            TargetUid = workload.Uid,
            TargetGeneration = workload.Generation,
            PreviousKey = workload.Annotations.TryGetValue(ApiGroup.LastActionAnnotation, out var key) ? key : null,
            PreviousNumber = workload.RevisionNumber?.ToString(CultureInfo.InvariantCulture),
            ToRevision = workload.Current.Revision,
            TargetPodCreatedAt = pods.Count > 0 ? pods.Min(pod => pod.CreatedAt) : null,
            PlannedAt = now,
            Message = $"Rolling restart of {workload.Key.Name}: all {pods.Count} pods of revision {workload.Current.Revision}, as its strategy says",
        };
    }

    /// <summary>The patch of a restart of all pods: UID and generation are tested, and what forbids it by an annotation. Nothing but the stamp and the key is touched.</summary>
    /// <param name="action">The action.</param>
    /// <param name="templateHasAnnotations">Whether the pod template has any: below what is not there nothing can be added.</param>
    /// <param name="annotations">The workload's annotations as the gates saw them.</param>
    public static JsonArray Patch(ActionRecord action, bool templateHasAnnotations, IReadOnlyDictionary<string, string> annotations)
    {
        var stamp = (action.PlannedAt ?? default).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        List<JsonObject> tests = [KeyedPatch.Test("/metadata/uid", action.TargetUid), KeyedPatch.Test("/metadata/generation", action.TargetGeneration)];
        var further = KeyedPatch.OptOuts(RemediationAction.Restart);
        return templateHasAnnotations
            ? KeyedPatch.Write(action, tests, [KeyedPatch.Add(StampPath, stamp)], annotations, further)
            : KeyedPatch.Write(action, tests, [KeyedPatch.Add(TemplateAnnotations, new JsonObject { [ApiGroup.RestartedAtAnnotation] = stamp })], annotations, further);
    }
}
