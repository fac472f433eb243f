using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class ModeGateTests
{
    private static readonly GateTable Table = new(new ModeGate())
    {
        { "the mode is Autonomous", c => c },
        { "the mode is DryRun", c => c.Policy(p => p with { Mode = PolicyMode.DryRun }) },
        { "the mode is Observe", c => c.Policy(p => p with { Mode = PolicyMode.Observe }), Verdict.Deny, "ModeObserve" },
        { "the mode is one that this version does not know", c => c.Policy(p => p with { Mode = (PolicyMode)99 }), Verdict.Deny, "ModeObserve" },
        { "a policy that is not valid comes first for the workload", c => c.Policy(p => p with { StandsInFor = "first" }), Verdict.Deny, "PolicyInvalid" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
