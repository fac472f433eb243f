using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Analysis;

/// <summary>Pods that cannot be made, or that no node takes: whether that is the release's doing or would befall any revision.</summary>
public sealed class RefusalAnalyser : IAnalyser
{
    private const string Source = "containers";
    private const string QuotaText = "exceeded quota";
    private static readonly string[] Asking = ["].resources", "nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "hostPort", "volumes"];
    private static readonly string[] SharedRefusals = [QuotaText, "failed calling webhook"];

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        Refused(bundle, @case);
        // Requests that fail, or containers that crash, have another cause than a pod that waits.
        if (bundle.FiresOnly(PodSigns.RolloutNotProgressing))
        {
            Unscheduled(bundle, @case);
        }

        ScaledToNothing(bundle, @case);
    }

    /// <summary>A quota that is used up, or an admission webhook that does not answer, refuses the pods of every revision: that is not the release's doing alone.</summary>
    private static void Refused(EvidenceBundle bundle, Case @case)
    {
        var workload = bundle.Workload;
        var refusal = workload.PodsRefused ?? bundle.Events.FirstOrDefault(e => e.Reason == "FailedCreate" && e.Object == $"{workload.Key.Kind}/{workload.Key.Name}")?.Message;
        if (refusal is null || !SharedRefusals.Any(text => refusal.Contains(text, StringComparison.Ordinal)))
        {
            return;
        }

        var finding = @case.Find(EvidenceKind.ContainerState, Source, null, 0.85, $"pods of any revision would be refused: {refusal}", workload.Key.Reference);
        @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding, 0.3);
        if (refusal.Contains(QuotaText, StringComparison.Ordinal) && bundle.FiresOnly(PodSigns.RolloutNotProgressing))
        {
            var subject = $"quota of namespace {workload.Key.Namespace}";
            @case.For(Cause.Quota, subject, finding);
            AgainstWhereTheReleaseAsksForMore(bundle, @case, Cause.Quota, subject);
        }
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
        AgainstWhereTheReleaseAsksForMore(bundle, @case, Cause.NoRoom, subject);
        if (workload.PodsOf(workload.Current.Revision).Any(pod => pod.Ready || pod.Containers.Count > 0))
        {
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), finding, 0.5);
        }
        else if (workload.Previous is not null && bundle.TemplateChanges is not null && AskedAnew(bundle) is null)
        {
            // Nodes that are full, or that somebody has cordoned, take none of the one before either.
            var same = @case.Find(EvidenceKind.Change, Source, workload.RolloutStartedAt, 0.7, "the release asks for nothing else of its node than the one before", workload.Key.Reference);
            @case.Against(Cause.BadRelease, Analysers.ReleaseOf(bundle), same);
        }
        else
        {
            @case.Against(Cause.NoRoom, subject, @case.Find(EvidenceKind.ContainerState, Source, null, 0.5, "no pod of the running revision was ever placed", workload.Key.Reference));
        }
    }

    /// <summary>What a release asks for beyond the one before it is the release's doing.</summary>
    private static void AgainstWhereTheReleaseAsksForMore(EvidenceBundle bundle, Case @case, Cause cause, string subject)
    {
        if (AskedAnew(bundle) is { } asks && bundle.Workload.RollingSince is not null)
        {
            @case.Against(cause, subject, @case.Find(EvidenceKind.Change, Source, bundle.Workload.RolloutStartedAt, 0.7, $"the release asks for something else of its node: {asks}", bundle.Workload.Key.Reference));
        }
    }

    private static string? AskedAnew(EvidenceBundle bundle) =>
        bundle.TemplateChanges?.FirstOrDefault(change => Asking.Any(part => change.Contains(part, StringComparison.Ordinal)) || IsNewContainer(change));

    private static bool IsNewContainer(string change) => change.StartsWith("containers[", StringComparison.Ordinal) && change.EndsWith("] added", StringComparison.Ordinal);

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
