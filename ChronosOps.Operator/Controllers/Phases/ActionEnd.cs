using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>The one place where an action's end is written down.</summary>
public static class ActionEnd
{
    /// <summary>Records the outcome and says what happened to the incident by it.</summary>
    public static PhaseResult Record(IncidentContext context, ActionRecord action, ActionState state, Trigger trigger, string reason, string message)
    {
        (action.State, action.FinishedAt, action.Message) = (state, context.Now, Bounded.Sentence(message));
        context.Status.LastAction = $"{action.Action}/{action.State}";

        // Handing replicas back is no attempt to heal: whatever comes of it, the watch goes on, unless there is nothing left to watch.
        return PhaseResult.Go(ScalePlan.IsHandBack(action) && trigger != Trigger.TargetGone ? Trigger.HandedBack : trigger, reason, message);
    }
}
