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

    /// <summary>Asks every gate.</summary>
    /// <param name="key">The key of the action.</param>
    /// <param name="context">What the gates look at.</param>
    /// <returns>What they said, and the permit if all allow.</returns>
    public static (GateReport Report, Permit? Permit) Request(string key, GateContext context)
    {
        var gates = context.Step.IsUndo ? GatePipeline.ForUndo : GatePipeline.All;
        var report = new GateReport([.. gates.Select(gate => new GateResult(gate.Name, GatePipeline.Ask(gate, context)))]);
        return (report, report.Verdict == Verdict.Allow ? new Permit(key) : null);
    }
}

/// <summary>All gates. Adding one is a file and a line.</summary>
public static class GatePipeline
{
    /// <summary>The gates of a step that climbs the ladder.</summary>
    public static readonly IReadOnlyList<IGate> All =
    [
        new EmergencyStopGate(),
        new HoldGate(),
        new ModeGate(),
        new GitOpsGate(),
        new AnnotationGate(),
        new QuarantineGate(),
        new ConfidenceGate(),
        new EvidenceGate(),
        new MinimumTrafficGate(),
        new RolloutGate(),
        new FeasibilityGate(),
        new KnownGoodGate(),
        new ConfigurationGate(),
        new OneActionGate(),
        new RateGate(),
    ];

    /// <summary>The gates of a step back: taking back what made things worse needs no new diagnosis.</summary>
    public static readonly IReadOnlyList<IGate> ForUndo =
    [
        new EmergencyStopGate(),
        new HoldGate(),
        new ModeGate(),
        new GitOpsGate(),
        new OneActionGate(),
    ];

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
