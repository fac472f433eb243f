using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Watches for recurrence and for the bad revision to be applied again.</summary>
public sealed class MitigatedPhase : IPhase
{
    /// <summary>What falls ill less often than once a day is another incident then.</summary>
    private static readonly TimeSpan LongestWatch = TimeSpan.FromHours(24);

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
            context.Status.RecurredAt = reading.Firing.Select(signal => signal.Since).Min() ?? context.Now;
            return PhaseResult.Go(Trigger.Recurred, "Recurred", $"{firing.Signal}: {firing.Message}");
        }

        var watched = context.Now - (context.Status.MitigatedAt ?? context.Now);
        return watched >= Watch(context, policy, revision) && !reading.IsBad && SeriesNeed.UnmetForTheEnd(context.Status, reading) is null
            ? PhaseResult.Go(Trigger.Outlived, "StayedWell", $"no recurrence in {Quantities.Format(watched)}")
            : PhaseResult.Wait();
    }

    /// <summary>How long it has to stay well: the policy's time, and after a restart, while the same release runs, at least as long as the pod had lived until it fell ill.</summary>
    private static TimeSpan Watch(IncidentContext context, EffectivePolicy policy, string revision)
    {
        var last = context.Status.Actions.LastOrDefault(action => action.State == ActionState.Succeeded);
        if (last?.TargetPodCreatedAt is not { } created || last.ToRevision != revision)
        {
            return policy.RecurrenceWatch;
        }

        var lived = (context.Status.RecurredAt ?? context.Status.OnsetAt ?? context.Now) - created;
        var bounded = lived < LongestWatch ? lived : LongestWatch;
        return bounded > policy.RecurrenceWatch ? bounded : policy.RecurrenceWatch;
    }
}
