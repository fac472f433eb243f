namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The policy names the action, also at the moment right before the effect: it may have changed since the action was written down.</summary>
public sealed class LadderGate : IGate
{
    public string Name => "Ladder";

    public GateVerdict Evaluate(GateContext context) => context.Policy.Ladder.Contains(context.Step.Action)
        ? GateVerdict.Allow($"policy {context.Policy.Name} names {context.Step.Action}")
        : GateVerdict.Deny("NotInLadder", $"policy {context.Policy.Name} does not name {context.Step.Action}");
}
