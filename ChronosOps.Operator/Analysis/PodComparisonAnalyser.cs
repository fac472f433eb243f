using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// The pods of one revision held against each other. They run the same template, so what only one of them shows is not the release's doing;
/// unless the release has yet to prove itself: then its trouble may have come to one pod first.
/// </summary>
public sealed class PodComparisonAnalyser : IAnalyser
{
    private const string Source = "pods";
    private const int MostNames = 4;

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        if (!Settled.IsRelease(bundle))
        {
            return;
        }

        if (IllPod.Measured(bundle) is not { } pod)
        {
            Several(bundle, @case);
            return;
        }

        var subject = $"pod {pod.Name}";
        foreach (var comparison in PodComparison.Of(bundle).Where(comparison => comparison.IsOnePod))
        {
            var (ill, worst) = (comparison.Ill[0], comparison.Well.MaxBy(measure => measure.Value)!);
            var finding = @case.Find(EvidenceKind.Series, Source, null, 0.85,
                $"{comparison.Signal} by pod: {ill.Pod} {ill.Text} of {ill.Requests:0} requests, {Others(comparison)} of the same revision at most {worst.Text}", $"signal {comparison.Signal}");
            @case.For(Cause.PodFault, subject, finding);
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding, 0.8);
        }

        Unchanged(bundle, @case, subject, pod);
    }

    private static string Others(PodComparison comparison) => comparison.Well.Count == 1 ? "the other" : $"all {comparison.Well.Count} others";

    /// <summary>
    /// Nothing that people change has changed since any of the pods began: then a new one starts from where they all did. What was edited before this
    /// pod began and after the others did, it alone would have started with.
    /// </summary>
    private static void Unchanged(EvidenceBundle bundle, Case @case, string subject, PodSnapshot pod)
    {
        if (!Analysis.Unchanged.SincePodsBegan(bundle))
        {
            return;
        }

        var finding = @case.Find(EvidenceKind.Change, Source, pod.CreatedAt, 0.5,
            $"nothing was changed since the pods began to serve, this one {Quantities.Format(bundle.OnsetAt - pod.CreatedAt)} before the trouble", $"pod/{pod.Name}");
        @case.For(Cause.PodFault, subject, finding);
    }

    /// <summary>More than one and not all, one that may still be warming up, or it cannot be told: no reason to restart one of them, and none to blame a settled release of which some pods are well.</summary>
    private static void Several(EvidenceBundle bundle, Case @case)
    {
        foreach (var comparison in PodComparison.Of(bundle).Where(comparison => comparison is { Ill.Count: > 0, Well.Count: > 0 }))
        {
            if (comparison.IsOnePod && !WarmUp.IsOver(bundle, comparison.Ill[0]))
            {
                var cold = @case.Find(EvidenceKind.Series, Source, null, 0.3,
                    $"{comparison.Signal} by pod: {comparison.Ill[0].Pod} alone shows it, has not served well yet and may still be warming up: another one would begin as cold", $"signal {comparison.Signal}");
                @case.For(Cause.PodFault, $"pod {comparison.Ill[0].Pod}", cold);
                @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), cold, 0.8);
                continue;
            }

            var names = string.Join(", ", comparison.Ill.Select(measure => measure.Pod).Order(StringComparer.Ordinal).Take(MostNames));
            var finding = @case.Find(EvidenceKind.Series, Source, null, 0.3,
                $"{comparison.Signal} by pod: {comparison.Ill.Count} show it ({names}), {comparison.Well.Count} do not, of {comparison.Others} it cannot be told", $"signal {comparison.Signal}");
            @case.For(Cause.PodFault, $"{comparison.Ill.Count} pods of {bundle.Workload.Key.Name}", finding);
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding, 0.5);
        }
    }
}
