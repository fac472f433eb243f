using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class HoldGateTests
{
    private static readonly GateTable Table = new(new HoldGate())
    {
        { "nothing is annotated", c => c },
        { "it says true", c => Held(c, "true"), Verdict.Wait, "Held" },
        { "it says false", c => Held(c, "false") },
        { "until a minute from now", c => Held(c, $"{c.Now.AddMinutes(1):O}"), Verdict.Wait, "Held" },
        { "until a minute ago", c => Held(c, $"{c.Now.AddMinutes(-1):O}") },
        { "a time without a zone is in UTC", c => Held(c, $"{c.Now.UtcDateTime.AddMinutes(1):yyyy-MM-dd'T'HH:mm:ss}"), Verdict.Wait, "Held" },
        { "it cannot be read", c => Held(c, "until Monday or so"), Verdict.Wait, "HoldUnreadable" },
        { "it is a time of day", c => Held(c, "14:30"), Verdict.Wait, "HoldUnreadable" },
        { "it is a day", c => Held(c, "1/2"), Verdict.Wait, "HoldUnreadable" },
        { "it is empty", c => Held(c, ""), Verdict.Wait, "HoldUnreadable" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    [Fact]
    public void GivesTheReasonAndWaitsForThePersonWithoutEnd()
    {
        var said = new HoldGate().Evaluate(Held(SampleGates.Open(), "true", "ada migrates the database"));
        Assert.Equal((true, "a person holds the workload (ada migrates the database); `chronosops release` ends it"), (said.IsWilled, said.Message));
    }

    private static GateContext Held(GateContext context, string value, string reason = "") =>
        context.Workload(w => w with { Annotations = new Dictionary<string, string> { [ApiGroup.HoldAnnotation] = value, [ApiGroup.HoldReasonAnnotation] = reason } });
}
