using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Decisions;

/// <summary>Which pod is restarted, or whether all are. Pure.</summary>
public static class RestartTarget
{
    /// <summary>
    /// The step: all pods where they leak; else the pod that is ill by itself, or the first of an ill node's pods that was not taken from it yet, by name. A further one only where there
    /// is a further pod of a node that pods were taken from in this incident: the last that is left looks ill by itself.
    /// </summary>
    /// <param name="bundle">The evidence.</param>
    /// <param name="cause">What it was taken for.</param>
    /// <param name="done">The actions of the incident so far.</param>
    /// <param name="isFurther">Whether a restart is among them.</param>
    /// <returns>Null where there is no further one.</returns>
    public static ProposedStep? Step(EvidenceBundle bundle, Cause cause, IReadOnlyList<ActionRecord> done, bool isFurther)
    {
        var pod = PodOf(bundle, cause, done);
        if (isFurther && !(pod is not null && IsOfTheNode(pod, done) && !IsDone(pod, done)))
        {
            return null;
        }

        return cause == Cause.Leak
            ? new ProposedStep(RemediationAction.Restart, null, IsRolling: true)
            : new ProposedStep(RemediationAction.Restart, null, Pod: pod, Node: cause == Cause.NodeFault || IsOfTheNode(pod, done) ? pod?.Node : null);
    }

    private static PodSnapshot? PodOf(EvidenceBundle bundle, Cause cause, IReadOnlyList<ActionRecord> done) =>
        cause == Cause.NodeFault ? IllNode.Measured(bundle)?.Ill.FirstOrDefault(pod => !IsDone(pod, done)) : IllPod.Find(bundle);

    private static bool IsOfTheNode(PodSnapshot? pod, IReadOnlyList<ActionRecord> done) => pod?.Node is { } node && done.Any(action => action.TargetNode == node && action.State != ActionState.Refused);

    private static bool IsDone(PodSnapshot pod, IReadOnlyList<ActionRecord> done) => done.Any(action => action.TargetPodUid == pod.Uid && action.State != ActionState.Refused);
}
