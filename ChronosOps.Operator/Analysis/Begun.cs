using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Whether anything of the running release has begun, and so can have done anything. Pure.</summary>
internal static class Begun
{
    /// <summary>Whether a pod of the release has ever come to a node. What has been and is gone counts as begun: nobody knows.</summary>
    public static bool HasRelease(EvidenceBundle bundle)
    {
        var current = bundle.Workload.Current.Revision;
        return bundle.Workload.PodsOf(current).Any(pod => pod.Node is not null || pod.Ready || pod.Containers.Count > 0)
            || bundle.Workload.GonePods.Any(pod => pod.Revision == current)
            || bundle.Measures.Any(measure => measure.Revision == current);
    }

    /// <summary>The series that fire while nothing of the release has begun, and pods of another revision serve: what they measure is the other revision's.</summary>
    public static IReadOnlyList<SignalReading> SeriesOfTheOther(EvidenceBundle bundle)
    {
        var current = bundle.Workload.Current.Revision;
        return HasRelease(bundle) || !bundle.Workload.Pods.Any(pod => pod.Revision is not null && pod.Revision != current && pod.Serving)
            ? []
            : [.. bundle.Signals.Where(signal => signal is { State: SignalState.Firing, IsKubernetesSign: false } && signal.Revision != current)];
    }

    /// <summary>Whether pods that are missing are all the trouble that may be the release's. Requests that fail, or containers that crash, have another cause than a pod that waits.</summary>
    public static bool IsOnlyStuck(EvidenceBundle bundle)
    {
        var others = SeriesOfTheOther(bundle);
        var firing = bundle.Firing.Where(signal => !others.Contains(signal)).ToList();
        return firing.Count > 0 && firing.TrueForAll(signal => signal.Signal == PodSigns.RolloutNotProgressing);
    }
}
