using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class StormGateTests
{
    private static readonly StormState Storm = new(IsOn: true, "12 of 20 watched workloads fell ill");

    private static readonly GateTable Table = new(new StormGate())
    {
        { "there is no storm", c => c },
        { "many workloads fell ill at once", c => c with { Storm = Storm }, Verdict.Wait, "Storm" },
        { "it cannot be told how many are ill", c => c with { Storm = null }, Verdict.Deny, "StormUnknown" },
        { "the action was begun before the storm", c => c with { Storm = Storm, IsUnderWay = true } },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
