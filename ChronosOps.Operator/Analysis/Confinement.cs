using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>Whether the trouble is the new revision's alone, and by which kind of evidence. Pure.</summary>
internal static class Confinement
{
    /// <summary>
    /// All that fires is the current revision's, and another one was well beside it: of states of containers, its pods are ready now; of series, what it served while the
    /// trouble lasted was within the limits. What it served until then says nothing: it may have ended as the trouble began, whatever began it.
    /// </summary>
    /// <returns>What that rests on: the series, or the states of containers where nothing else fires; null where it is not so.</returns>
    public static EvidenceKind? ToTheNewRevision(EvidenceBundle bundle)
    {
        var current = bundle.Workload.Current.Revision;
        var firing = bundle.Firing.ToList();
        if (firing.Count == 0 || firing.Any(signal => signal.Revision != current))
        {
            return null;
        }

        var othersAreReady = Others(bundle).Any();
        if (firing.TrueForAll(signal => signal.IsKubernetesSign))
        {
            return othersAreReady ? EvidenceKind.ContainerState : null;
        }

        return firing.TrueForAll(signal => signal.IsKubernetesSign ? othersAreReady : WasWell(bundle, current, signal.Signal)) ? EvidenceKind.Series : null;
    }

    /// <summary>
    /// The same, held against what the workload calls: the other revision calls it too. Where states of containers alone tell, and that is ill, it holds only if a pod of the other revision has started since:
    /// what a pod needs at its start and not later, those that started before had.
    /// </summary>
    public static EvidenceKind? Despite(EvidenceBundle bundle, DependencyFact called) => ToTheNewRevision(bundle) switch
    {
        EvidenceKind.ContainerState when called.Trouble is not null && !Others(bundle).Any(pod => pod.StartedAt > called.TroubleSince) => null,
        var kind => kind,
    };

    private static IEnumerable<PodSnapshot> Others(EvidenceBundle bundle) => bundle.Workload.Pods.Where(pod => pod.Serving && pod.Revision is not null && pod.Revision != bundle.Workload.Current.Revision);

    private static bool WasWell(EvidenceBundle bundle, string current, string signal)
    {
        var beside = bundle.Measures.Where(measure => measure.Signal == signal && measure.Revision != current && measure.DuringTrouble).ToList();
        return beside.Count > 0 && beside.TrueForAll(measure => measure.Value < measure.Threshold);
    }
}
