using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>Only a revision that has proved itself is returned to.</summary>
public sealed class KnownGoodGate : IGate
{
    public string Name => "KnownGoodRevision";

    public GateVerdict Evaluate(GateContext context)
    {
        if (context.Step.Target is not { } target)
        {
            return GateVerdict.Deny("NoKnownGoodRevision", "no kept revision is known to have served well");
        }

        var good = context.Bundle.KnownGood.FirstOrDefault(revision => revision.Revision == target.Hash);
        return good is null
            ? GateVerdict.Deny("NotKnownGood", $"revision {target.Hash} is not known to have served well")
            : GateVerdict.Allow($"revision {target.Hash} was proven at {good.ProvenAt:HH:mm:ss}Z and last seen good {Quantities.Format(context.Now - good.LastGoodAt)} ago");
    }
}
