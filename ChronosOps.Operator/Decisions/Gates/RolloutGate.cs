using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>While a rollout of anything but the suspect is under way its result must be awaited first.</summary>
public sealed class RolloutGate : IGate
{
    public string Name => "RolloutInProgress";

    public GateVerdict Evaluate(GateContext context)
    {
        var workload = context.Bundle.Workload;
        if (workload.ObservedGeneration < workload.Generation)
        {
            return GateVerdict.Wait("NotObserved", "the workload was just changed; its controller has not looked at it yet");
        }

        // Pods that are there and not ready under their load are no rollout.
        if (workload.RolloutComplete || (context.Step.Action == RemediationAction.Scale && workload.UpdatedReplicas >= workload.Replicas && workload.TotalReplicas == workload.UpdatedReplicas))
        {
            return GateVerdict.Allow("no rollout is under way");
        }

        var suspected = context.Step.Action == RemediationAction.Rollback && context.Bundle.Signals.Any(signal => signal.State == SignalState.Firing && signal.Revision == workload.Current.Revision);
        return suspected
            ? GateVerdict.Allow("the rollout under way is the suspect's")
            : GateVerdict.Wait("OtherRollout", $"a rollout of revision {workload.Current.Revision} is under way, and it is not the one under suspicion");
    }
}
