using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>Makes snapshots of StatefulSets from API objects. Pure.</summary>
public static class StatefulSetSnapshots
{
    /// <summary>The StatefulSet with the ControllerRevisions and pods that it controls.</summary>
    public static WorkloadSnapshot Of(V1StatefulSet set, IEnumerable<V1ControllerRevision> revisions, IEnumerable<V1Pod> pods)
    {
        var owned = revisions.ToList();
        var (spec, status) = (set.Spec, set.Status);
        var common = ControllerRevisions.Snapshot(WorkloadKind.StatefulSet, set, status?.ObservedGeneration, spec.Template, owned, pods);
        return common with
        {
            Replicas = spec.Replicas ?? 1,
            UpdatedReplicas = Updated(status),
            AvailableReplicas = status?.AvailableReplicas ?? status?.ReadyReplicas ?? 0,
            TotalReplicas = status?.Replicas ?? 0,
            MinReady = TimeSpan.FromSeconds(spec.MinReadySeconds ?? 0),
            Strategy = spec.UpdateStrategy?.Type ?? "RollingUpdate",
            Partition = spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0,
            WaitsForEachPod = spec.PodManagementPolicy is null or "OrderedReady",
            RollingSince = RollingSince(set, owned, common.Current.Revision),
        };
    }

    /// <summary>Where no rollout is under way both names of revisions are the same, and so either count tells.</summary>
    private static int Updated(V1StatefulSetStatus? status) => status is null ? 0
        : status.UpdateRevision is not null && status.UpdateRevision == status.CurrentRevision ? Math.Max(status.UpdatedReplicas ?? 0, status.CurrentReplicas ?? 0)
        : status.UpdatedReplicas ?? 0;

    /// <summary>
    /// The controller names two revisions until the last pod runs the new one; for ever where a partition or OnDelete keeps it from that, which is no rollout. An
    /// undo reuses an old ControllerRevision, and tells no time.
    /// </summary>
    private static DateTimeOffset? RollingSince(V1StatefulSet set, List<V1ControllerRevision> owned, string current)
    {
        var spec = set.Spec.UpdateStrategy;
        var rolling = spec?.Type != "OnDelete" && spec?.RollingUpdate?.Partition is null or 0
            && set.Status is { } status && status.ObservedGeneration >= (set.Metadata.Generation ?? 0) && status.UpdateRevision != status.CurrentRevision;
        return rolling ? ControllerRevisions.BeginOf(owned, current) : null;
    }
}
