using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Watches for recurrence and for the bad revision to be applied again.</summary>
public sealed class MitigatedPhase : IPhase
{
    public Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken) => Task.FromResult(Run(context));

    private static PhaseResult Run(IncidentContext context)
    {
        if (context.Workload is null || context.Policy is not { } policy)
        {
            return PhaseResult.Go(Trigger.TargetGone, "TargetGone", "the workload or its policy is gone");
        }

        if (context.Reading is not { } reading || reading.Time < context.Entered)
        {
            return PhaseResult.Wait();
        }

        SignalNotes.Update(context.Status, reading, context.Now);
        var revision = reading.Workload.Current.Revision;
        if (context.Status.Actions.Any(action => action.State == ActionState.Succeeded && action.FromRevision == revision))
        {
            return PhaseResult.Go(Trigger.Reapplied, "RevisionReapplied",
                $"revision {revision} was applied again after its rollback; it stays quarantined and is not rolled back a second time");
        }

        if (reading.Firing.FirstOrDefault() is { } firing)
        {
            return PhaseResult.Go(Trigger.Recurred, "Recurred", $"{firing.Signal}: {firing.Message}");
        }

        var watched = context.Now - (context.Status.MitigatedAt ?? context.Now);
        return watched >= policy.RecurrenceWatch && !reading.IsBad && SeriesNeed.UnmetForTheEnd(context.Status, reading) is null
            ? PhaseResult.Go(Trigger.Outlived, "StayedWell", $"no recurrence in {Quantities.Format(watched)}")
            : PhaseResult.Wait();
    }
}
