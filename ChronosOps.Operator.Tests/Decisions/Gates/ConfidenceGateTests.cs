using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class ConfidenceGateTests
{
    private static readonly GateTable Table = new(new ConfidenceGate())
    {
        { "the confidence is more than enough", c => c.Accepting(h => h with { Confidence = 0.95 }) },
        { "the confidence is just enough", c => c.Accepting(h => h with { Confidence = 0.8 }) },
        { "the confidence is just too low", c => c.Accepting(h => h with { Confidence = 0.7999 }), Verdict.Deny, "ConfidenceTooLow" },
        { "the confidence is not a number", c => c.Accepting(h => h with { Confidence = double.NaN }), Verdict.Deny, "ConfidenceTooLow" },
        { "no cause was accepted", c => c with { Diagnosis = c.Diagnosis with { Accepted = null } }, Verdict.Deny, "NoDiagnosis" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
