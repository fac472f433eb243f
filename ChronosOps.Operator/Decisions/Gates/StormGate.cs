namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>No storm of incidents: where many workloads fall ill at once the cause is one that they share, and mending each by itself makes it worse. What is under way goes on to its end.</summary>
public sealed class StormGate : IGate
{
    public string Name => "Storm";

    public GateVerdict Evaluate(GateContext context) => context switch
    {
        { IsUnderWay: true } => GateVerdict.Allow("the action is under way, and goes on to its end"),
        { Storm: null } => GateVerdict.Deny("StormUnknown", "it cannot be told how many workloads are ill"),
        { Storm.IsOn: true } => GateVerdict.Wait("Storm", context.Storm.Message),
        _ => GateVerdict.Allow(context.Storm.Message),
    };
}
