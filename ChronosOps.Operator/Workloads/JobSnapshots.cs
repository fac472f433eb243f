using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>How a Job stands.</summary>
/// <param name="FailedAt">When it was given up; null where it was not.</param>
/// <param name="Reason">Why, such as BackoffLimitExceeded or DeadlineExceeded.</param>
/// <param name="Message">The same in the controller's words.</param>
/// <param name="FailedPods">How many of its pods have failed.</param>
public sealed record JobState(DateTimeOffset? FailedAt, string? Reason, string? Message, int FailedPods);

/// <summary>Makes snapshots of Jobs from API objects. A Job has no rollout and no replicas: its pods run until they end. Pure.</summary>
public static class JobSnapshots
{
    /// <summary>The Job with the pods that it controls.</summary>
    public static WorkloadSnapshot Of(V1Job job, IEnumerable<V1Pod> pods)
    {
        var facts = TemplateFacts.Of(job, job.Spec.Template);
        var created = job.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;
        var failure = job.Status?.Conditions?.Find(condition => condition is { Type: "Failed", Status: "True" });
        return new WorkloadSnapshot
        {
            Key = new WorkloadKey(WorkloadKind.Job, job.Namespace() ?? "", job.Name()),
            Uid = job.Metadata.Uid ?? "",
            Labels = job.Metadata.Labels ?? [],
            Annotations = job.Metadata.Annotations ?? [],
            Current = facts,
            RolloutStartedAt = job.Status?.StartTime ?? created,
            Pods = [.. pods.Select(pod => PodSnapshots.Of(pod, facts.Revision))],
            Job = new JobState(failure is null ? null : failure.LastTransitionTime ?? created, failure?.Reason, failure?.Message, job.Status?.Failed ?? 0),
        };
    }
}
