namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>A workload that a GitOps controller owns is not patched behind its back: it would revert the patch.</summary>
public sealed class GitOpsGate : IGate
{
    public string Name => "GitOps";

    public GateVerdict Evaluate(GateContext context) => context.Bundle.Ownership switch
    {
        null => GateVerdict.Deny("OwnershipUnknown", "it could not be found out who manages the workload"),
        { IsGitOps: true } owner => GateVerdict.Deny("GitOpsOwned", $"{owner.Manager} manages the workload ({owner.Reference}); change it in its repository"),
        { Manager: { } manager } => GateVerdict.Allow($"{manager} does not revert changes"),
        _ => GateVerdict.Allow("no GitOps controller manages the workload"),
    };
}
