using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class EvidenceGateTests
{
    private static readonly GateTable Table = new(new EvidenceGate())
    {
        { "series and a change agree", c => Kinds(c, EvidenceKind.Series, EvidenceKind.Change) },
        { "a change and container states agree", c => Kinds(c, EvidenceKind.Change, EvidenceKind.ContainerState) },
        { "there is one kind only", c => Kinds(c, EvidenceKind.Series), Verdict.Deny, "OneKindOfEvidence" },
        { "there are many findings of one kind", c => Kinds(c, EvidenceKind.Series, EvidenceKind.Series, EvidenceKind.Series), Verdict.Deny, "OneKindOfEvidence" },
        { "nothing speaks for the cause", c => Kinds(c), Verdict.Deny, "OneKindOfEvidence" },
        { "no cause was accepted", c => c with { Diagnosis = c.Diagnosis with { Accepted = null } }, Verdict.Deny, "OneKindOfEvidence" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static GateContext Kinds(GateContext context, params EvidenceKind[] kinds) =>
        context.Accepting(h => h with { For = [.. kinds.Select((kind, k) => new Argument(new Finding($"f{k}", kind, "test", null, 0.9, "says so", null), 0.9))] });
}
