using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>Makes snapshots of DaemonSets from API objects. Pure.</summary>
public static class DaemonSetSnapshots
{
    /// <summary>The DaemonSet with the ControllerRevisions and pods that it controls.</summary>
    public static WorkloadSnapshot Of(V1DaemonSet set, IEnumerable<V1ControllerRevision> revisions, IEnumerable<V1Pod> pods)
    {
        var owned = revisions.ToList();
        var (spec, status) = (set.Spec, set.Status);
        var common = ControllerRevisions.Snapshot(WorkloadKind.DaemonSet, set, status?.ObservedGeneration, spec.Template, owned, pods);
        return common with
        {
            Replicas = status?.DesiredNumberScheduled ?? 0,
            UpdatedReplicas = status?.UpdatedNumberScheduled ?? 0,
            AvailableReplicas = status?.NumberAvailable ?? 0,
            TotalReplicas = status?.CurrentNumberScheduled ?? 0,
            MinReady = TimeSpan.FromSeconds(spec.MinReadySeconds ?? 0),
            Strategy = spec.UpdateStrategy?.Type ?? "RollingUpdate",
            MaxUnavailable = spec.UpdateStrategy?.RollingUpdate?.MaxUnavailable,
            RollingSince = RollingSince(set, owned, common),
        };
    }

    /// <summary>
    /// A rollout is under way while pods of another revision are there. The controller does not tell whether it was complete once: a node that joins
    /// later is none of it. With OnDelete there is no rollout.
    /// </summary>
    private static DateTimeOffset? RollingSince(V1DaemonSet set, List<V1ControllerRevision> owned, WorkloadSnapshot common) =>
        set.Spec.UpdateStrategy?.Type != "OnDelete" && common.Pods.Any(pod => pod.Revision != common.Current.Revision) ? ControllerRevisions.BeginOf(owned, common.Current.Revision) : null;
}
