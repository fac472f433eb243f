using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The policy's mode: Observe never acts, nor does what stands in for a policy that is not valid. What DryRun does not do, its own gate says.</summary>
public sealed class ModeGate : IGate
{
    /// <summary>The reason where the policy stands in for another.</summary>
    public const string StandsIn = "PolicyInvalid";

    public string Name => "Mode";

    public GateVerdict Evaluate(GateContext context) => context.Policy.StandsInFor is { } first
        ? GateVerdict.Deny(StandsIn, $"policy {first} comes first for the workload and is not valid: {context.Policy.Name} takes its place only to tell")
        : context.Policy.Mode is PolicyMode.Autonomous or PolicyMode.DryRun
        ? GateVerdict.Allow($"mode {context.Policy.Mode}")
        : GateVerdict.Deny("ModeObserve", $"policy {context.Policy.Name} is in mode {context.Policy.Mode}: it reports and changes nothing");
}
