using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The diagnosis must be as certain as the policy asks.</summary>
public sealed class ConfidenceGate : IGate
{
    internal const string Label = "Confidence";

    public string Name => Label;

    public GateVerdict Evaluate(GateContext context)
    {
        var minimum = context.Policy.MinimumConfidence;
        if (context.Diagnosis.Accepted is not { } accepted)
        {
            return GateVerdict.Deny("NoDiagnosis", "no cause was accepted");
        }

        var text = $"confidence {Quantities.Format(accepted.Confidence)} in {accepted.Cause}, {Quantities.Format(minimum)} is needed";
        return accepted.Confidence >= minimum ? GateVerdict.Allow(text) : GateVerdict.Deny("ConfidenceTooLow", text);
    }
}
