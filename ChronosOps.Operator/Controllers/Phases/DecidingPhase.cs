using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Verification;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Chooses the next step, holds it against the gates, and writes it down if all allow.</summary>
public sealed class DecidingPhase(Assessor assessor, GateKeeper gateKeeper, Effects effects, TimeSpan interval) : IPhase
{
    private const int MaxAttempts = 3;

    /// <summary>Plans that were refused had no effect and are no attempts; but not without end either.</summary>
    private const int MaxPlans = 10;

    /// <summary>After this long in waiting a person should look. What a person wants to wait, waits for ever.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(30);

    public async Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken)
    {
        if (context.Workload is not { } workload || context.Policy is not { } policy)
        {
            return TargetLoss.Of(context);
        }

        if (context.Reading is not { } reading)
        {
            return PhaseResult.Wait();
        }

        SignalNotes.Update(context.Status, reading, context.Now);
        if (context.Now - context.Entered > interval * 3 && Recovery.IsComplete(reading, context.Status))
        {
            return PhaseResult.Go(Recovery.TriggerOf(context.Status), "RecoveredByItself", context.Status.Actions.Any(action => action.State != ActionState.Refused)
                ? "nothing fires any more; what was done before had not helped or not lasted by then"
                : "nothing fires any more, and nothing was done");
        }

        // The trouble may be over, and the evidence would look weaker than it is.
        if (!reading.Firing.Any() && SeriesNeed.Unmet(context.Status, reading) is { } lost)
        {
            context.Status.Message = Bounded.Sentence($"waiting for the series: {lost}");
            return context.Now - context.Entered > LongestWait ? PhaseResult.Go(Trigger.Denied, "SeriesUnavailable", lost) : PhaseResult.Wait();
        }

        if (Outdated(reading.Workload, workload) is { } outdated)
        {
            context.Status.Message = Bounded.Sentence(outdated);
            return PhaseResult.Wait();
        }

        var assessment = await assessor.AssessAsync(context, reading, cancellationToken).ConfigureAwait(false);
        var choice = Ladder.Next(policy, assessment.Bundle, assessment.Diagnosis, context.Status.Actions);
        if (choice.Step is null)
        {
            if ((WaitForOther(context) ?? (assessment.Diagnosis.Accepted is null ? WaitForEvidence(context, assessment, policy) : null)) is { } waiting)
            {
                return waiting;
            }

            GateKeeper.RecordNone(context, choice);
            return context.Status.Actions.LastOrDefault(action => action.State != ActionState.Refused) is { State: ActionState.Failed } failed
                ? PhaseResult.Go(Trigger.Denied, "ActionDidNotHelp", $"the {failed.Action?.ToLowerInvariant()} did not help: {failed.Checks.LastOrDefault()?.Message}; no further step: {choice.Message}")
                : PhaseResult.Go(Trigger.Denied, choice.Reason, choice.Message);
        }

        var attempt = (context.Status.Attempt ?? 0) + 1;
        if (Exhaustion(context.Status.Actions, attempt) is { } exhausted)
        {
            return PhaseResult.Go(Trigger.Denied, "AttemptsExhausted", exhausted);
        }

        return await DecideAsync(context, assessment, reading, choice, attempt, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Why nothing is decided before the next evaluation: somebody has changed the workload since, and a step that is meant for what it was would be refused, again and again. Null where nobody has.</summary>
    internal static string? Outdated(WorkloadSnapshot evaluated, WorkloadSnapshot current) => evaluated.Generation == current.Generation ? null
        : $"waiting for the next evaluation: {current.Key.Kind} {current.Key.Name} is at generation {current.Generation} by now, and {evaluated.Generation} was evaluated";

    /// <summary>Not what had no effect, nor handing back, nor more replicas that did help: what comes after those is another trouble.</summary>
    private static bool IsAttempt(ActionRecord action) =>
        action.State != ActionState.Refused && !action.IsReturn && !(action is { Action: nameof(RemediationAction.Scale), State: ActionState.Succeeded });

    /// <summary>Why no further action is written down; null where one may be.</summary>
    /// <param name="actions">Those that were.</param>
    /// <param name="attempt">The number that the next one would have.</param>
    internal static string? Exhaustion(IReadOnlyList<ActionRecord> actions, int attempt)
    {
        var refused = actions.LastOrDefault(action => action.State == ActionState.Refused)?.Message;
        return attempt > MaxPlans ? $"{MaxPlans} actions were written down, and most of them refused{(refused is null ? "" : $"; the last time: {refused}")}"
            : actions.Count(IsAttempt) >= MaxAttempts ? $"{MaxAttempts} attempts were made"
            : null;
    }

    private async Task<PhaseResult> DecideAsync(
        IncidentContext context, Assessment assessment, WorkloadReading reading, LadderChoice choice, int attempt, CancellationToken cancellationToken)
    {
        var step = choice.Step!;
        var (report, permit) = await gateKeeper.AskAsync(context, assessment, reading.Policy, step, $"{context.Uid}/{attempt}", attempt, cancellationToken).ConfigureAwait(false);
        var (gate, verdict) = (report.Decisive.Gate, report.Decisive.Verdict);
        if (permit is null)
        {
            if (verdict is { Verdict: Verdict.Deny, Reason: DryRunGate.Reason })
            {
                return await RehearseAsync(context, assessment, report, step, attempt, cancellationToken).ConfigureAwait(false);
            }

            if (verdict.Verdict != Verdict.Wait)
            {
                return WaitForOther(context) ?? (gate is ConfidenceGate.Label or EvidenceGate.Label ? WaitForEvidence(context, assessment, reading.Policy) : null) ?? PhaseResult.Go(Trigger.Denied, verdict.Reason, $"{gate}: {verdict.Message}");
            }

            context.Status.Message = Bounded.Sentence($"waiting for {gate}: {verdict.Message}");
            return context.Now - context.Entered > LongestWait && !verdict.IsWilled
                ? WaitForOther(context) ?? PhaseResult.Go(Trigger.Denied, "WaitedTooLong", $"{gate}: {verdict.Message}")
                : PhaseResult.Wait();
        }

        var action = Plan(context, assessment.Bundle, step, attempt);
        action.Policy = reading.Policy.Name;
        action.Before = Verifier.MeasureBefore(reading, assessment.Bundle.Requests);
        context.Status.Attempt = attempt;
        context.Status.LastAction = $"{action.Action}/{action.State}";
        Bounded.Add(context.Status, context.Status.Actions, StatusLimits.Actions, action);
        return PhaseResult.Go(Trigger.Permitted, step.Action.ToString(), $"{action.Message}; {(choice.PassedOver.Length > 0 ? $"{choice.PassedOver}; " : "")}all {report.Results.Count} gates allow it; key {action.Key}");
    }

    /// <summary>What another incident does to the workload may be all that is needed: whether this one needs a person is told after it. Acting and verifying have limits of their own.</summary>
    private PhaseResult? WaitForOther(IncidentContext context)
    {
        if (gateKeeper.OtherThatActs(context) is not { } other)
        {
            return null;
        }

        context.Status.Message = Bounded.Sentence($"waiting for incident {other}, which acts on the same workload");
        return PhaseResult.Wait();
    }

    /// <summary>What is in doubt now may be plain within minutes.</summary>
    private static PhaseResult? WaitForEvidence(IncidentContext context, Assessment assessment, EffectivePolicy policy)
    {
        if (EvidenceToCome.Of(assessment.Bundle, policy) is not { } coming)
        {
            return null;
        }

        context.Status.Message = Bounded.Sentence($"waiting for evidence: {coming}");
        return PhaseResult.Wait();
    }

    /// <summary>Nothing but the dry run forbids it: the API server is asked whether it would accept it, and that is said.</summary>
    private async Task<PhaseResult> RehearseAsync(IncidentContext context, Assessment assessment, GateReport report, ProposedStep step, int attempt, CancellationToken cancellationToken)
    {
        var action = Plan(context, assessment.Bundle, step, attempt);
        var outcome = await effects.Of(action)!.RehearseAsync(context.Key, action, assessment.Bundle.Workload.Annotations, cancellationToken).ConfigureAwait(false);
        var waiting = report.Results.Where(result => result.Verdict.Verdict == Verdict.Wait).Select(result => result.Gate).ToList();
        context.Status.LastAction = $"{action.Action}/DryRun";
        return PhaseResult.Go(Trigger.Denied, DryRunGate.Reason,
            $"would be done: {action.Message}; {(waiting.Count > 0 ? $"{string.Join(", ", waiting)} would have it wait" : $"all other {report.Results.Count - 1} gates allow it")}; dry run: {outcome.Message}");
    }

    /// <summary>The step as it is written down.</summary>
    private static ActionRecord Plan(IncidentContext context, EvidenceBundle bundle, ProposedStep step, int attempt)
    {
        var workload = bundle.Workload;
        if (step.Action == RemediationAction.Restart)
        {
            return step.IsRolling ? RestartPlan.Write(context.Uid, attempt, workload, context.Now) : RestartPlan.Write(context.Uid, attempt, workload, step.Pod!, step.Node, context.Now);
        }

        if (step.Action == RemediationAction.Scale)
        {
            var autoscaler = bundle.Scaling?.Autoscalers is [var one] ? one : null;
            return ScalePlan.Write(context.Uid, attempt, workload, autoscaler, step.Replicas!.Value, ScaleTarget.PerReplica(bundle, BorrowedReplicas.Of(context.Status.Actions)), context.Now);
        }

        context.Status.KnownGood = Assessor.Record(workload, step.Target!.Facts, step.Target.CreatedAt);
        return RollbackPlan.Write(context.Uid, attempt, step.Action.ToString(), workload, step.Target, context.Now);
    }
}
