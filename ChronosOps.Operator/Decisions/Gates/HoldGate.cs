using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>A person works on the workload, or wants it left alone: nothing is done to it for as long as it is held.</summary>
public sealed class HoldGate : IGate
{
    public string Name => "Hold";

    public GateVerdict Evaluate(GateContext context) => Hold.Of(context.Bundle.Workload.Annotations, context.Now) switch
    {
        null => GateVerdict.Allow("nobody holds the workload"),
        { IsHeld: true } hold => GateVerdict.WaitForPerson(hold.Reason, hold.Message),
        var over => GateVerdict.Allow(over.Message),
    };
}
