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
        var facts = TemplateFacts.Of(set, spec.Template);
        var kept = ControllerRevisions.Revisions(owned);
        var ours = ControllerRevisions.Pods(set.Name(), owned, pods);
        return new WorkloadSnapshot
        {
            Key = new WorkloadKey(WorkloadKind.DaemonSet, set.Namespace() ?? "", set.Name()),
            Uid = set.Metadata.Uid ?? "",
            Generation = set.Metadata.Generation ?? 0,
            ObservedGeneration = status?.ObservedGeneration ?? 0,
            Labels = set.Metadata.Labels ?? [],
            Annotations = set.Metadata.Annotations ?? [],
            Paused = false,
            Replicas = status?.DesiredNumberScheduled ?? 0,
            UpdatedReplicas = status?.UpdatedNumberScheduled ?? 0,
            AvailableReplicas = status?.NumberAvailable ?? 0,
            TotalReplicas = status?.CurrentNumberScheduled ?? 0,
            Strategy = spec.UpdateStrategy?.Type ?? "RollingUpdate",
            MaxUnavailable = spec.UpdateStrategy?.RollingUpdate?.MaxUnavailable,
            RevisionNumber = kept.Count > 0 ? kept[0].Number : null,
            Current = facts,
            RolloutStartedAt = ControllerRevisions.RolloutStart(facts.Revision, kept, ours, set.Metadata.CreationTimestamp),
            RollingSince = RollingSince(set, owned, ours, facts.Revision),
            Revisions = kept,
            Pods = ours,
        };
    }

    /// <summary>
    /// A rollout is under way while pods of another revision are there. The controller does not tell whether it was complete once: a node that joins
    /// later is none of it. With OnDelete there is no rollout.
    /// </summary>
    private static DateTimeOffset? RollingSince(V1DaemonSet set, List<V1ControllerRevision> owned, List<PodSnapshot> pods, string current) =>
        set.Spec.UpdateStrategy?.Type != "OnDelete" && pods.Exists(pod => pod.Revision != current) ? ControllerRevisions.BeginOf(owned, current) : null;
}
