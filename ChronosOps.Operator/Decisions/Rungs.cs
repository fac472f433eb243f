using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Decisions;

/// <summary>Which step can help against which cause, and why each other one cannot.</summary>
public static class Rungs
{
    /// <summary>The causes that each action can help against.</summary>
    private static readonly Dictionary<RemediationAction, Cause[]> Remedies = new()
    {
        [RemediationAction.Rollback] = [Cause.BadRelease, Cause.ProbeMisconfigured],
        [RemediationAction.Restart] = [Cause.PodFault, Cause.NodeFault, Cause.Leak],
        [RemediationAction.Scale] = [Cause.Overload],
    };

    /// <summary>Whether the action can help against the cause.</summary>
    public static bool Helps(RemediationAction action, Cause cause) => Remedies[action].Contains(cause);

    /// <summary>Why an action is never taken for workloads of a kind, whatever the cause; null where it can be.</summary>
    /// <returns>The reason in one CamelCase word, and in a sentence.</returns>
    public static (string Reason, string Message)? WhyNever(RemediationAction action, WorkloadKind kind) =>
        WorkloadKinds.IsBatch(kind) ? ("KindNotActedOn", $"a {kind} is explained, and never acted on")
        : action == RemediationAction.Scale && kind != WorkloadKind.Deployment ? ("KindNotScaled", $"a {kind} is not scaled: its pods hold state, or stand for nodes")
        : null;

    /// <summary>Why an action cannot help against a cause, in a few words.</summary>
    public static string WhyNot(RemediationAction action, Cause cause) => (action, cause) switch
    {
        (RemediationAction.Rollback, Cause.Overload) => "the release before would get the same traffic",
        (RemediationAction.Rollback, Cause.BadConfiguration) => "the release before reads the same configuration",
        (RemediationAction.Rollback, Cause.PodFault) => "the other pods of the release are well",
        (RemediationAction.Rollback, Cause.ServiceMismatch) => "the pods are well, and the Service does not come with the release",
        (RemediationAction.Rollback, Cause.NetworkPolicyBlock) => "the policy would stand before any release",
        (RemediationAction.Rollback, Cause.NodeFault) => "the release is well on other nodes",
        (RemediationAction.Rollback, Cause.DependencyFailure) => "the release before would call the same",
        (RemediationAction.Rollback, Cause.ImageUnavailable) => "the release has run with its image before",
        (RemediationAction.Rollback, Cause.Leak) => "the release has served well for long",
        (RemediationAction.Rollback, _) => "the release is not what is wrong",
        (RemediationAction.Restart, Cause.BadRelease or Cause.ProbeMisconfigured) => "the new pods would run the same release",
        (RemediationAction.Restart, Cause.Overload) => "it would take capacity away",
        (RemediationAction.Restart, Cause.ServiceMismatch or Cause.NetworkPolicyBlock) => "the pods are well",
        (RemediationAction.Restart, Cause.NoisyNeighbour) => "the pods may come back to the same node",
        (RemediationAction.Restart, Cause.ImageUnavailable) => "a pod that is ended may not come back",
        (RemediationAction.Restart, _) => "it is not what the pods have gathered over time that is wrong",
        (RemediationAction.Scale, Cause.BadRelease or Cause.ProbeMisconfigured) => "more pods would run the same release",
        (RemediationAction.Scale, Cause.PodFault) => "the ill pod would go on serving its share",
        (RemediationAction.Scale, Cause.NodeFault) => "the ill node's pods would go on serving their share",
        (RemediationAction.Scale, Cause.NoisyNeighbour) => "more pods may come to nodes that are as full",
        (RemediationAction.Scale, Cause.DependencyFailure) => "more pods would ask more of what fails already",
        (RemediationAction.Scale, Cause.Leak) => "further pods would leak too",
        (RemediationAction.Scale, Cause.Quota or Cause.NoRoom) => "there is no room for more pods",
        (RemediationAction.Scale, Cause.ImageUnavailable) => "more pods would wait for the same image",
        (RemediationAction.Scale, Cause.ScaledToZero) => "somebody wanted no replicas",
        (RemediationAction.Scale, _) => "the workload is not too small for its load",
        _ => "it does not touch the cause",
    };
}
