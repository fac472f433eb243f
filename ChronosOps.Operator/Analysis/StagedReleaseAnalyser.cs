using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// A release of which no pod was made, while those of another one are all there: staged in a paused workload, by a partition or by OnDelete, or not begun. It has had no chance to fail.
/// One whose pods are refused, or the first of which takes the place of another, has begun.
/// </summary>
public sealed class StagedReleaseAnalyser : IAnalyser
{
    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var (workload, current) = (bundle.Workload, bundle.Workload.Current.Revision);
        var isRefused = workload.PodsRefused is not null || bundle.Events.Any(e => e.Reason == "FailedCreate");
        if (workload.IsBatch || isRefused || workload.HoldsUp(current).Any() || bundle.Measures.Any(measure => measure.Revision == current)
            || workload.Pods.Any(pod => pod.Revision is null || pod.Revision == current))
        {
            return;
        }

        var others = workload.Pods.Count(pod => !pod.Deleting);
        if (others > 0 && (workload.Paused || others >= workload.Replicas))
        {
            var why = workload.Paused ? "the workload is paused, and " : "";
            var finding = @case.Find(EvidenceKind.ContainerState, "staged", null, 0.9, $"{why}no pod of the release was made: all {others} pods run another one", workload.Key.Reference);
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding);
        }
    }
}
