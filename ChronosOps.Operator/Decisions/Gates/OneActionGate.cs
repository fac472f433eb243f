namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>One action per workload at a time.</summary>
public sealed class OneActionGate : IGate
{
    public string Name => "OneActionPerWorkload";

    public GateVerdict Evaluate(GateContext context) => context.ActionsUnderWay switch
    {
        null => GateVerdict.Deny("ActionsUnknown", "other incidents of the workload could not be read"),
        [] => GateVerdict.Allow("no other action is under way on the workload"),
        [var first, ..] => GateVerdict.Wait("ActionUnderWay", $"incident {first} has an action under way on the same workload, or adds replicas that take room"),
    };
}
