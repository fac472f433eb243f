using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Remediation;

/// <summary>Plans the restart of one pod. Its key is the pod's UID: a pod ends once, so that the effect cannot be had twice. Pure.</summary>
public static class RestartPlan
{
    /// <summary>Writes the action down: bound to the very pod that was judged.</summary>
    /// <param name="incidentUid">The incident.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="workload">The workload as it is.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="now">The time.</param>
    public static ActionRecord Write(string incidentUid, int attempt, WorkloadSnapshot workload, PodSnapshot pod, DateTimeOffset now) => new()
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
        PlannedAt = now,
        Message = $"Restart of pod {pod.Name} of {workload.Key.Name}, by eviction",
    };

    /// <summary>
    /// The eviction. It respects PodDisruptionBudgets and the pod's own grace, and fails with a conflict where the pod is another by now
    /// (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/).
    /// </summary>
    /// <param name="action">The action.</param>
    /// <param name="version">The version of the group policy that the server takes evictions in.</param>
    public static JsonObject Eviction(ActionRecord action, string version) => new()
    {
        ["apiVersion"] = $"policy/{version}",
        ["kind"] = "Eviction",
        ["metadata"] = new JsonObject { ["name"] = action.TargetPod },
        ["deleteOptions"] = new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = action.TargetPodUid } },
    };

    /// <summary>What the live pod says of an action that was written down.</summary>
    public static EffectState Observe(ActionRecord action, V1Pod? live) =>
        live is null || live.Metadata.Uid != action.TargetPodUid || live.Metadata.DeletionTimestamp is not null ? EffectState.InPlace : EffectState.NotInPlace;
}
