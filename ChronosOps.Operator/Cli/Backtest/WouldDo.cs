using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Knowledge;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>What would have been done, as far as it can be told.</summary>
/// <param name="Step">The step; null where no rung of the ladder helps.</param>
/// <param name="Action">The step in words; None where there is none.</param>
/// <param name="Verdict">The strictest verdict of the gates that can be asked.</param>
/// <param name="Reason">Its reason, in one CamelCase word.</param>
/// <param name="Message">Its reason, in a sentence.</param>
/// <param name="Gates">What each of those gates said.</param>
/// <param name="NotAsked">The gates that ask for what history does not tell: any of them might have forbidden it.</param>
internal sealed record Proposal(ProposedStep? Step, string Action, Verdict Verdict, string Reason, string Message, IReadOnlyList<GateResult> Gates, IReadOnlyList<string> NotAsked);

/// <summary>Assesses an incident of the past with the analysers, the ladder and the gates of the operator, from the series alone.</summary>
internal sealed class WouldDo(ISeriesSource source, TimeSpan interval)
{
    /// <summary>One source of evidence is missing, the API server of that time; it is one gap.</summary>
    public const string Gap = "history: states of pods and nodes, Events, configuration, Services and NetworkPolicies, other workloads and ownership are not in the series";

    /// <summary>The gates that need nothing but the policy and the series.</summary>
    private static readonly HashSet<string> Askable =
        ["Mode", "Ladder", "Confidence", "Evidence", "MinimumTraffic", "RolloutInProgress", "KnownGoodRevision", "IllPod", "ScaleLimit", "OneActionPerWorkload", "ActionsPerHour", "DryRun"];

    /// <summary>The evidence that history holds, and what it is taken for.</summary>
    public async Task<Assessment> AssessAsync(WorkloadReading reading, DateTimeOffset onset, KnownGoodBook book, CancellationToken cancellationToken)
    {
        // What states of pods would tell is not known: not even that they were well.
        var seen = reading with { Signals = [.. reading.Signals.Where(signal => !signal.IsKubernetesSign)] };
        var bundle = new EvidenceBundle
        {
            CollectedAt = reading.Time,
            OnsetAt = onset,
            Workload = reading.Workload,
            Signals = seen.Signals,
            KnownGood = KnownGoodCollector.Of(reading.Workload, book.Of(reading.Workload.Uid), []),
            Gaps = [Gap],
        };
        var series = new SeriesCollector(source, interval);
        try
        {
            bundle = await series.CollectAsync(bundle, new CollectionRequest(seen, onset, reading.Time), cancellationToken);
        }
        catch (SeriesUnavailableException e)
        {
            bundle = bundle with { Gaps = [.. bundle.Gaps, $"{series.Subject}: {e.Message}"] };
        }

        return new Assessment(bundle, Analysers.Diagnose(bundle));
    }

    /// <summary>The first step of the ladder, and what those gates say to it that can be asked.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="assessment">The evidence.</param>
    /// <param name="recent">When the policy would have acted before.</param>
    public static Proposal Propose(EffectivePolicy policy, Assessment assessment, IReadOnlyList<DateTimeOffset> recent)
    {
        var (bundle, diagnosis) = assessment;
        var choice = Ladder.Next(policy, bundle, diagnosis, []);
        if (choice.Step is not { } step)
        {
            return new Proposal(null, "None", Verdict.Deny, choice.Reason, choice.Message, [], []);
        }

        var context = new GateContext
        {
            Now = bundle.CollectedAt,
            Policy = policy,
            Bundle = bundle,
            Diagnosis = diagnosis,
            Step = step,
            EmergencyStop = null,
            RecentActions = recent,
            ActionsUnderWay = [],
            Rollbacks = null,
            Storm = null,
            Origins = null,
        };
        var gates = GatePipeline.For(step);
        var report = new GateReport([.. gates.Where(gate => Askable.Contains(gate.Name)).Select(gate => new GateResult(gate.Name, GatePipeline.Ask(gate, context)))]);
        var (name, verdict) = (report.Decisive.Gate, report.Decisive.Verdict);
        var allowed = verdict.Verdict == Verdict.Allow;
        return new Proposal(step, Describe(step, bundle), verdict.Verdict, allowed ? "Allowed" : verdict.Reason, allowed ? $"{report.Results.Count} gates allow it" : $"{name}: {verdict.Message}",
            report.Results, [.. gates.Where(gate => !Askable.Contains(gate.Name)).Select(gate => gate.Name)]);
    }

    private static string Describe(ProposedStep step, EvidenceBundle bundle) => step switch
    {
        { Action: RemediationAction.Rollback, Target: { } target } => $"Rollback from {bundle.Workload.Current.Revision} to {target.Hash}",
        { Action: RemediationAction.Restart, IsRolling: true } => "Restart of all pods, one after another",
        { Action: RemediationAction.Restart, Pod: { } pod } => $"Restart of pod {pod.Name}",
        { Action: RemediationAction.Scale, Replicas: { } replicas } => $"Scale from {bundle.Workload.Replicas} to {replicas}",
        _ => step.Action.ToString(),
    };
}
