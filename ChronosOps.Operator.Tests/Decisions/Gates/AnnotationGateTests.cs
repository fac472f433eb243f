using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class AnnotationGateTests
{
    private static readonly GateTable Table = new(new AnnotationGate())
    {
        { "nothing is annotated", c => c },
        { "the workload says true", c => Workload(c, "true"), Verdict.Deny, "DoNotRollBack" },
        { "the workload says something that is not false", c => Workload(c, "please"), Verdict.Deny, "DoNotRollBack" },
        { "the workload says false", c => Workload(c, "false") },
        { "the template of the suspect says true", c => c.Workload(w => w with { Current = w.Current with { DoNotRollBack = true } }), Verdict.Deny, "DoNotRollBack" },
        { "only the template of the target says true", c => c.To(SampleWorkload.OldRevision with { Facts = SampleWorkload.OldFacts with { DoNotRollBack = true } }) },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static GateContext Workload(GateContext context, string value) =>
        context.Workload(w => w with { Annotations = new Dictionary<string, string> { [ApiGroup.DoNotRollBackAnnotation] = value } });
}
