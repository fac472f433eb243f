using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class RateGateTests
{
    private static readonly GateTable Table = new(new RateGate())
    {
        { "nothing was done yet", c => c },
        { "two of three actions were taken", c => Taken(c, -10, -3000) },
        { "three of three actions were taken", c => Taken(c, -10, -20, -3599), Verdict.Deny, "TooManyActions" },
        { "the first of three was taken an hour ago", c => Taken(c, -10, -20, -3600) },
        { "the policy allows none", c => c.Policy(p => p with { MaxActionsPerHour = 0 }), Verdict.Deny, "TooManyActions" },
        { "earlier actions cannot be read", c => c with { RecentActions = null }, Verdict.Deny, "ActionsUnknown" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static GateContext Taken(GateContext context, params double[] seconds) => context with { RecentActions = [.. seconds.Select(SampleWorkload.At)] };
}
