using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The policy's mode: Observe never acts.</summary>
public sealed class ModeGate : IGate
{
    public string Name => "Mode";

    public GateVerdict Evaluate(GateContext context) => context.Policy.Mode == PolicyMode.Autonomous
        ? GateVerdict.Allow("mode Autonomous")
        : GateVerdict.Deny("ModeObserve", $"policy {context.Policy.Name} is in mode {context.Policy.Mode}: it reports and changes nothing");
}
