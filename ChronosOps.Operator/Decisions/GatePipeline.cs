using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions.Gates;

namespace ChronosOps.Operator.Decisions;

/// <summary>What one gate said.</summary>
public sealed record GateResult(string Gate, GateVerdict Verdict);

/// <summary>What all gates said. The strictest verdict decides; of those the first is the reason.</summary>
public sealed record GateReport(IReadOnlyList<GateResult> Results)
{
    public GateResult Decisive => Results.OrderByDescending(result => result.Verdict.Verdict).First();

    public Verdict Verdict => Decisive.Verdict.Verdict;
}

/// <summary>
/// The leave to have one effect. Only the pipeline can issue one, and only when every gate allows; whatever has an effect demands it.
/// </summary>
public sealed class Permit
{
    private Permit(string key) => Key = key;

    /// <summary>The key of the action that is permitted.</summary>
    public string Key { get; }

    /// <summary>Makes sure that this is the leave for an action.</summary>
    /// <exception cref="ArgumentException">It is for another action.</exception>
    public void Require(string key)
    {
        if (Key != key)
        {
            throw new ArgumentException($"the permit is for {Key}, not for {key}", nameof(key));
        }
    }

    /// <summary>Asks every gate.</summary>
    /// <param name="key">The key of the action.</param>
    /// <param name="context">What the gates look at.</param>
    /// <returns>What they said, and the permit if all allow.</returns>
    public static (GateReport Report, Permit? Permit) Request(string key, GateContext context)
    {
        var gates = GatePipeline.For(context.Step);
        var report = new GateReport([.. gates.Select(gate => new GateResult(gate.Name, GatePipeline.Ask(gate, context)))]);
        return (report, report.Verdict == Verdict.Allow ? new Permit(key) : null);
    }
}

/// <summary>The gates of each kind of step. Adding one is a file and a line.</summary>
public static class GatePipeline
{
    /// <summary>The gates of a rollback.</summary>
    public static readonly IReadOnlyList<IGate> ForRollback =
    [
        new EmergencyStopGate(),
        new HoldGate(),
        new StormGate(),
        new ModeGate(),
        new LadderGate(),
        new GitOpsGate(),
        new OptOutGate(),
        new QuarantineGate(),
        new ConfidenceGate(),
        new EvidenceGate(),
        new OriginGate(),
        new MinimumTrafficGate(),
        new RolloutGate(),
        new FeasibilityGate(),
        new KnownGoodGate(),
        new ConfigurationGate(),
        new ServicesGate(),
        new OneActionGate(),
        new RateGate(),
        new DryRunGate(),
    ];

    /// <summary>
    /// The gates of a restart of one pod. It changes nothing that a GitOps controller or a revision speaks of.
    /// </summary>
    public static readonly IReadOnlyList<IGate> ForRestart =
    [
        new EmergencyStopGate(),
        new HoldGate(),
        new StormGate(),
        new ModeGate(),
        new LadderGate(),
        new OptOutGate(),
        new ConfidenceGate(),
        new EvidenceGate(),
        new OriginGate(),
        new MinimumTrafficGate(),
        new OtherNodesGate(),
        new IllPodGate(),
        new SparePodsGate(),
        new OneActionGate(),
        new RateGate(),
        new DryRunGate(),
    ];

    /// <summary>The gates of a restart of all pods. It is a rollout of the release that runs: what forbids one forbids it too.</summary>
    public static readonly IReadOnlyList<IGate> ForRollingRestart =
    [
        new EmergencyStopGate(),
        new HoldGate(),
        new StormGate(),
        new ModeGate(),
        new LadderGate(),
        new GitOpsGate(),
        new OptOutGate(),
        new ConfidenceGate(),
        new EvidenceGate(),
        new OriginGate(),
        new MinimumTrafficGate(),
        new RolloutGate(),
        new RollingRestartGate(),
        new OneActionGate(),
        new RateGate(),
        new DryRunGate(),
    ];

    /// <summary>The gates of asking for more replicas.</summary>
    public static readonly IReadOnlyList<IGate> ForScale =
    [
        new EmergencyStopGate(),
        new HoldGate(),
        new StormGate(),
        new ModeGate(),
        new LadderGate(),
        new GitOpsGate(),
        new OptOutGate(),
        new ConfidenceGate(),
        new EvidenceGate(),
        new OriginGate(),
        new MinimumTrafficGate(),
        new RolloutGate(),
        new ScaleLimitGate(),
        new AutoscalerGate(),
        new QuotaGate(),
        new NodeRoomGate(),
        new OneActionGate(),
        new RateGate(),
        new DryRunGate(),
    ];

    /// <summary>The gates of a step back: taking back what made things worse needs no new diagnosis, and no calm. What something else made worse it does not mend.</summary>
    public static readonly IReadOnlyList<IGate> ForUndo =
    [
        new EmergencyStopGate(),
        new HoldGate(),
        new ModeGate(),
        new GitOpsGate(),
        new OriginGate(),
        new OneActionGate(),
        new DryRunGate(),
    ];

    /// <summary>
    /// The gates of going on with what is in place already: of evicting a pod that holds a rollback up. The diagnosis was judged before; what a person
    /// says since then counts.
    /// </summary>
    public static readonly IReadOnlyList<IGate> ForContinuation =
    [
        new EmergencyStopGate(),
        new HoldGate(),
        new StormGate(),
        new ModeGate(),
        new OptOutGate(),
        new OneActionGate(),
        new DryRunGate(),
    ];

    /// <summary>The gates of taking our own doing back, and of going on with that: added replicas are handed back also where the workload has opted out since.</summary>
    public static readonly IReadOnlyList<IGate> ForReturn =
    [
        new EmergencyStopGate(),
        new HoldGate(),
        new StormGate(),
        new ModeGate(),
        new OneActionGate(),
        new DryRunGate(),
    ];

    /// <summary>The gates that a step has to pass.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no gates for such a step, and so no way to take it.</exception>
    internal static IReadOnlyList<IGate> For(ProposedStep step) => step switch
    {
        { Continues: true, IsUndo: true } or { Continues: true, Action: RemediationAction.Scale } => ForReturn,
        { Continues: true } => ForContinuation,
        { IsUndo: true } => ForUndo,
        { Action: RemediationAction.Rollback } => ForRollback,
        { Action: RemediationAction.Restart, IsRolling: true } => ForRollingRestart,
        { Action: RemediationAction.Restart } => ForRestart,
        { Action: RemediationAction.Scale } => ForScale,
        _ => throw new ArgumentOutOfRangeException(nameof(step), step.Action, "no gates are named for this action"),
    };

    /// <summary>Asks one gate; one that fails denies.</summary>
    internal static GateVerdict Ask(IGate gate, GateContext context)
    {
        try
        {
            return gate.Evaluate(context);
        }
        catch (Exception e)
        {
            return GateVerdict.Deny("GateFailed", $"the gate could not be evaluated: {e.Message}");
        }
    }
}
