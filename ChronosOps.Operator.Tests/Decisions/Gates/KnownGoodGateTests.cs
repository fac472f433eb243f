using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class KnownGoodGateTests
{
    private static readonly GateTable Table = new(new KnownGoodGate())
    {
        { "the target has proved itself", c => c },
        { "no revision to return to is known", c => c.To(null), Verdict.Deny, "NoKnownGoodRevision" },
        { "the target has not proved itself", c => c.Bundle(b => b with { KnownGood = [] }), Verdict.Deny, "NotKnownGood" },
        { "only another revision has proved itself", c => c.To(SampleWorkload.NewRevision), Verdict.Deny, "NotKnownGood" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
