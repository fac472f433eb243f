using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>What the containers of the new revision and the Events about them say, held against those of the old one.</summary>
public sealed class ContainerStateAnalyser : IAnalyser
{
    private const string Source = "containers";
    private const string FailedScheduling = "FailedScheduling";

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var subject = Analysers.ReleaseOf(bundle);
        var workload = bundle.Workload;
        if (workload.IsBatch)
        {
            return;
        }

        foreach (var sign in bundle.Signals.Where(signal => signal is { IsKubernetesSign: true, State: SignalState.Firing, Signal: not ServiceSigns.EndpointsMissing }))
        {
            if (bundle.PodsMissedBefore && sign.Signal == PodSigns.RolloutNotProgressing)
            {
                continue;
            }

            var strength = sign.Signal switch { PodSigns.NotReady => 0.15, PodSigns.RolloutNotProgressing => 0.5, _ => 0.85 };
            var finding = @case.Find(EvidenceKind.ContainerState, Source, sign.Since, strength, $"{sign.Signal}: {sign.Message}", workload.Key.Reference);
            @case.For(Cause.BadRelease, subject, finding);
            if (sign.Signal == PodSigns.ImagePullFailure)
            {
                finding = @case.Find(EvidenceKind.ContainerState, Source, sign.Since, 0.3, "an image that the release names cannot be pulled", workload.Current.Images);
                @case.For(Cause.BadRelease, subject, finding);
            }
        }

        AddHindrance(bundle, @case, subject);
        AddWithdrawal(bundle, @case, subject);
        AddEvents(bundle, @case, subject);
        CompareRevisions(bundle, @case, subject);
    }

    /// <summary>A release of which no pod could be made yet, since the controller waits for one of another revision, has had no chance to fail.</summary>
    private static void AddHindrance(EvidenceBundle bundle, Case @case, string subject)
    {
        var workload = bundle.Workload;
        if (workload.HoldsUp(workload.Current.Revision).FirstOrDefault() is { } held && !workload.PodsOf(workload.Current.Revision).Any())
        {
            var finding = @case.Find(EvidenceKind.ContainerState, Source, held.CreatedAt, 0.9, $"the controller waits for pod {held.Name} of revision {held.Revision} before it makes a pod of the new one", workload.Key.Reference);
            @case.Against(Cause.BadRelease, subject, finding, 0.9);
        }
    }

    /// <summary>A dependency that is away, or a load, has pods withdraw as well as a release: by itself that is no reason to do anything.</summary>
    private static void AddWithdrawal(EvidenceBundle bundle, Case @case, string subject)
    {
        var firing = bundle.Firing.ToList();
        var isRollout = bundle.Workload.RollingSince is not null;
        if (firing.Exists(signal => signal.Signal == PodSigns.NotReady)
            && firing.TrueForAll(signal => signal.Signal == PodSigns.NotReady || (signal.Signal == PodSigns.RolloutNotProgressing && !isRollout)))
        {
            var finding = @case.Find(EvidenceKind.ContainerState, Source, null, 0.6, "the pods had been ready, their containers run on, and nothing else fires", bundle.Workload.Key.Reference);
            @case.Against(Cause.BadRelease, subject, finding);
        }
    }

    private static void AddEvents(EvidenceBundle bundle, Case @case, string subject)
    {
        var pods = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Select(pod => $"Pod/{pod.Name}").ToHashSet();
        var warnings = bundle.Events
            .Where(e => e.Type == "Warning" && pods.Contains(e.Object) && !(bundle.PodsMissedBefore && e.Reason == FailedScheduling))
            .GroupBy(e => e.Reason)
            .Select(same => same.OrderByDescending(e => e.Time).First())
            .Take(4);
        foreach (var warning in warnings)
        {
            var finding = @case.Find(EvidenceKind.ContainerState, "events", warning.Time, 0.4,
                $"{warning.Object} {warning.Reason} (×{warning.Count}): {warning.Message}", $"event {warning.Object}");
            @case.For(Cause.BadRelease, subject, finding);
        }
    }

    /// <summary>The old revision's pods run on the same nodes beside the same neighbours: while they are well the trouble is in the release.</summary>
    private static void CompareRevisions(EvidenceBundle bundle, Case @case, string subject)
    {
        var workload = bundle.Workload;
        var fresh = workload.PodsOf(workload.Current.Revision).Where(pod => !pod.Deleting).ToList();
        var old = workload.Pods.Where(pod => pod.Revision != workload.Current.Revision && !pod.Deleting).ToList();
        if (fresh.Count == 0 || old.Count == 0)
        {
            return;
        }

        var (freshBad, oldBad) = (fresh.Count(pod => IsBad(bundle, pod)), old.Count(pod => IsBad(bundle, pod)));
        if (freshBad > 0 && oldBad == 0)
        {
            var finding = @case.Find(EvidenceKind.ContainerState, Source, null, 0.6,
                $"{freshBad} of {fresh.Count} pods of the new revision are not ready, all {old.Count} of the old one are", workload.Key.Reference);
            @case.For(Cause.BadRelease, subject, finding);
        }
        else if (oldBad > 0)
        {
            var finding = @case.Find(EvidenceKind.ContainerState, Source, null, 0.6,
                $"{oldBad} of {old.Count} pods of the old revision are not ready either", workload.Key.Reference);
            @case.Against(Cause.BadRelease, subject, finding, 0.4);
        }
    }

    /// <summary>A pod that no node takes is no worse for its revision where pods were missing before.</summary>
    private static bool IsBad(EvidenceBundle bundle, PodSnapshot pod) => !pod.Ready && !(bundle.PodsMissedBefore && pod.Unschedulable is not null);
}
