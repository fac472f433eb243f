using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class OriginGateTests
{
    private static readonly DependencyFact Orders = new("deployment/orders", "orders", null, true, SampleWorkload.At(-10), null, "r1", null);
    private static readonly IReadOnlyList<string> Cart = ["cart-1a2b3c4d of Deployment cart"];

    private static readonly GateTable Table = new(new OriginGate())
    {
        { "nothing that it calls is ill", c => c },
        { "the trouble is the new revision's alone, whatever else is ill", c => c with { Origins = Cart } },
        { "new pods do not become ready, and old ones started since what it calls fell ill", c => NotReady(c, -3600) with { Origins = Cart } },
        { "new pods do not become ready, and old ones started before what it calls fell ill", c => NotReady(c, -60) with { Origins = Cart }, Verdict.Wait, "OriginOpen" },
        { "what it calls has an open incident", c => Everywhere(c) with { Origins = Cart }, Verdict.Wait, "OriginOpen" },
        { "what it calls has an open incident, and it is full", c => SampleGates.OpenForScale() with { Origins = Cart }, Verdict.Wait, "OriginOpen" },
        { "it cannot be told whether what it calls is ill", c => c with { Origins = null }, Verdict.Deny, "OriginUnknown" },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static readonly GateTable Undoing = new(new OriginGate(), () => SampleGates.Open() with { Step = new ProposedStep(RemediationAction.Rollback, SampleWorkload.NewRevision, IsUndo: true) })
    {
        { "nothing that it calls is ill", c => RolledBack(c, Orders) },
        { "an incident is open of what fell ill before the rollback, and is well", c => RolledBack(c, Orders) with { Origins = Cart } },
        { "what both call is ill", c => RolledBack(c, Both with { Trouble = "errors: 90% errors" }), Verdict.Deny, "DependencyIll" },
        { "what both call is ill, and nobody knows since when", c => RolledBack(c, Both with { Trouble = "it is scaled to 0", TroubleSince = null }), Verdict.Deny, "DependencyIll" },
        { "what both call is about to be ill", c => RolledBack(c, Both with { Doubt = "errors: 90% errors for 5s", DoubtSince = SampleWorkload.At(-5) }), Verdict.Deny, "DependencyIll" },
        { "what both call is ill since long before", c => RolledBack(c, Both with { Trouble = "errors: 9% errors", TroubleSince = SampleBundle.Onset.AddMinutes(-61) }) },
        { "what both call is ill since long before, and in another way since then", c => RolledBack(c, Both with { Trouble = "latency: p95 2s", TroubleSince = SampleBundle.Onset.AddMinutes(-61), Doubt = "errors: 90% errors", DoubtSince = SampleWorkload.At(-5) }), Verdict.Deny, "DependencyIll" },
        { "what both call may be ill since long before", c => RolledBack(c, Both with { Doubt = "it has an open incident", DoubtSince = SampleBundle.Onset.AddMinutes(-61) }) },
        { "what both call is ill since an hour before", c => RolledBack(c, Both with { Trouble = "errors: 9% errors", TroubleSince = SampleBundle.Onset.AddMinutes(-60) }), Verdict.Deny, "DependencyIll" },
        { "what only the target calls is away", c => RolledBack(c, Orders with { Trouble = "it is scaled to 0", CalledBy = [SampleWorkload.Old] }) },
        { "what only others call is ill", c => RolledBack(c, Orders with { Trouble = "it is scaled to 0", CalledBy = [SampleWorkload.Old, "another"] }) },
        { "the one that was left calls what is ill, and the target does not", c => RolledBack(c, Orders with { Trouble = "it is scaled to 0", CalledBy = [SampleWorkload.New] }) },
        { "calls to what is ill fail, and it is not known whose", c => RolledBack(c, Orders with { Trouble = "errors: 90% errors", CallsFail = true }), Verdict.Deny, "DependencyIll" },
        { "the second of what it calls is ill", c => RolledBack(c, Both, Orders with { Name = "prices", Trouble = "none of its pods is ready", CalledBy = [SampleWorkload.Old, SampleWorkload.New] }), Verdict.Deny, "DependencyIll" },
        { "what it calls is ill, and what was left is no longer kept", c => RolledBack(c, Both with { Trouble = "errors: 90% errors" }).To(null), Verdict.Deny, "DependencyIll" },
    };

    public static TheoryData<string> SituationsOfUndo => Undoing.Situations;

    /// <summary>The new revision was rolled back, that made things worse, and it is about to be returned to.</summary>
    [Theory]
    [MemberData(nameof(SituationsOfUndo))]
    public void SaysSoBeforeAnUndoWhen(string situation) => Undoing.Check(situation);

    [Fact]
    public void WhatIsIllIsNamed()
    {
        var context = RolledBack(SampleGates.Open(), Both with { Trouble = "errors: 90% errors" }) with { Step = new ProposedStep(RemediationAction.Rollback, SampleWorkload.NewRevision, IsUndo: true) };
        Assert.Equal("deployment/orders, which both revisions call, is ill itself: errors: 90% errors", new OriginGate().Evaluate(context).Message);
    }

    private static DependencyFact Both => Orders with { CalledBy = [SampleWorkload.New, SampleWorkload.Old] };

    /// <summary>The old pods started half an hour ago.</summary>
    private static GateContext NotReady(GateContext context, double ill) => context.Bundle(bundle => bundle with
    {
        Workload = SampleWorkload.Rolling() with { Pods = [.. SampleWorkload.Rolling().Pods.Select(pod => pod.Revision == SampleWorkload.New ? pod with { Ready = false } : pod with { CreatedAt = SampleWorkload.At(-1800) })] },
        Signals = [SampleBundle.Sign(PodSigns.RolloutNotProgressing)],
        Dependencies = [Both with { Trouble = "none of its pods is ready", TroubleSince = SampleWorkload.At(ill) }],
    });

    private static GateContext RolledBack(GateContext context, params DependencyFact[] calls) => context.Bundle(bundle => bundle with { Workload = SampleWorkload.RolledBack(), Dependencies = calls });

    private static GateContext Everywhere(GateContext context) => context.Bundle(bundle => bundle with { Signals = [SampleBundle.Fires("errors", null)] });
}
