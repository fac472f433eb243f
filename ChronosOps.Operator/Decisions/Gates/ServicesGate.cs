using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>
/// Services that lead to the workload's pods now must lead to those of the target too: a rollback brings back labels and names of ports, and no Service. Where the target has all labels and named
/// ports of the present template none can miss it, whether Services can be read or not.
/// </summary>
public sealed class ServicesGate : IGate
{
    public string Name => "Services";

    public GateVerdict Evaluate(GateContext context)
    {
        if (context.Step.Target is not { } target)
        {
            return GateVerdict.Deny("NoTarget", "there is no revision whose labels and ports could be looked at");
        }

        var workload = context.Bundle.Workload;
        if (workload.Current.Labels.All(target.Facts.Labels.Contains) && workload.Current.Ports.All(target.Facts.Ports.Contains))
        {
            return GateVerdict.Allow("the target's pods have every label and named port that the present ones have");
        }

        if (workload.Services is not { } services || services.Any(service => service.Reach == ServiceReach.Unknown))
        {
            return GateVerdict.Deny("ServicesUnknown", "the target's pods have other labels or named ports, and the Services that lead to the present ones cannot be read");
        }

        var missing = services.FirstOrDefault(service => service.Reach == ServiceReach.Here && service.Misses.ContainsKey(target.Hash));
        return missing is not null
            ? GateVerdict.Deny("ServiceWouldMiss", $"Service {missing.Name} would not lead to the target's pods: {missing.Misses[target.Hash]}")
            : GateVerdict.Allow("what leads to the present pods would lead to the target's");
    }
}
