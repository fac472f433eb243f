using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Pods that cannot be made, or that no node takes: whether that is the release's doing or would befall any revision.</summary>
public sealed class RefusalAnalyser : IAnalyser
{
    private const string Source = "containers";

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        Unmade(bundle, @case);
        if (Begun.IsOnlyStuck(bundle))
        {
            Unscheduled(bundle, @case);
        }

        ScaledToNothing(bundle, @case);
    }

    /// <summary>
    /// Pods that are not made are the release's doing only where they are refused for what it changed. A quota that is used up, limits that were lowered or an admission webhook that does not answer refuse the pods of every
    /// revision; and that nobody says why is no reason either.
    /// </summary>
    private static void Unmade(EvidenceBundle bundle, Case @case)
    {
        var (workload, release) = (bundle.Workload, Analysers.ReleaseOf(bundle));
        var isOnlyStuck = Begun.IsOnlyStuck(bundle);
        if (Refusal.Of(bundle) is not { } refusal)
        {
            if (isOnlyStuck && WhyNoneIsMade(bundle) is { } none)
            {
                @case.Against(Cause.BadRelease, release, @case.Find(EvidenceKind.ContainerState, Source, workload.RollingSince ?? workload.PodsMissingSince, 0.7, none, workload.Key.Reference));
            }

            return;
        }

        if (RefusedFor(bundle) is { } change)
        {
            @case.For(Cause.BadRelease, release, @case.Find(EvidenceKind.Change, Source, workload.RolloutStartedAt, 0.5, $"the pods are refused for what the release changed: {change}", workload.Key.Reference));
            return;
        }

        var (isQuota, isLimits) = (Refusal.IsOfQuota(refusal), Refusal.IsOfLimits(refusal));
        var isShared = isQuota || Refusal.IsOfSilentWebhook(refusal);

        // A pod that was made and does not become ready, or requests that fail, have a cause of their own.
        var isOnlyMissing = isOnlyStuck && workload.PodsOf(workload.Current.Revision).All(pod => pod.Ready || pod.Deleting);
        if (!isShared && !isOnlyMissing)
        {
            return;
        }

        var text = isShared ? "pods of any revision would be refused" : "pods are refused, and not for anything that the release is known to have changed";
        var finding = @case.Find(EvidenceKind.ContainerState, Source, null, 0.85, $"{text}: {refusal}", workload.Key.Reference);
        var more = isQuota ? WhileRolling(bundle, bundle.NewDemands?.OfQuota) : null;
        @case.Against(Cause.BadRelease, release, finding, isOnlyMissing && more is null ? 0.7 : 0.3);
        if (isOnlyStuck && (isQuota || isLimits))
        {
            var subject = $"{(isQuota ? "quota" : "limits")} of namespace {workload.Key.Namespace}";
            @case.For(Cause.Quota, subject, finding);
            AgainstWhereTheReleaseAsksForMore(bundle, @case, Cause.Quota, subject, more);
        }
    }

    /// <summary>What the release changed that its pods are refused for; null where they are refused for something else, or one of them was let in, or the changes are not known.</summary>
    internal static string? RefusedFor(EvidenceBundle bundle) =>
        Refusal.Of(bundle) is { } refusal && !Refusal.IsOfQuota(refusal) && !Refusal.IsOfSilentWebhook(refusal)
        && !bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Any() && bundle.TemplateChanges is { } changes
            ? Refusal.ChangeSpokenOf(refusal, changes)
            : null;

    /// <summary>Why pods are missing that nobody refuses, and that no pod of another revision holds up; null where that is not so.</summary>
    private static string? WhyNoneIsMade(EvidenceBundle bundle)
    {
        var workload = bundle.Workload;
        var isMissing = workload.PodsMissingSince is not null || (workload.RollingSince is not null && !workload.PodsOf(workload.Current.Revision).Any());
        return !isMissing || workload.HoldsUp(workload.Current.Revision).Any() ? null
            : workload.Ending.FirstOrDefault() is { } ending ? $"the controller waits for pod {ending.Name} to end before it makes a pod of the release"
            : "pods are not made, and nothing says that it is for what the release changed";
    }

    private static void Unscheduled(EvidenceBundle bundle, Case @case)
    {
        var workload = bundle.Workload;
        var waiting = workload.Pods.Where(pod => pod is { Unschedulable: not null, Deleting: false }).ToList();
        if (waiting.Count == 0)
        {
            return;
        }

        const string subject = "the nodes";
        var finding = @case.Find(EvidenceKind.ContainerState, Source, waiting.Min(pod => pod.CreatedAt), 0.8, $"no node takes {waiting.Count} of {workload.Pods.Count} pods: {waiting[0].Unschedulable}", workload.Key.Reference);
        @case.For(Cause.NoRoom, subject, finding);
        AgainstWhereTheReleaseAsksForMore(bundle, @case, Cause.NoRoom, subject, WhileRolling(bundle, bundle.NewDemands?.OfNode));
        if (workload.PodsOf(workload.Current.Revision).Any(pod => pod.Ready || pod.Containers.Count > 0))
        {
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding, 0.5);
        }
        else if (workload.Previous is not null && bundle.NewDemands is { OfNode: null })
        {
            // Nodes that are full, or that somebody has cordoned, take none of the one before either.
            var same = @case.Find(EvidenceKind.Change, Source, workload.RolloutStartedAt, 0.7, "the release asks for no more of its node than the one before", workload.Key.Reference);
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), same);
        }
        else
        {
            @case.Against(Cause.NoRoom, subject, @case.Find(EvidenceKind.ContainerState, Source, null, 0.5, "no pod of the running revision was ever placed", workload.Key.Reference));
            if (workload.Previous is not null && bundle.NewDemands is null)
            {
                @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), @case.Find(EvidenceKind.Change, Source, null, 0.5, "what the release asks of its node beside the one before is not known", workload.Key.Reference));
            }
        }
    }

    /// <summary>What a release asks for beyond the one before it is the release's doing.</summary>
    private static void AgainstWhereTheReleaseAsksForMore(EvidenceBundle bundle, Case @case, Cause cause, string subject, string? more)
    {
        if (more is not null)
        {
            @case.Against(cause, subject, @case.Find(EvidenceKind.Change, Source, bundle.Workload.RolloutStartedAt, 0.7, $"the release asks for more than the one before, or for other nodes: {more}", bundle.Workload.Key.Reference));
        }
    }

    private static string? WhileRolling(EvidenceBundle bundle, string? more) => bundle.Workload.RollingSince is null ? null : more;

    /// <summary>Zero is what somebody asked for.</summary>
    private static void ScaledToNothing(EvidenceBundle bundle, Case @case)
    {
        var workload = bundle.Workload;
        if (workload.Replicas == 0 && workload.Key.Kind != Api.WorkloadKind.DaemonSet && !workload.IsBatch)
        {
            var finding = @case.Find(EvidenceKind.Change, Source, null, 0.9, "the workload asks for 0 replicas", workload.Key.Reference);
            @case.For(Cause.ScaledToZero, workload.Key.Name, finding);
            @case.AgainstAll(Cause.BadRelease, finding, 0.9);
        }
    }
}
