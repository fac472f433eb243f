using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class DryRunGateTests
{
    private static readonly GateTable Table = new(new DryRunGate())
    {
        { "the mode is Autonomous", c => c },
        { "the mode is DryRun", c => c.Policy(p => p with { Mode = PolicyMode.DryRun }), Verdict.Deny, "DryRun" },
        { "the incident is a dry run", c => c with { IsDryRun = true }, Verdict.Deny, "DryRun" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
