using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The last of all: nothing but a dry run stands between the step and its effect, so that whatever else forbids it is named first.</summary>
public sealed class DryRunGate : IGate
{
    /// <summary>The reason of its denial.</summary>
    public const string Reason = "DryRun";

    public string Name => "DryRun";

    /// <summary>Whether an incident is a dry run, by its spec, or by its annotation, which can be set on one that is there.</summary>
    public static bool IsAskedFor(Incident incident) =>
        incident.Spec.DryRun == true || (incident.GetAnnotation(ApiGroup.DryRunAnnotation) is { } value && value != "false");

    public GateVerdict Evaluate(GateContext context) =>
        context.Policy.Mode == PolicyMode.DryRun ? GateVerdict.Deny(Reason, $"policy {context.Policy.Name} is in mode DryRun: everything is done but the effect")
        : context.IsDryRun ? GateVerdict.Deny(Reason, $"the incident is a dry run (spec.dryRun, or {ApiGroup.DryRunAnnotation}): everything is done but the effect")
        : GateVerdict.Allow("no dry run");
}
