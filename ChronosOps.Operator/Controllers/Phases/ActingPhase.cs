using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Verification;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>
/// Carries out the action that is written down. It first looks whether the effect is in place already: a process that was killed between
/// doing and recording finds it so. The gates are asked again right before the effect.
/// </summary>
public sealed class ActingPhase(Assessor assessor, GateKeeper gateKeeper, Effects effects) : IPhase
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    public async Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken)
    {
        if (context.LastAction is not { } action)
        {
            return PhaseResult.Go(Trigger.Broken, "NoActionWrittenDown", "the phase is Acting, and no action is written down");
        }

        if (effects.Of(action) is not { } effect)
        {
            return ActionEnd.Record(context, action, ActionState.OutcomeUnknown, Trigger.OutcomeUnknown, "UnknownAction", $"this version does not know the action {action.Action}");
        }

        var seen = await effect.ObserveAsync(context.Key, action, cancellationToken).ConfigureAwait(false);
        // What held the replicas is gone, not the workload.
        if (ScalePlan.IsHandBack(action) && seen.State == EffectState.TargetGone)
        {
            return ActionEnd.Record(context, action, ActionState.OutcomeUnknown, Trigger.HandedBack, "OutcomeUnknown", seen.Message);
        }

        return seen.State switch
        {
            EffectState.InPlace => await AppliedAsync(context, effect, action, seen.Message, cancellationToken).ConfigureAwait(false),
            EffectState.TargetGone => ActionEnd.Record(context, action, ActionState.OutcomeUnknown, Trigger.TargetGone, "WorkloadGone", seen.Message),
            EffectState.MovedOn => Refused(context, action, "WorkloadMovedOn", seen.Message),
            EffectState.Unknown when gateKeeper.IsOvertaken(context, action, seen.Key) => Refused(context, action, "WorkloadMovedOn", $"another incident acted on the workload first, with key {seen.Key}; nothing was done to it under key {action.Key}"),
            EffectState.NotYetKnown when context.Now - action.PlannedAt < LongestWait => PhaseResult.Wait(TimeSpan.FromSeconds(1)),
            EffectState.Unknown or EffectState.NotYetKnown => ActionEnd.Record(context, action, ActionState.OutcomeUnknown, Trigger.OutcomeUnknown, "OutcomeUnknown", seen.Message),
            _ => await DoAsync(context, effect, action, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<PhaseResult> DoAsync(IncidentContext context, IEffect effect, ActionRecord action, CancellationToken cancellationToken)
    {
        if (context.Reading is not { } reading || context.Policy is not { } policy)
        {
            return context.Policy is null
                ? ActionEnd.Record(context, action, ActionState.Refused, Trigger.Denied, "PolicyGone", "no valid policy governs the workload any more")
                : PhaseResult.Wait();
        }

        if (action is { Action: ActionNames.Undo, IsReturn: false } && !IsStillWorse(context, action, reading))
        {
            return Refused(context, action, "NoLongerWorse", "things are no longer measurably worse than before: what was to be taken back stays");
        }

        var (annotations, report, permit) = await AskAsync(context, reading, policy, action, cancellationToken).ConfigureAwait(false);
        if (permit is null)
        {
            var (gate, verdict) = (report.Decisive.Gate, report.Decisive.Verdict);
            if (verdict.Verdict == Verdict.Wait && (context.Now - action.PlannedAt < LongestWait || verdict.IsWilled))
            {
                context.Status.Message = Bounded.Sentence($"waiting for {gate}: {verdict.Message}");
                return PhaseResult.Wait();
            }

            return Refused(context, action, verdict.Reason, $"{gate}: {verdict.Message}");
        }

        action.Policy = policy.Name;
        var outcome = await effect.ApplyAsync(permit, context.Key, action, annotations, cancellationToken).ConfigureAwait(false);
        if (outcome.State == EffectState.HeldOff && context.Now - action.PlannedAt < LongestWait)
        {
            context.Status.Message = Bounded.Sentence($"waiting: {outcome.Message}");
            return PhaseResult.Wait();
        }

        if (outcome.State == EffectState.InPlace)
        {
            return await AppliedAsync(context, effect, action, outcome.Message, cancellationToken).ConfigureAwait(false);
        }

        var reason = action.TargetPodUid is null ? "PatchRefused" : "EvictionRefused";
        return IsRefusedAgain(context.Status.Actions, action, outcome.Message) ? ActionEnd.Record(context, action, ActionState.Refused, Trigger.Denied, reason, outcome.Message) : Refused(context, action, reason, outcome.Message);
    }

    /// <summary>Whether the same was refused right before in the same words, of a workload that nobody has changed since: so it would be the next time, too. What another change in that instant refuses is worth another try.</summary>
    internal static bool IsRefusedAgain(IReadOnlyList<ActionRecord> actions, ActionRecord action, string words) =>
        actions.TakeWhile(one => one.Key != action.Key).LastOrDefault() is { State: ActionState.Refused } before
        && (before.Action, before.TargetUid, before.TargetGeneration, before.ToRevision, before.Message) == (action.Action, action.TargetUid, action.TargetGeneration, action.ToRevision, Bounded.Sentence(words));

    /// <summary>Whether what an undo takes back still makes things worse: it may have waited for a gate.</summary>
    private static bool IsStillWorse(IncidentContext context, ActionRecord undo, WorkloadReading reading) =>
        context.Status.Actions.TakeWhile(one => one != undo).LastOrDefault() is { } undone && Verifier.IsWorse(undone, reading);

    /// <summary>
    /// Handing back, and taking that back, are no new steps: they rest on what is measured at the moment, and not on the diagnosis, which stays what it was. An undo needs none either: what runs then is
    /// what was returned to, and it is not to blame.
    /// </summary>
    private async Task<(IReadOnlyDictionary<string, string> Annotations, GateReport Report, Permit? Permit)> AskAsync(
        IncidentContext context, WorkloadReading reading, EffectivePolicy policy, ActionRecord action, CancellationToken cancellationToken)
    {
        if (action.ToReplicas is not null && action.Action != nameof(RemediationAction.Scale))
        {
            var (answer, leave) = await gateKeeper.AskToContinueAsync(context, context.Workload ?? reading.Workload, policy, action, cancellationToken).ConfigureAwait(false);
            return ((context.Workload ?? reading.Workload).Annotations, answer, leave);
        }

        var assessment = action.Action == ActionNames.Undo
            ? new Assessment(await assessor.CollectAsync(context, reading, cancellationToken).ConfigureAwait(false), new Diagnosis([], [], null, []))
            : await assessor.AssessAsync(context, reading, cancellationToken).ConfigureAwait(false);
        GoverningPolicy.Remember(context.Status, reading.Policy);
        var step = StepOf(action, assessment.Bundle.Workload);
        var (report, permit) = await gateKeeper.AskAsync(context, assessment, policy, step, action.Key, action.Attempt ?? 1, cancellationToken).ConfigureAwait(false);
        return (assessment.Bundle.Workload.Annotations, report, permit);
    }

    private static async Task<PhaseResult> AppliedAsync(IncidentContext context, IEffect effect, ActionRecord action, string message, CancellationToken cancellationToken)
    {
        action.State = ActionState.Applied;
        action.AppliedAt = context.Now;
        action.FieldsHandedBack = await effect.SettleAsync(context.Key, action, cancellationToken).ConfigureAwait(false);
        context.Status.LastAction = $"{action.Action}/{action.State}";
        return PhaseResult.Go(Trigger.Applied, $"{action.Action}Applied", $"{action.Message}: {message}");
    }

    /// <summary>The step that was written down, with what it is aimed at as that is now.</summary>
    private static ProposedStep StepOf(ActionRecord action, WorkloadSnapshot workload) => action.Action switch
    {
        nameof(RemediationAction.Restart) when action.IsRollingRestart => new ProposedStep(RemediationAction.Restart, null, IsRolling: true),
        nameof(RemediationAction.Restart) => new ProposedStep(RemediationAction.Restart, null, Pod: workload.Pods.FirstOrDefault(pod => pod.Uid == action.TargetPodUid), Node: action.TargetNode),
        nameof(RemediationAction.Scale) => new ProposedStep(RemediationAction.Scale, null, Replicas: action.ToReplicas),
        _ => new ProposedStep(RemediationAction.Rollback, workload.Revision(action.ToRevision), action.Action == ActionNames.Undo),
    };

    /// <summary>A step up that had no effect is thought over; an undo that had none needs a person; replicas that are not handed back stay.</summary>
    private static PhaseResult Refused(IncidentContext context, ActionRecord action, string reason, string message) =>
        ActionEnd.Record(context, action, ActionState.Refused, action.Action == ActionNames.Undo ? Trigger.Denied : Trigger.Refused, reason, message);
}
