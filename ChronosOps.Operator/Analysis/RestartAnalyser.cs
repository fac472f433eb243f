using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>
/// Containers that end again and again and run in between. Of a release that has yet to prove itself it is the release's doing, as a loop of crashes is; of a settled one it is that of one pod,
/// where the others run on, and else has a cause that ends of containers do not tell.
/// </summary>
public sealed class RestartAnalyser : IAnalyser
{
    private const string Source = "restarts";

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var workload = bundle.Workload;
        if (!bundle.Signals.Any(signal => signal is { Signal: PodSigns.Restarting, State: SignalState.Firing }))
        {
            return;
        }

        var release = Analysers.ReleaseOf(bundle);
        var others = PodSigns.Restarts(workload.Pods.Where(pod => pod.Revision != workload.Current.Revision), bundle.CollectedAt);
        if (others.Count > 0)
        {
            @case.Against(Cause.BadRelease, release, @case.Find(EvidenceKind.ContainerState, Source, null, 0.6, $"containers of another revision end again and again too, as in pod {others[0].Pod.Name}", workload.Key.Reference));
        }

        if (!Settled.IsRelease(bundle))
        {
            return;
        }

        if (IllPod.Restarting(bundle) is not { } pod)
        {
            @case.Against(Cause.BadRelease, release, @case.Find(EvidenceKind.Change, Source, workload.RolloutStartedAt, 0.6, "the release had proved itself and served for a while before its containers began to end", workload.Key.Reference));
            return;
        }

        var subject = $"pod {pod.Name}";
        var finding = @case.Find(EvidenceKind.ContainerState, Source, null, 0.75, $"containers of pod {pod.Name} alone end again and again, those of the other pods of the same revision run on", $"pod/{pod.Name}");
        @case.For(Cause.PodFault, subject, finding);
        @case.Against(Cause.BadRelease, release, finding, 0.8);
        if (Unchanged.SincePodsBegan(bundle))
        {
            @case.For(Cause.PodFault, subject, @case.Find(EvidenceKind.Change, Source, pod.CreatedAt, 0.5, "nothing was changed since the pods of the revision began to serve", $"pod/{pod.Name}"));
        }
    }
}
