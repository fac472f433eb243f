using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>A revision that was rolled back and applied again, with or without other stamps, is somebody's will: no tug of war.</summary>
public sealed class QuarantineGate : IGate
{
    public string Name => "Quarantine";

    public GateVerdict Evaluate(GateContext context)
    {
        if (context.Rollbacks is not { } rollbacks)
        {
            return GateVerdict.Deny("HistoryUnknown", "earlier incidents of the workload could not be read");
        }

        var workload = context.Bundle.Workload;
        var revision = workload.Current.Revision;
        return rollbacks.LastOrDefault(rollback => !rollback.IsUndo && rollback.IsOf(revision, workload)) is { } before
            ? GateVerdict.Deny("RevisionReapplied", $"{PastRollback.Name(revision, before.From)} was rolled back in incident {before.Incident} and has been applied again; standing down")
            : GateVerdict.Allow("the revision was not rolled back before");
    }
}
