using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The team's own "do not roll back", on the workload or on the pod template of the revision, e.g. after a database migration.</summary>
public sealed class AnnotationGate : IGate
{
    public string Name => "DoNotRollBack";

    public GateVerdict Evaluate(GateContext context)
    {
        var workload = context.Bundle.Workload;
        if (workload.Annotations.TryGetValue(ApiGroup.DoNotRollBackAnnotation, out var value) && value != "false")
        {
            return GateVerdict.Deny("DoNotRollBack", $"the workload carries {ApiGroup.DoNotRollBackAnnotation}={value}");
        }

        return workload.Current.DoNotRollBack
            ? GateVerdict.Deny("DoNotRollBack", $"the pod template of revision {workload.Current.Revision} carries {ApiGroup.DoNotRollBackAnnotation}")
            : GateVerdict.Allow("no annotation forbids it");
    }
}
