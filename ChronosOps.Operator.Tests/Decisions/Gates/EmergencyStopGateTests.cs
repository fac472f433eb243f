using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class EmergencyStopGateTests
{
    private static readonly GateTable Table = new(new EmergencyStopGate())
    {
        { "the stop is off", c => c },
        { "the stop is on", c => c with { EmergencyStop = true }, Verdict.Wait, "EmergencyStop" },
        { "the stop cannot be read", c => c with { EmergencyStop = null }, Verdict.Wait, "EmergencyStopUnknown" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);
}
