using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The policy's mode: Observe never acts. What DryRun does not do, its own gate says.</summary>
public sealed class ModeGate : IGate
{
    public string Name => "Mode";

    public GateVerdict Evaluate(GateContext context) => context.Policy.Mode is PolicyMode.Autonomous or PolicyMode.DryRun
        ? GateVerdict.Allow($"mode {context.Policy.Mode}")
        : GateVerdict.Deny("ModeObserve", $"policy {context.Policy.Name} is in mode {context.Policy.Mode}: it reports and changes nothing");
}
