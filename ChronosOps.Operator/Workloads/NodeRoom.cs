using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Workloads;

/// <summary>How many more pods of a workload the nodes can take, told with caution: what is not understood counts as no room. Pure.</summary>
public static class NodeRoom
{
    /// <summary>Counts them.</summary>
    /// <param name="nodes">All nodes.</param>
    /// <param name="running">All pods of the cluster that have not ended.</param>
    /// <param name="own">The workload's own pods, by UID.</param>
    /// <param name="ownNodesOnly">Whether only nodes count that have one of them already.</param>
    /// <param name="needs">What one of its pods asks for.</param>
    /// <param name="most">From how many on it does not matter.</param>
    public static int For(IEnumerable<V1Node> nodes, IEnumerable<V1Pod> running, IReadOnlySet<string> own, bool ownNodesOnly, PodNeeds needs, int most)
    {
        var byNode = running.Where(pod => !PodPhases.HasEnded(pod)).ToLookup(pod => pod.Spec.NodeName ?? "");

        // Who waits for a node comes first, and takes as much as one of ours.
        var waiting = byNode[""].Count();
        var room = 0;
        foreach (var node in nodes)
        {
            var there = byNode[node.Metadata.Name ?? ""].ToList();
            if (TakesPods(node) && ((IsOpen(node) && !ownNodesOnly) || there.Exists(pod => own.Contains(pod.Metadata.Uid ?? ""))))
            {
                room += Math.Min(most + waiting, On(node, there, needs));
            }
        }

        return Math.Clamp(room - waiting, 0, most);
    }

    /// <summary>Whether the scheduler may place a pod there that tolerates nothing.</summary>
    public static bool MayPlace(V1Node node) => TakesPods(node) && IsOpen(node);

    /// <summary>
    /// Whether a pod that is evicted from there may come back: caution the other way round. Taints may be tolerated, and every pod that asks for something tolerates the want of memory
    /// (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-nodes-by-condition), so that only a node that is cordoned or lost takes none.
    /// </summary>
    public static bool MayComeBack(V1Node node) =>
        node.Spec.Unschedulable != true && node.Status?.Conditions?.Exists(condition => condition is { Type: "Ready", Status: not "True" }) != true;

    private static bool TakesPods(V1Node node) =>
        node.Spec.Unschedulable != true
        && node.Status?.Conditions?.Exists(condition => condition is { Type: "MemoryPressure" or "DiskPressure" or "PIDPressure", Status: not "False" }) != true
        && node.Status?.Conditions?.Exists(condition => condition is { Type: "Ready", Status: "True" }) == true;

    /// <summary>Without taints. A node with them counts only where one of the workload's pods shows that they are tolerated.</summary>
    private static bool IsOpen(V1Node node) => (node.Spec.Taints ?? []).TrueForAll(taint => taint.Effect is not ("NoSchedule" or "NoExecute"));

    private static int On(V1Node node, List<V1Pod> there, PodNeeds needs)
    {
        var taken = there.Select(PodNeeds.Of).ToList();
        var pods = PodNeeds.Amount(node.Status?.Allocatable, "pods") - taken.Count;
        var cpu = Fitting(PodNeeds.Amount(node.Status?.Allocatable, "cpu") - taken.Sum(one => one.Cpu), needs.Cpu);
        var memory = Fitting(PodNeeds.Amount(node.Status?.Allocatable, "memory") - taken.Sum(one => one.Memory), needs.Memory);
        return (int)Math.Max(0, Math.Min(pods, Math.Min(cpu, memory)));
    }

    /// <summary>Sums of decimal fractions are off by some billionths.</summary>
    private static double Fitting(double free, double needed) => needed <= 0 ? int.MaxValue : Math.Floor((free / needed) + 1e-6);
}
