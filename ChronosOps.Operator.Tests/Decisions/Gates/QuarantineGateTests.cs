using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class QuarantineGateTests
{
    private static readonly GateTable Table = new(new QuarantineGate())
    {
        { "nothing was rolled back before", c => c },
        { "another revision was rolled back before", c => RolledBack(c, SampleWorkload.Old) },
        { "this revision was rolled back before", c => RolledBack(c, SampleWorkload.New), Verdict.Deny, "RevisionReapplied" },
        { "earlier incidents cannot be read", c => c with { RolledBackFrom = null }, Verdict.Deny, "HistoryUnknown" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static GateContext RolledBack(GateContext context, string revision) =>
        context with { RolledBackFrom = new Dictionary<string, string> { [revision] = "checkout-1" } };
}
