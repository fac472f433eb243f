using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Waits for a person: for the workload to be well again, for the policy to be changed, or for a dry run to be ended. Of missing pods: also for a release that falls ill by itself.</summary>
public sealed class EscalatedPhase(TimeSpan interval) : IPhase
{
    /// <summary>A policy that is made anew, or mended, comes back within this time. After it nobody asks for the incident, and what calls the workload must not be held up by it.</summary>
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(10);

    public Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken) => Task.FromResult(Run(context));

    private PhaseResult Run(IncidentContext context)
    {
        var status = context.Status;
        if (IncidentBook.LeadsNowhere(status))
        {
            return context is { Workload: not null, Policy: { } found, Reading: not null } && (context.Incident.Spec.PolicyRef?.Name ?? found.Name) == found.Name ? TakeUp(context) : PhaseResult.Wait();
        }

        if (context.Workload is null)
        {
            return PhaseResult.Go(Trigger.TargetGone, "WorkloadGone", "the workload is gone");
        }

        if (status.PolicyGoneAt is { } gone && context.Now - gone >= (TargetLoss.Lent(context) is null ? LongestAbsence : MitigatedPhase.LongestWatch))
        {
            return PhaseResult.Go(Trigger.TargetGone, "PolicyGone",
                $"no valid policy has governed the workload for {Quantities.Format(context.Now - gone)}, so that it is not known whether it is well{(TargetLoss.Lent(context) is { } lent ? $"; {lent}" : "")}");
        }

        if (context.Reading is not { } reading || context.Policy is not { } policy || reading.Time < context.Entered)
        {
            return PhaseResult.Wait();
        }

        SignalNotes.Update(status, reading, context.Now);
        if (context.Now - context.Entered > interval * 3 && Recovery.IsComplete(reading, status))
        {
            return PhaseResult.Go(Recovery.TriggerOf(status), "RecoveredAfterEscalation", $"the workload is well again, at revision {reading.Workload.Current.Revision}");
        }

        if (!reading.IsBad)
        {
            return PhaseResult.Wait();
        }

        if (LaterTrouble.Of(status, reading) is { } trouble && reading.Time - LaterTrouble.Noted(status, reading, trouble) >= ObservingPhase.LastsAfter(interval))
        {
            (status.RecurredAt, status.MissedFor) = (trouble.Since, status.Cause);
            return PhaseResult.Go(Trigger.Reconsidered, LaterTrouble.Reason, $"revision {reading.Workload.Current.Revision} came out after the escalation, and has trouble of its own: {trouble.Signal}: {trouble.Message}");
        }

        if (policy.Generation <= status.PolicyGeneration)
        {
            return status.Reason == DryRunGate.Reason && policy.Mode != PolicyMode.DryRun && !DryRunGate.IsAskedFor(context.Incident)
                ? PhaseResult.Go(Trigger.Reconsidered, "DryRunEnded", "the incident is no dry run any more: the decision is taken anew")
                : status.Reason == ModeGate.StandsIn && policy.StandsInFor is null
                ? PhaseResult.Go(Trigger.Reconsidered, "PolicyChanged", $"policy {policy.Name} stands in for no other any more: the decision is taken anew")
                : PhaseResult.Wait();
        }

        var change = status.PolicyGeneration is null ? $"policy {policy.Name} governs now" : $"policy {policy.Name} was changed";
        return PhaseResult.Go(Trigger.Reconsidered, "PolicyChanged", $"{change}: the decision is taken anew");
    }

    private static PhaseResult TakeUp(IncidentContext context)
    {
        context.Status.WorkloadUid = context.Workload!.Uid;
        context.Status.Policy = context.Policy!.Name;
        GoverningPolicy.Remember(context.Status, context.Policy);
        return PhaseResult.Go(Trigger.Reconsidered, "TargetFound", "the workload and a policy for it are there now");
    }
}
