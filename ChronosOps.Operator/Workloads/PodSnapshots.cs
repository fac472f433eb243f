using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Workloads;

/// <summary>Makes snapshots of pods from API objects. Pure.</summary>
public static class PodSnapshots
{
    /// <summary>The pod, with the revision that its owner says it has; null where that is not known.</summary>
    public static PodSnapshot Of(V1Pod pod, string? revision) => new()
    {
        Name = pod.Metadata.Name ?? "",
        Uid = pod.Metadata.Uid ?? "",
        Revision = revision,
        CreatedAt = pod.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue,
        Ready = pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) ?? false,
        ReadyChangedAt = pod.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.LastTransitionTime,
        Node = string.IsNullOrEmpty(pod.Spec.NodeName) ? null : pod.Spec.NodeName,
        Deleting = pod.Metadata.DeletionTimestamp is not null,
        EndsBy = pod.Metadata.DeletionTimestamp,
        Unschedulable = pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" })?.Message,
        Containers =
        [
            .. (pod.Status?.InitContainerStatuses ?? []).Select(status => Container(status, init: true)),
            .. (pod.Status?.ContainerStatuses ?? []).Select(status => Container(status, init: false)),
        ],
    };

    private static ContainerSnapshot Container(V1ContainerStatus status, bool init)
    {
        var ended = status.State?.Terminated ?? status.LastState?.Terminated;
        return new ContainerSnapshot
        {
            Name = status.Name,
            Image = status.Image,
            Init = init,
            Ready = status.Ready,
            RestartCount = status.RestartCount,
            RunsSince = status.State?.Running?.StartedAt,
            WaitingReason = status.State?.Waiting?.Reason,
            WaitingMessage = status.State?.Waiting?.Message,
            TerminatedReason = ended?.Reason,
            ExitCode = ended?.ExitCode,
            TerminatedAt = ended?.FinishedAt,
            RanSince = ended?.StartedAt,
        };
    }
}
