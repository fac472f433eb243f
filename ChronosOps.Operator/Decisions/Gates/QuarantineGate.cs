namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>A revision that was rolled back and applied again is somebody's will: no tug of war.</summary>
public sealed class QuarantineGate : IGate
{
    public string Name => "Quarantine";

    public GateVerdict Evaluate(GateContext context)
    {
        if (context.RolledBackFrom is null)
        {
            return GateVerdict.Deny("HistoryUnknown", "earlier incidents of the workload could not be read");
        }

        var revision = context.Bundle.Workload.Current.Revision;
        return context.RolledBackFrom.TryGetValue(revision, out var incident)
            ? GateVerdict.Deny("RevisionReapplied", $"revision {revision} was rolled back in incident {incident} and has been applied again; standing down")
            : GateVerdict.Allow("the revision was not rolled back before");
    }
}
