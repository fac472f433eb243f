using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Verification;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Watches for recurrence and for the bad revision to be applied again, and hands added replicas back when the load is gone.</summary>
public sealed class MitigatedPhase(GateKeeper gateKeeper, AutoscalerReader autoscalers) : IPhase
{
    /// <summary>What falls ill less often than once a day is another incident then, and a load of a day is no surge. Replicas are lent no longer either.</summary>
    internal static readonly TimeSpan LongestWatch = TimeSpan.FromHours(24);

    public async Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken)
    {
        if (context.Workload is null || context.Policy is not { } policy)
        {
            return WithoutTarget(context);
        }

        if (context.Reading is not { } reading || reading.Time < context.Entered)
        {
            return PhaseResult.Wait();
        }

        SignalNotes.Update(context.Status, reading, context.Now);
        var revision = reading.Workload.Current.Revision;
        if (context.Status.Actions.Find(action => action.State == ActionState.Succeeded && PastRollback.IsOf(action.FromRevision, action.ToRevision, revision, reading.Workload)) is { } rolledBack)
        {
            return PhaseResult.Go(Trigger.Reapplied, "RevisionReapplied",
                $"{PastRollback.Name(revision, rolledBack.FromRevision)} was applied again after its rollback; it stays quarantined and is not rolled back a second time");
        }

        var since = context.Status.Actions.LastOrDefault(action => action.State == ActionState.Succeeded)?.RolledOutAt;
        var again = reading.Firing.Where(signal => !signal.IsBefore(since)).ToList();
        if (again.FirstOrDefault() is { } firing)
        {
            context.Status.RecurredAt = again.Select(signal => signal.Since).Min() ?? context.Now;
            return PhaseResult.Go(Trigger.Recurred, "Recurred", $"{firing.Signal}: {firing.Message}");
        }

        var watched = Watched(context);
        if (watched < Watch(context, policy, revision) || reading.IsBad || SeriesNeed.UnmetForTheEnd(context.Status, reading) is not null)
        {
            return PhaseResult.Wait();
        }

        return BorrowedReplicas.Of(context.Status.Actions) is { } borrowed
            ? await HandBackAsync(context, policy, reading, borrowed, watched, cancellationToken).ConfigureAwait(false)
            : PhaseResult.Go(Trigger.Outlived, "StayedWell", $"no recurrence in {Quantities.Format(watched)}");
    }

    /// <summary>Replicas that are lent are not left to stand because their policy is away: whoever governs within the day hands them back.</summary>
    private static PhaseResult WithoutTarget(IncidentContext context)
    {
        if (TargetLoss.Lent(context) is not { } lent)
        {
            return TargetLoss.End;
        }

        if (Watched(context) >= LongestWatch)
        {
            return PhaseResult.Go(Trigger.Outlived, "ReplicasStay", lent);
        }

        context.Status.Message = Bounded.Sentence(lent);
        return PhaseResult.Wait();
    }

    private static TimeSpan Watched(IncidentContext context) => context.Now - Later(context.Status.MitigatedAt ?? context.Entered, context.Entered);

    private async Task<PhaseResult> HandBackAsync(
        IncidentContext context, EffectivePolicy policy, WorkloadReading reading, BorrowedReplicas borrowed, TimeSpan watched, CancellationToken cancellationToken)
    {
        var choice = HandBack.Next(borrowed, reading, context.Status.Actions);
        if (choice.IsOver || (choice.Replicas is null && watched >= LongestWatch))
        {
            return PhaseResult.Go(Trigger.Outlived, "ReplicasStay", $"no recurrence in {Quantities.Format(watched)}; {choice.Message}");
        }

        context.Status.Message = Bounded.Sentence(choice.Message);
        if (choice.Replicas is not { } replicas)
        {
            return PhaseResult.Wait();
        }

        if (HandBack.TakenOverBy(borrowed, await autoscalers.ReadAsync(context.Key, cancellationToken).ConfigureAwait(false), await autoscalers.OwnershipAsync(context.Key, cancellationToken).ConfigureAwait(false)) is { } other)
        {
            return PhaseResult.Go(Trigger.Outlived, "ReplicasStay", $"no recurrence in {Quantities.Format(watched)}; nothing is handed back: {other}");
        }

        var attempt = (context.Status.Attempt ?? 0) + 1;
        var action = ScalePlan.Write(context.Uid, attempt, ActionNames.HandBack, reading.Workload, borrowed.Last, replicas, choice.Maximum, context.Now);
        action.Policy = policy.Name;
        action.Before = Verifier.MeasureBefore(reading);
        var (report, permit) = await gateKeeper.AskToContinueAsync(context, reading.Workload, policy, action, cancellationToken).ConfigureAwait(false);
        if (permit is null)
        {
            if (watched >= LongestWatch)
            {
                return PhaseResult.Go(Trigger.Outlived, "ReplicasStay", $"no recurrence in {Quantities.Format(watched)}; {borrowed.Now} replicas stay: {report.Decisive.Gate}: {report.Decisive.Verdict.Message}");
            }

            context.Status.Message = Bounded.Sentence($"{borrowed.Now} replicas stay: {report.Decisive.Gate}: {report.Decisive.Verdict.Message}");
            return PhaseResult.Wait();
        }

        context.Status.Attempt = attempt;
        context.Status.LastAction = $"{action.Action}/{action.State}";
        Bounded.Add(context.Status, context.Status.Actions, StatusLimits.Actions, action);
        return PhaseResult.Go(Trigger.Permitted, ActionNames.HandBack, $"{action.Message}: {choice.Message}; key {action.Key}");
    }

    /// <summary>How long it has to stay well: the policy's time, and after a restart, while the same release runs, at least as long as the pod, or the oldest of all, had lived until the trouble.</summary>
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

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
