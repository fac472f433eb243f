using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// Other pods that use a node's processors up, so that the workload's there are slow. That its own limit holds it up is nobody else's doing, and that it uses most itself neither. It speaks
/// after those who compare pods and nodes: the pods of a node that others have filled are not ill by themselves, and the node is not either.
/// </summary>
public sealed class NoisyNeighbourAnalyser : IAnalyser
{
    private const string Source = "cpu";

    /// <summary>Of a node's cores. What runs beside pods is not counted.</summary>
    private const double Full = 0.85;
    private const double OthersShare = 0.5;

    /// <summary>What others use varies: they have to use so many times as much as before, and by so much of the node more.</summary>
    private const double Rise = 1.5;
    private const double LeastRise = 0.1;

    /// <summary>Of the periods. Many well services are held up by their limit in a few.</summary>
    private const double Throttled = 0.25;

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        if (bundle.Cpu?.Missing is { } missing)
        {
            @case.Find(EvidenceKind.Saturation, Source, null, 0, $"whether other pods use the processors up cannot be told: {missing}", null);
        }

        foreach (var node in bundle.Cpu?.Nodes ?? [])
        {
            if (node.Own + node.Others >= Full * node.Cores && node.Others >= OthersShare * node.Cores && node.Others > node.Own)
            {
                Filled(bundle, @case, node);
            }
        }
    }

    private static void Filled(EvidenceBundle bundle, Case @case, NodeCpu node)
    {
        var (subject, reference) = ($"other pods on node {node.Node}", $"node/{node.Node}");
        var risen = node.OthersBefore is { } earlier && node.Others >= earlier * Rise && node.Others - earlier >= LeastRise * node.Cores;
        var before = node.OthersBefore is { } known ? $", {Quantities.Format(known)} before the trouble" : "";
        var largest = node.Largest is { } pod && pod.Cores > node.Others / 2 ? $" ({Quantities.Format(pod.Cores)} pod {pod.Pod})" : "";
        var full = @case.Find(EvidenceKind.Saturation, Source, risen ? bundle.OnsetAt : null, risen ? 0.65 : 0.3,
            $"node {node.Node}: its pods use {Quantities.Format(node.Own + node.Others)} of {Quantities.Format(node.Cores)} cores, others {Quantities.Format(node.Others)}{largest}{before}", reference);
        @case.For(Cause.NoisyNeighbour, subject, full);

        // What others used before as well did no harm then.
        if (risen && IllNode.Measured(bundle) is { } ill && ill.Name == node.Node)
        {
            @case.For(Cause.NoisyNeighbour, subject, @case.Find(EvidenceKind.Series, Source, null, 0.7, $"the pods on node {node.Node} are slow, the {ill.Elsewhere} on other nodes are not", reference));
            @case.AgainstAll(Cause.NodeFault, full, 0.6);
            @case.AgainstAll(Cause.PodFault, full, 0.6);
        }

        Against(bundle, @case, node, subject, reference);
    }

    private static void Against(EvidenceBundle bundle, Case @case, NodeCpu node, string subject, string reference)
    {
        if (node.Throttled >= Throttled)
        {
            @case.Against(Cause.NoisyNeighbour, subject, @case.Find(EvidenceKind.Saturation, Source, null, 0.7, $"its own limit holds it up in {node.Throttled.Value * 100:0}% of the periods, whatever others use", reference));
        }

        if (PodComparison.Of(bundle).Any(one => one.Ill.Count > 0 && one.Well.Any(well => bundle.Workload.Pods.Any(pod => pod.Name == well.Pod && pod.Node == node.Node))))
        {
            @case.Against(Cause.NoisyNeighbour, subject, @case.Find(EvidenceKind.Series, Source, null, 0.8, $"another of its pods on node {node.Node} is well", reference));
        }

        if (Confinement.ToTheNewRevision(bundle) is { } kind)
        {
            @case.Against(Cause.NoisyNeighbour, subject, @case.Find(kind, Source, null, 0.8, "the trouble is confined to the new revision", reference));
        }
        else if (!Settled.IsRelease(bundle))
        {
            @case.Against(Cause.NoisyNeighbour, subject, @case.Find(EvidenceKind.Change, Source, bundle.Workload.RolloutStartedAt, 0.5, "the release has not proved itself, and may be what is slow", reference));
        }

        if (bundle.Load is { } load)
        {
            var text = $"{Quantities.Format(load.Now)} requests/s since the trouble began, {Quantities.Format(load.Before)} before";
            if (load.Now >= load.Before * Rise)
            {
                @case.Against(Cause.NoisyNeighbour, subject, @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.6, text, "requests"));
            }
            else
            {
                @case.For(Cause.NoisyNeighbour, subject, @case.Find(EvidenceKind.Series, Source, bundle.OnsetAt, 0.3, $"{text}: the load did not rise", "requests"));
            }
        }
    }
}
