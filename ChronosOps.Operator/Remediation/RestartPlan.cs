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
}
