using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Whether the trouble is the new revision's alone, and by which kind of evidence. Pure.</summary>
internal static class Confinement
{
    /// <summary>Two revisions are not measured at the same moment.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    /// <summary>
    /// All that fires is the current revision's, and another one was well beside it: its pods are ready now, or what it served at the time of the onset was within
    /// the limits. That a signal speaks of the current revision says nothing where no other one runs.
    /// </summary>
    /// <returns>What that rests on: the series, or the states of containers where nothing else fires; null where it is not so.</returns>
    public static EvidenceKind? ToTheNewRevision(EvidenceBundle bundle)
    {
        var current = bundle.Workload.Current.Revision;
        var firing = bundle.Signals.Where(signal => signal is { State: SignalState.Firing, IsAlert: false }).ToList();
        if (firing.Count == 0 || firing.Any(signal => signal.Revision != current))
        {
            return null;
        }

        var ready = bundle.Workload.Pods.Any(pod => pod.Revision is not null && pod.Revision != current && pod is { Ready: true, Deleting: false });
        var wasWell = ready || bundle.Measures.Any(measure => measure.Revision != current && measure.SeenAt >= bundle.OnsetAt - Slack
            && measure.Value < measure.Threshold && firing.Exists(signal => signal.Signal == measure.Signal));
        return !wasWell ? null : firing.TrueForAll(signal => signal.IsKubernetesSign) ? EvidenceKind.ContainerState : EvidenceKind.Series;
    }
}
