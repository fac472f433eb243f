using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// A signal that fires, by pod: which pods of the current revision show the trouble, and which do not. Between the two is a gap, and a pod
/// of few requests counts as neither: luck must not pass for health. Pure.
/// </summary>
/// <param name="Signal">The signal.</param>
/// <param name="Ill">Pods at or beyond the threshold.</param>
/// <param name="Well">Pods far below it, and far below every ill one.</param>
/// <param name="Others">How many ready pods are neither, those that served nothing among them. One that was made since the trouble began counts once it has served enough to tell.</param>
public sealed record PodComparison(string Signal, IReadOnlyList<PodMeasure> Ill, IReadOnlyList<PodMeasure> Well, int Others)
{
    /// <summary>Of a hundred requests with one in twenty failed, at most one fails in fewer than four cases of a hundred.</summary>
    private const double LeastRequests = 100;
    private const double BelowThreshold = 2;
    private const double BelowIll = 4;

    /// <summary>Whether one pod alone is ill.</summary>
    public bool IsOnePod => Ill.Count == 1 && Well.Count > 0 && Others == 0;

    /// <summary>A comparison for each signal that fires.</summary>
    public static IEnumerable<PodComparison> Of(EvidenceBundle bundle) =>
        Measured(bundle).Select(firing => Of(bundle, firing.Signal, firing.Measures));

    /// <summary>Whether it may yet be that one pod alone shows what fires: some have answered too few requests to tell, of which a single one that failed is a large share.</summary>
    public static bool IsShortOfRequests(EvidenceBundle bundle) =>
        Measured(bundle).Select(firing => firing.Measures).Any(measures => measures.Count > 1 && measures.Exists(measure => measure.Requests < LeastRequests) && measures.Exists(measure => measure.Value >= measure.Threshold)
            && measures.Count(measure => measure.Requests >= LeastRequests && measure.Value >= measure.Threshold) <= 1);

    /// <summary>The signals that fire, each with what was measured of the pods.</summary>
    private static IEnumerable<(string Signal, List<PodMeasure> Measures)> Measured(EvidenceBundle bundle) =>
        from firing in bundle.Signals
        where firing is { IsKubernetesSign: false, State: SignalState.Firing }
        select (firing.Signal, bundle.PodMeasures.Where(measure => measure.Signal == firing.Signal).ToList());

    private static PodComparison Of(EvidenceBundle bundle, string signal, List<PodMeasure> measures)
    {
        var telling = measures.Where(measure => measure.Requests >= LeastRequests).ToList();
        var ill = telling.Where(measure => measure.Value >= measure.Threshold).ToList();
        var well = ill.Count == 0 ? [] : telling.Where(measure => measure.Value < Math.Min(measure.Threshold / BelowThreshold, ill.Min(one => one.Value) / BelowIll)).ToList();
        var told = ill.Concat(well).Select(measure => measure.Pod).ToHashSet();
        var others = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Count(pod => pod.Serving && !told.Contains(pod.Name)
            && (pod.CreatedAt < bundle.OnsetAt || telling.Exists(measure => measure.Pod == pod.Name)));
        return new PodComparison(signal, ill, well, others);
    }
}

/// <summary>The one pod that is ill while all others of its revision are well.</summary>
public static class IllPod
{
    /// <summary>The pod, by what pods served or by the ends of their containers; null where there is none.</summary>
    public static PodSnapshot? Find(EvidenceBundle bundle) => Measured(bundle) ?? Restarting(bundle);

    /// <summary>By what the pods served; null where none or more than one is ill, where one cannot be told, where signals name different ones, or where it may still be warming up.</summary>
    public static PodSnapshot? Measured(EvidenceBundle bundle)
    {
        var seen = PodComparison.Of(bundle).Where(comparison => comparison.Ill.Count > 0).ToList();
        var names = seen.SelectMany(comparison => comparison.Ill).Select(measure => measure.Pod).Distinct().ToList();
        return names.Count == 1 && seen.TrueForAll(comparison => comparison.IsOnePod && WarmUp.IsOver(bundle, comparison.Ill[0]))
            ? bundle.Workload.Pods.FirstOrDefault(pod => pod.Name == names[0] && !pod.Deleting)
            : null;
    }

    /// <summary>By the ends of containers: nothing else fires, and those of one pod alone end again and again; null where others are not ready, or one of theirs ended since the onset too.</summary>
    public static PodSnapshot? Restarting(EvidenceBundle bundle)
    {
        if (!bundle.FiresOnly(PodSigns.Restarting))
        {
            return null;
        }

        var pods = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Where(pod => !pod.Deleting).ToList();
        var ill = PodSigns.Restarts(pods, bundle.CollectedAt).Select(restart => restart.Pod).DistinctBy(pod => pod.Uid).ToList();
        return ill.Count == 1 && pods.Count > 1 && pods.TrueForAll(pod => pod.Uid == ill[0].Uid || RunsOn(pod, bundle.OnsetAt)) ? ill[0] : null;
    }

    private static bool RunsOn(PodSnapshot pod, DateTimeOffset since) => pod.Ready && pod.Containers.All(container => container.Init || !(container.TerminatedAt >= since));
}
