namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>While one pod is replaced the others must carry the traffic: none of them may be missing, and no rollout may be under way.</summary>
public sealed class SparePodsGate : IGate
{
    public string Name => "SparePods";

    public GateVerdict Evaluate(GateContext context)
    {
        var workload = context.Bundle.Workload;
        if (workload.Paused)
        {
            return GateVerdict.Deny("Paused", "the workload is paused: somebody is at work on it");
        }

        if (workload.UpdatedReplicas < workload.Replicas && workload.ReplicasToUpdate < workload.Replicas)
        {
            return GateVerdict.Deny("RolloutHeld", "a rollout is held at a partition, or waits for somebody to delete pods: one that is replaced may come back with another revision");
        }

        // By the workload's counts: a restart by hand makes pods of the same revision.
        if (workload.ObservedGeneration < workload.Generation || workload.UpdatedReplicas < workload.Replicas || workload.TotalReplicas != workload.UpdatedReplicas)
        {
            return GateVerdict.Wait("RolloutUnderWay", "a rollout is under way, which replaces pods itself");
        }

        var others = workload.PodsOf(workload.Current.Revision).Count(other => other.Serving && other.Uid != context.Step.Pod?.Uid);
        var needed = workload.Replicas - 1;
        return needed < 1 ? GateVerdict.Deny("OnlyPod", "the workload has one pod: without it nothing would serve")
            : others < needed ? GateVerdict.Wait("PodsMissing", $"{others} of {needed} other pods are ready; all must be while one is replaced")
            : GateVerdict.Allow($"all {needed} other pods are ready");
    }
}
