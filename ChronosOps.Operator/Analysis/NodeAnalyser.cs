using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// The nodes on which the pods of a settled release stand. Several ill pods on one node while those elsewhere are well, or one ill pod on a node that says itself that it
/// is ill: the release is the same everywhere, and so is the pod. A release that has not proved itself is acquitted only by a node that is lost.
/// </summary>
public sealed class NodeAnalyser : IAnalyser
{
    private const string Source = "nodes";

    /// <summary>The node controller notices late: 40 seconds after the kubelet last spoke.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        if (IllNode.Seen(bundle) is { } lost)
        {
            var trouble = TroubleOf(bundle, lost.Name);
            if (trouble is not null || (lost.Ill.Count > 1 && Settled.IsRelease(bundle)))
            {
                ByState(bundle, @case, lost, trouble);
            }
        }
        else if (Settled.IsRelease(bundle) && IllNode.Measured(bundle) is { } ill)
        {
            var trouble = TroubleOf(bundle, ill.Name);
            if (trouble is not null || ill.Ill.Count > 1)
            {
                ByMeasure(bundle, @case, ill, trouble);
            }
        }
        else
        {
            EveryPod(bundle, @case);
        }
    }

    private static void ByState(EvidenceBundle bundle, Case @case, IllNode ill, NodeFact? trouble)
    {
        var finding = @case.Find(EvidenceKind.ContainerState, Source, ill.Ill.Min(pod => pod.ReadyChangedAt), 0.6,
            $"{Pods(ill)} of node {ill.Name}, ready before, no longer {(ill.Ill.Count == 1 ? "is" : "are")}; all {ill.Elsewhere} on other nodes are", $"node/{ill.Name}");
        @case.For(Cause.NodeFault, Subject(ill.Name), finding);

        // The pods of a bad release fall one after the other, those of one node perhaps first, and may be what presses it. A node that is lost takes its pods along, whatever they run.
        if (trouble is { Trouble: "NotReady" } || Settled.IsRelease(bundle))
        {
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding, 0.8);
        }

        Trouble(@case, ill.Name, trouble);
    }

    private static void ByMeasure(EvidenceBundle bundle, Case @case, IllNode ill, NodeFact? trouble)
    {
        var subject = Subject(ill.Name);
        var finding = @case.Find(EvidenceKind.Series, Source, null, 0.8,
            $"{string.Join(", ", PodComparison.Of(bundle).Where(one => one.Ill.Count > 0).Select(one => one.Signal))} by node: {Pods(ill)} of node {ill.Name} show{(ill.Ill.Count == 1 ? "s" : "")} it, none of the {ill.Elsewhere} on other nodes does", $"node/{ill.Name}");
        @case.For(Cause.NodeFault, subject, finding);
        @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding, 0.8);
        if (Unchanged.SincePodsBegan(bundle))
        {
            @case.For(Cause.NodeFault, subject, @case.Find(EvidenceKind.Change, Source, null, 0.5, "nothing was changed since the pods began to serve", $"node/{ill.Name}"));
        }

        if (Trouble(@case, ill.Name, trouble) is { } says)
        {
            @case.AgainstAll(Cause.PodFault, says, 0.5);
        }
    }

    /// <summary>All pods stand on nodes that are ill themselves: nothing can be compared with.</summary>
    private static void EveryPod(EvidenceBundle bundle, Case @case)
    {
        var pods = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Where(pod => !pod.Deleting).ToList();
        var nodes = pods.Select(pod => pod.Node).Distinct().ToList();
        if (nodes.Count == 0 || bundle.Signals.FirstOrDefault(signal => signal is { State: SignalState.Firing, Signal: not ServiceSigns.EndpointsMissing }) is not { } firing
            || nodes.Exists(node => node is null || TroubleOf(bundle, node) is null))
        {
            return;
        }

        foreach (var node in nodes.OfType<string>())
        {
            Trouble(@case, node, TroubleOf(bundle, node));
            @case.For(Cause.NodeFault, Subject(node), @case.Find(firing.IsKubernetesSign ? EvidenceKind.ContainerState : EvidenceKind.Series, Source, firing.Since, 0.3, $"{firing.Signal} fires, and every pod stands on a node that is ill", $"node/{node}"));
        }
    }

    private static Finding? Trouble(Case @case, string node, NodeFact? trouble)
    {
        if (trouble is null)
        {
            return null;
        }

        // Pods of a node that is lost are not ready because it is: no second kind of evidence.
        var kind = trouble.Trouble == "NotReady" ? EvidenceKind.ContainerState : EvidenceKind.Saturation;
        var finding = @case.Find(kind, Source, trouble.Since, 0.6, $"node {node} says {trouble.Trouble}{(trouble.Since is { } since ? $" since {since:HH:mm:ss}Z" : "")}", $"node/{node}");
        @case.For(Cause.NodeFault, Subject(node), finding);
        return finding;
    }

    /// <summary>The node where its own conditions speak against it since before the onset, or nobody knows since when.</summary>
    private static NodeFact? TroubleOf(EvidenceBundle bundle, string node) =>
        bundle.Nodes?.FirstOrDefault(fact => fact.Name == node && fact.Trouble is not null && !(fact.Since > bundle.OnsetAt + Slack));

    private static string Subject(string node) => $"node {node}";

    private static string Pods(IllNode ill) => ill.Ill.Count == 1 ? $"pod {ill.Ill[0].Name}" : $"{ill.Ill.Count} pods";
}
