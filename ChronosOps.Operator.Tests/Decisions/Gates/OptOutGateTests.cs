using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class OptOutGateTests
{
    private const string Roll = ApiGroup.DoNotRollBackAnnotation;

    private static readonly GateTable Table = new(new OptOutGate())
    {
        { "nothing is annotated", c => c },
        { "the workload says true", c => Says(c, Roll, "true"), Verdict.Deny, "DoNotRollBack" },
        { "the workload says something that is not false", c => Says(c, Roll, "please"), Verdict.Deny, "DoNotRollBack" },
        { "the workload says false", c => Says(c, Roll, "false") },
        { "the template of the suspect says true", c => TemplateSays(c), Verdict.Deny, "DoNotRollBack" },
        { "only the template of the target says true", c => c.To(SampleWorkload.OldRevision with { Facts = SampleWorkload.OldFacts with { DoNotRollBack = true } }) },
        { "a rollback, and nothing at all is to be done", c => Says(c, ApiGroup.DoNotActAnnotation, "true"), Verdict.Deny, "DoNotAct" },
        { "a rollback, and anything may be done", c => Says(c, ApiGroup.DoNotActAnnotation, "false") },
        { "a rollback, and no restart is wanted", c => Says(c, ApiGroup.DoNotRestartAnnotation, "true") },
        { "a rollback, and no scaling is wanted", c => Says(c, ApiGroup.DoNotScaleAnnotation, "true") },
        { "a restart, and nothing at all is to be done", c => Says(Restart(c), ApiGroup.DoNotActAnnotation, "yes"), Verdict.Deny, "DoNotAct" },
        { "a restart, and no restart is wanted", c => Says(Restart(c), ApiGroup.DoNotRestartAnnotation, "true"), Verdict.Deny, "DoNotRestart" },
        { "a restart, and no rollback is wanted", c => TemplateSays(Says(Restart(c), Roll, "true")) },
        { "a restart of all pods, and no restart is wanted", c => Says(Restart(c, rolling: true), ApiGroup.DoNotRestartAnnotation, "true"), Verdict.Deny, "DoNotRestart" },
        { "a scaling, and nothing at all is to be done", c => Says(Scale(c), ApiGroup.DoNotActAnnotation, "true"), Verdict.Deny, "DoNotAct" },
        { "a scaling, and no scaling is wanted", c => Says(Scale(c), ApiGroup.DoNotScaleAnnotation, "true"), Verdict.Deny, "DoNotScale" },
        { "a scaling, and no rollback is wanted", c => TemplateSays(Says(Scale(c), Roll, "true")) },
        { "a rollback goes on, and nothing at all is to be done since", c => Says(GoOn(c), ApiGroup.DoNotActAnnotation, "true"), Verdict.Deny, "DoNotAct" },
        { "a rollback goes on, and no rollback is wanted since", c => Says(GoOn(c), Roll, "true"), Verdict.Deny, "DoNotRollBack" },
        { "a rollback goes on, to a revision that is not to be rolled back itself", c => TemplateSays(GoOn(c)) },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    /// <summary>Every step that is new asks; what takes our own doing back does not, and so can be had also where the workload has opted out since.</summary>
    [Fact]
    public void WhatIsNewAsksAndWhatTakesOurOwnDoingBackDoesNot()
    {
        Assert.All(new[] { GatePipeline.ForRollback, GatePipeline.ForRestart, GatePipeline.ForRollingRestart, GatePipeline.ForScale, GatePipeline.ForContinuation }, gates => Assert.Contains(gates, gate => gate is OptOutGate));
        Assert.All(new[] { GatePipeline.ForUndo, GatePipeline.ForReturn }, gates => Assert.DoesNotContain(gates, gate => gate is OptOutGate));
    }

    [Fact]
    public void ReplicasAreHandedBackAndAnUndoGoesOnWhateverTheWorkloadHasOptedOutOf()
    {
        var context = Says(SampleGates.Open(), ApiGroup.DoNotActAnnotation, "true");
        Assert.NotNull(Permit.Request("uid-1/2", context with { Step = new ProposedStep(RemediationAction.Scale, null, Continues: true, Replicas: 2) }).Permit);
        Assert.NotNull(Permit.Request("uid-1/2", context with { Step = new ProposedStep(RemediationAction.Scale, null, IsUndo: true, Continues: true, Replicas: 4) }).Permit);
        Assert.NotNull(Permit.Request("uid-1/2", context with { Step = new ProposedStep(RemediationAction.Rollback, null, IsUndo: true, Continues: true) }).Permit);
        Assert.NotNull(Permit.Request("uid-1/2", context with { Step = new ProposedStep(RemediationAction.Rollback, SampleWorkload.NewRevision, IsUndo: true) }).Permit);
        Assert.Null(Permit.Request("uid-1/2", context with { Step = new ProposedStep(RemediationAction.Rollback, null, Continues: true) }).Permit);
    }

    private static GateContext Restart(GateContext context, bool rolling = false) => context with { Step = new ProposedStep(RemediationAction.Restart, null, IsRolling: rolling) };

    private static GateContext Scale(GateContext context) => context with { Step = new ProposedStep(RemediationAction.Scale, null, Replicas: 4) };

    private static GateContext GoOn(GateContext context) => context with { Step = new ProposedStep(RemediationAction.Rollback, null, Continues: true) };

    private static GateContext Says(GateContext context, string annotation, string value) =>
        context.Workload(w => w with { Annotations = new Dictionary<string, string> { [annotation] = value } });

    private static GateContext TemplateSays(GateContext context) => context.Workload(w => w with { Current = w.Current with { DoNotRollBack = true } });
}
