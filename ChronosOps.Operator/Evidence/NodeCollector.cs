using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>The nodes of the workload's pods. Looked at only where some pods of a release that runs are ill: all nodes of a cluster are much to read.</summary>
public sealed class NodeCollector(NodeReader nodes, WorkloadCatalog catalog) : ICollector
{
    /// <summary>From how many on it does not matter for how many more pods there is room.</summary>
    private const int MostRoom = 4;
    private static readonly string[] Pressures = ["MemoryPressure", "DiskPressure", "PIDPressure"];

    public string Subject => "nodes";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var workload = bundle.Workload;
        var ill = workload.Pods.Any(pod => pod is { Ready: false, Deleting: false }) || bundle.PodMeasures.Any(measure => measure.Value >= measure.Threshold);
        var names = workload.Pods.Where(pod => !pod.Deleting).Select(pod => pod.Node).OfType<string>().ToHashSet();
        if (!ill || workload.RollingSince is not null || names.Count == 0 || !bundle.Signals.Any(signal => signal.State == SignalState.Firing)
            || await nodes.ReadAsync(request, cancellationToken).ConfigureAwait(false) is not { } view)
        {
            return bundle;
        }

        var needs = workload.Current.KeepsApart is null && catalog.NeedsOf(workload) is { Other: null } told ? told : null;
        return bundle with { Nodes = [.. view.Nodes.Where(node => names.Contains(node.Metadata.Name ?? "")).Select(node => Of(node, view, workload, needs))] };
    }

    internal static NodeFact Of(V1Node node, NodeView view, WorkloadSnapshot workload, PodNeeds? needs)
    {
        var (trouble, since) = TroubleOf(node);
        var others = view.Nodes.Where(other => other.Metadata.Name != node.Metadata.Name).ToList();
        var own = workload.Pods.Where(pod => !pod.Deleting).Select(pod => pod.Uid).ToHashSet();
        return new NodeFact(
            node.Metadata.Name ?? "", trouble, since, NodeRoom.MayComeBack(node), others.Count(NodeRoom.MayPlace),
            needs is null ? null : NodeRoom.For(others, view.Running, own, workload.Current.ChoosesNodes, needs, MostRoom));
    }

    /// <summary>The worst that its conditions say (https://kubernetes.io/docs/reference/node/node-status/#condition).</summary>
    internal static (string? Trouble, DateTimeOffset? Since) TroubleOf(V1Node node)
    {
        var conditions = node.Status?.Conditions ?? [];
        return conditions.Find(condition => condition is { Type: "Ready", Status: not "True" }) is { } lost ? ("NotReady", lost.LastTransitionTime)
            : conditions.Find(condition => Pressures.Contains(condition.Type) && condition.Status == "True") is { } pressed ? (pressed.Type, pressed.LastTransitionTime)
            : (null, null);
    }
}
