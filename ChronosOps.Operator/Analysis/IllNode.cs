using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// The one node on which the ill pods of a release stand, while pods of the same release on other nodes are well. Pure.
/// </summary>
/// <param name="Name">The node.</param>
/// <param name="Ill">The ill pods, by name.</param>
/// <param name="Elsewhere">How many pods on other nodes are well.</param>
public sealed record IllNode(string Name, IReadOnlyList<PodSnapshot> Ill, int Elsewhere)
{
    /// <summary>By what the pods served: each signal that fires tells ill from well, of no pod it cannot be told, not all ill ones may still be warming up, and node and illness go together without exception.</summary>
    public static IllNode? Measured(EvidenceBundle bundle)
    {
        var seen = PodComparison.Of(bundle).Where(comparison => comparison.Ill.Count > 0).ToList();
        var ill = seen.SelectMany(comparison => comparison.Ill).Select(measure => measure.Pod).ToHashSet();
        var well = seen.SelectMany(comparison => comparison.Well).Select(measure => measure.Pod).Where(pod => !ill.Contains(pod)).ToHashSet();
        return seen.Exists(comparison => comparison.Ill.Any(measure => WarmUp.IsOver(bundle, measure))) && seen.TrueForAll(comparison => comparison.Others == 0) ? Of(bundle, pod => ill.Contains(pod.Name), pod => well.Contains(pod.Name)) : null;
    }

    /// <summary>By their states: those of one node were ready once and are not, and all others are.</summary>
    public static IllNode? Seen(EvidenceBundle bundle) =>
        bundle.Workload.RollingSince is null ? Of(bundle, pod => !pod.Ready && pod.ReadyChangedAt > pod.CreatedAt && pod.Node is not null, pod => pod.Ready) : null;

    private static IllNode? Of(EvidenceBundle bundle, Func<PodSnapshot, bool> isIll, Func<PodSnapshot, bool> isWell)
    {
        var pods = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Where(pod => !pod.Deleting).ToList();
        var ill = pods.Where(isIll).OrderBy(pod => pod.Name, StringComparer.Ordinal).ToList();
        var well = pods.Where(isWell).ToList();
        return ill.Count > 0 && well.Count > 0 && ill[0].Node is { } node && ill.TrueForAll(pod => pod.Node == node) && well.TrueForAll(pod => pod.Node is not null && pod.Node != node)
            ? new IllNode(node, ill, well.Count)
            : null;
    }
}
