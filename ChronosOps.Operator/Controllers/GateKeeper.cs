using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>Gathers what the gates look at, asks them, and writes the decision down when it differs from the last one.</summary>
public sealed class GateKeeper(IncidentBook book, EmergencyStop stop, StormWatch storms, IncidentChains chains)
{
    private const string Continuation = "Continuation";

    /// <summary>Asks the gates for leave to go on with an action whose effect is in place.</summary>
    public Task<(GateReport Report, Permit? Permit)> AskToContinueAsync(
        IncidentContext context, WorkloadSnapshot workload, EffectivePolicy policy, ActionRecord action, CancellationToken cancellationToken)
    {
        var bundle = new EvidenceBundle { CollectedAt = context.Now, OnsetAt = context.Status.OnsetAt ?? context.Now, Workload = workload, Signals = [] };
        var step = action.ToReplicas is { } replicas
            ? new ProposedStep(RemediationAction.Scale, null, action.Action == ActionNames.Undo, Continues: true, Replicas: replicas)
            : new ProposedStep(RemediationAction.Rollback, null, action.Action == ActionNames.Undo, Continues: true);
        return AskAsync(context, new Assessment(bundle, new Diagnosis([], [], null, [])), policy, step, action.Key, action.Attempt ?? 1, cancellationToken);
    }

    /// <summary>Asks the gates for leave to take a step.</summary>
    public async Task<(GateReport Report, Permit? Permit)> AskAsync(
        IncidentContext context, Assessment assessment, EffectivePolicy policy, ProposedStep step, string key, int attempt, CancellationToken cancellationToken)
    {
        var written = context.Status.Actions.Find(action => action.Key == key);
        var gates = new GateContext
        {
            Now = context.Now,
            Policy = policy,
            Bundle = assessment.Bundle,
            Diagnosis = assessment.Diagnosis,
            Step = step,
            IsDryRun = DryRunGate.IsAskedFor(context.Incident),
            EmergencyStop = await stop.IsOnAsync(cancellationToken).ConfigureAwait(false),
            RecentActions = book.ActionTimes(context.Key.Namespace, policy.Name, key, written),
            ActionsUnderWay = [.. book.UnderWay(context.Key, context.Uid, written), .. step is { Action: RemediationAction.Scale, Continues: false } ? book.ScalingUnderWay(context.Uid, written) : []],
            Storm = storms.Of(context.Key.Namespace, context.Now),
            Origins = chains.OriginsOf(context),
            IsUnderWay = context.Status.Phase is IncidentPhase.Acting or IncidentPhase.Verifying,
            Rollbacks = book.Rollbacks(context.Key, context.Status.WorkloadUid),
        };
        var (report, permit) = Permit.Request(key, gates);
        Record(context, report, step, attempt);
        return (report, permit);
    }

    /// <summary>Another incident that acts on the workload; null where none does.</summary>
    public string? OtherThatActs(IncidentContext context) => book.UnderWay(context.Key, context.Uid, own: null).FirstOrDefault();

    /// <summary>Whether the workload carries the key of another incident's action, which rules out that this one was taken.</summary>
    public bool IsOvertaken(IncidentContext context, ActionRecord action, string? key) => key is not null && book.ActionOf(context.Key, key) is { } taken && RollbackPlan.RulesOut(taken, action);

    /// <summary>Writes down that no step could be proposed.</summary>
    public static void RecordNone(IncidentContext context, LadderChoice choice) =>
        Add(context, new DecisionRecord
        {
            Time = context.Now,
            Attempt = context.Status.Attempt,
            Action = "None",
            Verdict = nameof(Verdict.Deny),
            Reason = choice.Reason,
            Message = Bounded.Sentence(choice.Message),
        });

    private static void Record(IncidentContext context, GateReport report, ProposedStep step, int attempt)
    {
        var decisive = report.Decisive;
        var allowed = decisive.Verdict.Verdict == Verdict.Allow;
        Add(context, new DecisionRecord
        {
            Time = context.Now,
            Attempt = attempt,
            Action = NameOf(step),
            Verdict = decisive.Verdict.Verdict.ToString(),
            Reason = allowed ? "AllGatesAllow" : decisive.Verdict.Reason,
            Message = Bounded.Sentence(allowed ? $"all {report.Results.Count} gates allow it" : $"{decisive.Gate}: {decisive.Verdict.Message}"),
            Gates = [.. report.Results.Select(result => new GateRecord
            {
                Gate = result.Gate,
                Verdict = result.Verdict.Verdict.ToString(),
                Reason = Bounded.Sentence(result.Verdict.Message),
            })],
        });
    }

    private static string NameOf(ProposedStep step) => step switch
    {
        { Continues: true, Action: not RemediationAction.Scale } => Continuation,
        { IsUndo: true } => ActionNames.Undo,
        { Continues: true } => ActionNames.HandBack,
        _ => step.Action.ToString(),
    };

    private static void Add(IncidentContext context, DecisionRecord decision)
    {
        var last = context.Status.Decisions.LastOrDefault();
        if (last is null || (last.Attempt, last.Action, last.Verdict, last.Reason) != (decision.Attempt, decision.Action, decision.Verdict, decision.Reason))
        {
            Bounded.Add(context.Status, context.Status.Decisions, StatusLimits.Decisions, decision);
        }
    }
}
