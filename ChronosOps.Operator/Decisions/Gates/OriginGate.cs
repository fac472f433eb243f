using ChronosOps.Operator.Analysis;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>
/// No incident is open that the trouble likely comes from: what the workload calls is mended first. Where the trouble is the new revision's alone, and the old one
/// calls the same and is well, it comes from nowhere else.
/// </summary>
public sealed class OriginGate : IGate
{
    public string Name => "Origin";

    public GateVerdict Evaluate(GateContext context) => context.Origins switch
    {
        null => GateVerdict.Deny("OriginUnknown", "it could not be found out whether what the workload calls is ill"),
        [] => GateVerdict.Allow("nothing that the workload calls has an open incident"),
        [var first, ..] when Confinement.ToTheNewRevision(context.Bundle) is not null => GateVerdict.Allow($"incident {first} is open, and the trouble here is the new revision's own"),
        [var first, ..] => GateVerdict.Wait("OriginOpen", $"the trouble likely comes from incident {first}, which is open"),
    };
}
