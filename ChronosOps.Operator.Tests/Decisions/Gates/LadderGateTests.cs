using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class LadderGateTests
{
    private static readonly GateTable Table = new(new LadderGate())
    {
        { "the policy names the action", c => c },
        { "the policy names it among others", c => c.Policy(p => p with { Ladder = [RemediationAction.Restart, RemediationAction.Rollback] }) },
        { "the policy names another", c => c.Policy(p => p with { Ladder = [RemediationAction.Restart] }), Verdict.Deny, "NotInLadder" },
        { "the policy names none", c => c.Policy(p => p with { Ladder = [] }), Verdict.Deny, "NotInLadder" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
