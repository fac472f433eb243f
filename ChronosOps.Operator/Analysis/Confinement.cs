using ChronosOps.Operator.Evidence;

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

        var othersAreReady = bundle.Workload.Pods.Any(pod => pod.Serving && pod.Revision is not null && pod.Revision != current);
        if (firing.TrueForAll(signal => signal.IsKubernetesSign))
        {
            return othersAreReady ? EvidenceKind.ContainerState : null;
        }

        return firing.TrueForAll(signal => signal.IsKubernetesSign ? othersAreReady : WasWell(bundle, current, signal.Signal)) ? EvidenceKind.Series : null;
    }

    private static bool WasWell(EvidenceBundle bundle, string current, string signal)
    {
        var beside = bundle.Measures.Where(measure => measure.Signal == signal && measure.Revision != current && measure.DuringTrouble).ToList();
        return beside.Count > 0 && beside.TrueForAll(measure => measure.Value < measure.Threshold);
    }
}
