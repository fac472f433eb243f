using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class QuarantineGateTests
{
    private const string Image = "registry.example/checkout:2";
    private static readonly TemplateFacts Stamped = SampleWorkload.Stamped(Image);

    private static readonly GateTable Table = new(new QuarantineGate())
    {
        { "nothing was rolled back before", c => c },
        { "another revision was rolled back before", c => RolledBack(c, SampleWorkload.Old) },
        { "this revision was rolled back before", c => RolledBack(c, SampleWorkload.New), Verdict.Deny, "RevisionReapplied" },
        { "the same release was rolled back before, without the stamp that it has now", c => RolledBack(c.Workload(_ => SampleWorkload.Released(Stamped)), SampleWorkload.New), Verdict.Deny, "RevisionReapplied" },
        { "another release was rolled back before, without a stamp", c => RolledBack(c.Workload(_ => SampleWorkload.Released(SampleWorkload.Stamped("registry.example/checkout:3"))), SampleWorkload.New) },
        { "what the stamp says changes what runs", c => RolledBack(c.Workload(_ => SampleWorkload.Released(SampleWorkload.Stamped(Image, "sidecar.istio.io/inject"))), SampleWorkload.New) },
        { "the rollback led from one stamp to another", c => RolledBack(c.Workload(_ => SampleWorkload.Released(Stamped)), SampleWorkload.New, Stamped.Revision) },
        { "what was rolled back before is no longer kept", c => RolledBack(c.Workload(_ => SampleWorkload.Released(Stamped) with { Revisions = [SampleWorkload.OldRevision] }), SampleWorkload.New) },
        { "a return to it was undone", c => c with { Rollbacks = [new PastRollback(SampleWorkload.New, SampleWorkload.Old, "checkout-1", SampleWorkload.At(-3600), IsUndo: true)] } },
        { "earlier incidents cannot be read", c => c with { Rollbacks = null }, Verdict.Deny, "HistoryUnknown" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    [Fact]
    public void ARevisionThatWasNotItselfRolledBackIsToldWithTheOneThatWas() =>
        Assert.Equal(
            $"revision {Stamped.Revision}, which is {SampleWorkload.New} but for annotations, was rolled back in incident checkout-1 and has been applied again; standing down",
            new QuarantineGate().Evaluate(RolledBack(SampleGates.Open().Workload(_ => SampleWorkload.Released(Stamped)), SampleWorkload.New)).Message);

    private static GateContext RolledBack(GateContext context, string revision, string? to = null) =>
        context with { Rollbacks = [new PastRollback(revision, to ?? SampleWorkload.Old, "checkout-1", SampleWorkload.At(-3600))] };
}
