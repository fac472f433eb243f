namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>Two independent kinds of evidence must agree.</summary>
public sealed class EvidenceGate : IGate
{
    private const int NeededKinds = 2;

    internal const string Label = "Evidence";

    public string Name => Label;

    public GateVerdict Evaluate(GateContext context)
    {
        var kinds = context.Diagnosis.Accepted?.Kinds ?? new HashSet<Analysis.EvidenceKind>();
        var names = kinds.Count == 0 ? "none" : string.Join(" and ", kinds.Order());
        return kinds.Count >= NeededKinds
            ? GateVerdict.Allow($"kinds of evidence: {names}")
            : GateVerdict.Deny("OneKindOfEvidence", $"two kinds of evidence are needed, there is {names}");
    }
}
