using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class OneActionGateTests
{
    private static readonly GateTable Table = new(new OneActionGate())
    {
        { "no other action is under way", c => c },
        { "another incident acts on the workload", c => c with { ActionsUnderWay = ["checkout-2"] }, Verdict.Wait, "ActionUnderWay" },
        { "other incidents cannot be read", c => c with { ActionsUnderWay = null }, Verdict.Deny, "ActionsUnknown" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
