using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Whether a pod had had the time to warm up when the trouble began. What fails or is slow from its first request on is not ill by that: the next pod would begin as cold. Pure.</summary>
internal static class WarmUp
{
    /// <summary>As long as a signal's grace is where the policy names none: with a shorter one a program that has just started is judged, and is no less cold.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);

    /// <summary>It served well first, or had run for longer than the signal's grace.</summary>
    public static bool IsOver(EvidenceBundle bundle, PodMeasure measure) =>
        bundle.Workload.Pods.FirstOrDefault(pod => pod.Name == measure.Pod && !pod.Deleting) is { } pod && pod.CreatedAt < bundle.OnsetAt
        && (measure.WellBefore || bundle.OnsetAt - pod.StartedAt > (measure.Grace > Least ? measure.Grace : Least));
}
