using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class OriginGateTests
{
    private static readonly IReadOnlyList<string> Cart = ["cart-1a2b3c4d of Deployment cart"];

    private static readonly GateTable Table = new(new OriginGate())
    {
        { "nothing that it calls is ill", c => c },
        { "the trouble is the new revision's alone, whatever else is ill", c => c with { Origins = Cart } },
        { "what it calls has an open incident", c => Everywhere(c) with { Origins = Cart }, Verdict.Wait, "OriginOpen" },
        { "what it calls has an open incident, and it is full", c => SampleGates.OpenForScale() with { Origins = Cart }, Verdict.Wait, "OriginOpen" },
        { "it cannot be told whether what it calls is ill", c => c with { Origins = null }, Verdict.Deny, "OriginUnknown" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static GateContext Everywhere(GateContext context) => context.Bundle(bundle => bundle with { Signals = [SampleBundle.Fires("errors", null)] });
}
