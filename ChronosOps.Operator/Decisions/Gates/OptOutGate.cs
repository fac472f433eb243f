using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>
/// The team's own "do not": on the workload against every action or against one kind; against a rollback also on the pod template of the revision, e.g. after a database migration. What only takes back our own
/// doing is not asked.
/// </summary>
public sealed class OptOutGate : IGate
{
    public string Name => "OptOut";

    public GateVerdict Evaluate(GateContext context)
    {
        var (workload, action) = (context.Bundle.Workload, context.Step.Action);
        if (OptOut.Of(workload.Annotations, action) is { } word)
        {
            return GateVerdict.Deny(word.Reason, $"the workload carries {word.Annotation}={workload.Annotations[word.Annotation]}");
        }

        // It speaks of taking the revision back: what goes on is away from it already.
        return action == RemediationAction.Rollback && !context.Step.Continues && workload.Current.DoNotRollBack
            ? GateVerdict.Deny(OptOut.FromRollbacks.Reason, $"the pod template of revision {workload.Current.Revision} carries {OptOut.FromRollbacks.Annotation}")
            : GateVerdict.Allow("no annotation forbids it");
    }
}
