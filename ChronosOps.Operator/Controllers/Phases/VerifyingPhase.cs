using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Verification;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Measures whether the action helped. A person's change of the workload ends our part in it.</summary>
public sealed class VerifyingPhase(Assessor assessor, GateKeeper gateKeeper, Effects effects, TimeSpan interval) : IPhase
{
    /// <summary>Evaluations may be late by some; after more than this many intervals nobody was there to look.</summary>
    private const int LateBy = 4;

    public async Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken)
    {
        if (context.LastAction is not { } action)
        {
            return PhaseResult.Go(Trigger.Broken, "NoActionWrittenDown", "the phase is Verifying, and no action is written down");
        }

        if (context.Workload is null || context.Policy is null)
        {
            return context.Workload is null
                ? ActionEnd.Record(context, action, ActionState.Inconclusive, Trigger.TargetGone, "WorkloadGone", "the workload was gone before it was measured whether the action helped")
                : ActionEnd.Record(context, action, ActionState.Inconclusive, Trigger.TargetGone, "PolicyGone", "no valid policy governs the workload any more: it is not measured any further whether the action helped");
        }

        var effect = effects.Of(action);
        if (action.FieldsHandedBack != true && effect is not null)
        {
            action.FieldsHandedBack = await effect.SettleAsync(context.Key, action, cancellationToken).ConfigureAwait(false);
        }

        // The caches may still show the workload as it was before the effect.
        if (context.Reading is not { } reading || reading.Time <= action.AppliedAt || !ShowsEffect(action, reading))
        {
            return PhaseResult.Wait();
        }

        if (Changed(context, action, reading) is { } changed)
        {
            return changed;
        }

        if (effect is not null)
        {
            await ClearAsync(context, effect, action, reading, cancellationToken).ConfigureAwait(false);
        }

        return await VerifyAsync(context, action, reading, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Evicts the pods that hold the effect up, if the gates allow it still. What is found only now is written down first, and evicted at the next look.</summary>
    private async Task ClearAsync(IncidentContext context, IEffect effect, ActionRecord action, WorkloadReading reading, CancellationToken cancellationToken)
    {
        // As the caches have it now: somebody may have taken the workload over since the evaluation.
        if (action.PodsInTheWay.Exists(pod => pod.EvictedAt is null) && context.Workload!.Current.Revision == action.ToRevision)
        {
            var (report, permit) = await gateKeeper.AskToContinueAsync(context, context.Workload, context.Policy!, action, cancellationToken).ConfigureAwait(false);
            var hindrance = permit is null
                ? $"{report.Decisive.Gate}: {report.Decisive.Verdict.Message}"
                : await effect.ClearAsync(permit, context.Key, action, context.Now, cancellationToken).ConfigureAwait(false);
            if (hindrance is not null)
            {
                context.Status.Message = Bounded.Sentence($"a pod holds the rollout up and cannot be evicted yet: {hindrance}");
            }
        }

        if (action.FromRevision is not null)
        {
            RollbackPlan.NoteInTheWay(action, reading.Workload);
        }
    }

    private static bool ShowsEffect(ActionRecord action, WorkloadReading reading) => action switch
    {
        { TargetPodUid: { } uid } => IsLate(action, reading) || !reading.Workload.Pods.Any(pod => pod.Uid == uid && !pod.Deleting),

        // An autoscaler has its own pace, and downwards its own mind.
        { Autoscaler: not null, ToReplicas: { } replicas } => IsLate(action, reading) || (replicas < action.FromReplicas ? reading.Workload.Replicas <= (action.ToMaximum ?? replicas) : reading.Workload.Replicas >= replicas),
        _ => reading.Workload.Generation > action.TargetGeneration,
    };

    private static bool IsLate(ActionRecord action, WorkloadReading reading) => VerificationTime.Watched(action, reading.Time) > reading.Policy.VerificationTimeout;

    private static PhaseResult? Changed(IncidentContext context, ActionRecord action, WorkloadReading reading)
    {
        var revision = reading.Workload.Current.Revision;
        if (action is { ToReplicas: { } replicas, Autoscaler: null } && reading.Workload.Replicas != replicas)
        {
            return ActionEnd.Record(context, action, ActionState.Inconclusive, Trigger.NotVerified, "TakenOver", $"somebody set {reading.Workload.Replicas} replicas while the action was verified; standing down");
        }

        return revision == action.ToRevision ? null
            : PastRollback.IsOf(action.FromRevision, action.ToRevision, revision, reading.Workload)
                ? ActionEnd.Record(context, action, ActionState.Inconclusive, Trigger.Reapplied, "RevisionReapplied", $"{PastRollback.Name(revision, action.FromRevision)} was applied again while its rollback was verified; standing down")
                : ActionEnd.Record(context, action, ActionState.Inconclusive, Trigger.NotVerified, "TakenOver", $"somebody released revision {revision} while the action was verified; standing down");
    }

    private async Task<PhaseResult> VerifyAsync(IncidentContext context, ActionRecord action, WorkloadReading reading, CancellationToken cancellationToken)
    {
        NoteGap(action, reading.Time);
        if (Verifier.IsInPlace(action, reading.Workload))
        {
            action.RolledOutAt ??= reading.Time;
        }

        if (action.Action == ActionNames.Undo)
        {
            return AfterUndo(context, action, reading);
        }

        SignalNotes.Update(context.Status, reading, context.Now);
        AddCheck(context, action, reading);
        return Verifier.Conclude(action, reading.Policy, reading, reading.Time) switch
        {
            Conclusion.Succeeded => ActionEnd.Record(context, action, ActionState.Succeeded, Trigger.Verified, "Verified",
                $"{reading.Policy.ConsecutiveChecks} checks in a row are healthy: {action.Checks[^1].Message}"),
            Conclusion.Failed or Conclusion.Worse when ScalePlan.IsHandBack(action) => await PlanUndoAsync(context, action, reading, cancellationToken).ConfigureAwait(false),
            Conclusion.Failed => ActionEnd.Record(context, action, ActionState.Failed, Trigger.DidNotHelp, "ActionDidNotHelp", $"the {action.Action?.ToLowerInvariant()} did not help: {action.Checks[^1].Message}"),
            Conclusion.Inconclusive => ActionEnd.Record(context, action, ActionState.Inconclusive, Trigger.NotVerified, "Inconclusive",
                $"it could not be measured within {Quantities.Format(VerificationTime.Of(action, reading.Policy))} whether it helped: {Lacking(action, reading.Policy)}"),
            Conclusion.Worse when action.Action == nameof(RemediationAction.Restart) => ActionEnd.Record(context, action, ActionState.Failed, Trigger.NotVerified, "Worse",
                $"things are worse than before, and a restart cannot be taken back: {action.Checks.LastOrDefault()?.Message}"),
            Conclusion.Worse => await PlanUndoAsync(context, action, reading, cancellationToken).ConfigureAwait(false),
            _ => PhaseResult.Wait(),
        };
    }

    private void NoteGap(ActionRecord action, DateTimeOffset looked)
    {
        // Where nothing of an earlier look is kept (definitions older than the operator), an undo would never come to its time-out.
        var first = action.Action == ActionNames.Undo ? null : action.AppliedAt;
        var missed = looked - (action.LookedAt ?? action.Checks.LastOrDefault()?.Time ?? first ?? looked) - (interval * LateBy);
        if (missed > TimeSpan.Zero)
        {
            action.UnwatchedSeconds = (action.UnwatchedSeconds ?? 0) + (long)missed.TotalSeconds;
        }

        action.LookedAt = looked;
    }

    private static void AddCheck(IncidentContext context, ActionRecord action, WorkloadReading reading)
    {
        var last = action.Checks.LastOrDefault();
        if (last?.Time >= reading.Time)
        {
            return;
        }

        var rolloutProves = AlertProof.IsSeenOnlyIn(context.Status, PodSigns.BeforeServing)
            || (AlertProof.IsSeenOnlyIn(context.Status, PodSigns.OfContainers) && Verifier.IsNeverMeasured(action, reading));
        var check = AlertProof.Hold(Verifier.Look(action, reading, context.Status, rolloutProves), context.Status, reading);
        if (!Verifier.IsNews(check, action.Checks))
        {
            return;
        }

        var record = new CheckRecord { Time = reading.Time, Result = check.Result.ToString(), Message = Bounded.Sentence(check.Message), MeasuredUntil = check.MeasuredUntil };
        if (last is not null && last.Result == record.Result && check.Result == CheckResult.Unknown)
        {
            action.Checks.Remove(last);
        }

        Bounded.Add(context.Status, action.Checks, 20, record);
    }

    /// <summary>What is missing to tell whether it helped.</summary>
    private static string? Lacking(ActionRecord action, EffectivePolicy policy)
    {
        var last = action.Checks.LastOrDefault();
        if (last is null || last.Result == nameof(CheckResult.Unknown))
        {
            return last?.Message;
        }

        var alike = action.Checks.AsEnumerable().Reverse().TakeWhile(check => check.Result == last.Result).Count();
        var until = last.MeasuredUntil is { } time ? $", by what was measured until {time.UtcDateTime:HH:mm:ss'Z'}" : "";
        return $"only {alike} of {policy.ConsecutiveChecks} checks in a row are {last.Result?.ToLowerInvariant()}{until}: {last.Message}";
    }

    private async Task<PhaseResult> PlanUndoAsync(IncidentContext context, ActionRecord action, WorkloadReading reading, CancellationToken cancellationToken)
    {
        var worse = $"things are worse than before: {action.Checks.LastOrDefault()?.Message}";
        var attempt = (context.Status.Attempt ?? 0) + 1;
        if (UndoOf(context, action, reading, attempt) is not { } undo)
        {
            return ActionEnd.Record(context, action, ActionState.Failed, Trigger.NotVerified, "WorseAndNotUndone", $"{worse}; revision {action.FromRevision} is no longer kept");
        }

        if (NeverServed(context.Status, action) is { } signs)
        {
            return ActionEnd.Record(context, action, ActionState.Failed, Trigger.NotVerified, "WorseAndNotUndone",
                $"{worse}; it is not taken back: of revision {action.FromRevision} nothing was seen but {signs}: it failed before it served");
        }

        // More replicas may be what made ill what is called: they are taken back all the same.
        if (action.ToReplicas is null && await ObjectionAsync(context, undo, reading, cancellationToken).ConfigureAwait(false) is { } objection)
        {
            return ActionEnd.Record(context, action, ActionState.Failed, Trigger.NotVerified, objection.Verdict.Reason == DryRunGate.Reason ? DryRunGate.Reason : "WorseAndNotUndone",
                $"{worse}; it is not taken back: {objection.Gate}: {objection.Verdict.Message}");
        }

        ActionEnd.Record(context, action, ActionState.Failed, Trigger.UndoPlanned, "Worse", worse);
        undo.Policy = reading.Policy.Name;
        context.Status.Attempt = attempt;
        Bounded.Add(context.Status, context.Status.Actions, StatusLimits.Actions, undo);
        return PhaseResult.Go(Trigger.UndoPlanned, "WorseThanBefore", $"{worse}; {undo.Message}");
    }

    /// <summary>The signs of the revision that was left, where the incident had seen nothing of it by then but what pods show that have never served; null where there was more, or nothing.</summary>
    private static string? NeverServed(IncidentStatus status, ActionRecord action)
    {
        var seen = status.Signals.Where(signal => !AlertProof.IsAlert(signal) && !(signal.FirstSeen >= action.AppliedAt)).Select(signal => signal.Name).ToList();
        return action.FromRevision is not null && seen.Count > 0 && seen.TrueForAll(PodSigns.BeforeServing.Contains) ? string.Join(", ", seen) : null;
    }

    /// <summary>What forbids taking a rollback back; null where nothing does, or it is only not yet: that is waited for once it is written down.</summary>
    private async Task<GateResult?> ObjectionAsync(IncidentContext context, ActionRecord undo, WorkloadReading reading, CancellationToken cancellationToken)
    {
        var bundle = await assessor.CollectAsync(context, reading, cancellationToken).ConfigureAwait(false);
        var step = new ProposedStep(RemediationAction.Rollback, reading.Workload.Revision(undo.ToRevision), IsUndo: true);
        var (report, _) = await gateKeeper.AskAsync(context, new Assessment(bundle, new Diagnosis([], [], null, [])), reading.Policy, step, undo.Key, undo.Attempt ?? 1, cancellationToken).ConfigureAwait(false);
        GoverningPolicy.Remember(context.Status, reading.Policy);
        return report.Verdict == Verdict.Deny ? report.Decisive : null;
    }

    /// <summary>What takes the action back; null where nothing can.</summary>
    private static ActionRecord? UndoOf(IncidentContext context, ActionRecord action, WorkloadReading reading, int attempt) =>
        action is { ToReplicas: not null, FromReplicas: { } replicas }
            ? ScalePlan.Write(context.Uid, attempt, ActionNames.Undo, reading.Workload, action, replicas, action.FromMaximum, context.Now)
            : reading.Workload.Revision(action.FromRevision) is { } back
                ? RollbackPlan.Write(context.Uid, attempt, ActionNames.Undo, reading.Workload, back, context.Now)
                : null;

    private static PhaseResult AfterUndo(IncidentContext context, ActionRecord action, WorkloadReading reading)
    {
        if (action.RolledOutAt is null && !IsLate(action, reading))
        {
            return PhaseResult.Wait();
        }

        var state = action.RolledOutAt is null ? ActionState.Inconclusive : ActionState.Succeeded;
        return action.ToReplicas is null
                ? ActionEnd.Record(context, action, state, Trigger.NotVerified, "Undone", $"the rollback had made things worse and was taken back; revision {action.ToRevision} runs again")
            : action.IsReturn
                ? ActionEnd.Record(context, action, state, Trigger.HandedBack, "HandBackUndone", $"fewer replicas did not suffice; {action.ToReplicas} are asked for again, and stay")
                : ActionEnd.Record(context, action, state, Trigger.NotVerified, "Undone", $"more replicas had made things worse and were taken back; {action.ToReplicas} are asked for again");
    }
}
