using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>Only what may be scaled, and only as far as the policy says.</summary>
public sealed class ScaleLimitGate : IGate
{
    public string Name => "ScaleLimit";

    public GateVerdict Evaluate(GateContext context)
    {
        var workload = context.Bundle.Workload;
        if (Rungs.WhyNever(RemediationAction.Scale, workload.Key.Kind) is { } never)
        {
            return GateVerdict.Deny(never.Reason, never.Message);
        }

        if (workload.Paused)
        {
            return GateVerdict.Deny("Paused", "the workload is paused: somebody is at work on it");
        }

        if (context.Policy.MaxReplicas is not { } most)
        {
            return GateVerdict.Deny("NoMaximum", $"policy {context.Policy.Name} names no maxReplicas");
        }

        return context.Step.Replicas is { } replicas && replicas > workload.Replicas && replicas <= most
            ? GateVerdict.Allow($"{replicas} replicas instead of {workload.Replicas}; policy {context.Policy.Name} allows {most}")
            : GateVerdict.Deny("AtMaximum", $"the workload has {workload.Replicas} replicas, and policy {context.Policy.Name} allows {most}");
    }
}
