using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>A context in which every gate allows the rollback of checkout, and small changes to it.</summary>
internal static class SampleGates
{
    public static GateContext Open() => new()
    {
        Now = SampleWorkload.Now,
        Policy = SamplePolicy.Effective(),
        Bundle = SampleBundle.BadRelease(),
        Diagnosis = Analysers.Diagnose(SampleBundle.BadRelease()),
        Step = new ProposedStep(RemediationAction.Rollback, SampleWorkload.OldRevision),
        EmergencyStop = false,
        RecentActions = [],
        ActionsUnderWay = [],
        Storm = new StormState(IsOn: false, "no storm of incidents"),
        Origins = [],
        Rollbacks = [],
    };

    /// <summary>A context in which every gate allows the restart of a pod of checkout.</summary>
    public static GateContext OpenForRestart() => Open() with
    {
        Policy = SamplePolicy.Effective() with { Ladder = [RemediationAction.Rollback, RemediationAction.Restart] },
        Bundle = SampleBundle.PodFault(),
        Diagnosis = Analysers.Diagnose(SampleBundle.PodFault()),
        Step = new ProposedStep(RemediationAction.Restart, null, Pod: SampleWorkload.Settled().Pods[1]),
    };

    /// <summary>A context in which every gate allows the restart of all pods of checkout.</summary>
    public static GateContext OpenForRollingRestart() => OpenForRestart() with
    {
        Bundle = SampleBundle.Leak(),
        Diagnosis = Analysers.Diagnose(SampleBundle.Leak()),
        Step = new ProposedStep(RemediationAction.Restart, null, IsRolling: true),
    };

    /// <summary>A context in which every gate allows more replicas of checkout: three get four times the requests, which is full.</summary>
    public static GateContext OpenForScale() => Open() with
    {
        Policy = SamplePolicy.Effective() with { Ladder = [RemediationAction.Rollback, RemediationAction.Restart, RemediationAction.Scale], MaxReplicas = 10 },
        Bundle = SampleBundle.Overload(),
        Diagnosis = Analysers.Diagnose(SampleBundle.Overload()),
        Step = new ProposedStep(RemediationAction.Scale, null, Replicas: 7),
    };

    public static GateContext Policy(this GateContext context, Func<EffectivePolicy, EffectivePolicy> change) => context with { Policy = change(context.Policy) };

    public static GateContext Bundle(this GateContext context, Func<EvidenceBundle, EvidenceBundle> change) => context with { Bundle = change(context.Bundle) };

    public static GateContext Workload(this GateContext context, Func<WorkloadSnapshot, WorkloadSnapshot> change) =>
        context.Bundle(bundle => bundle with { Workload = change(bundle.Workload) });

    public static GateContext Accepting(this GateContext context, Func<Hypothesis, Hypothesis> change) =>
        context with { Diagnosis = context.Diagnosis with { Accepted = change(context.Diagnosis.Accepted!) } };

    public static GateContext To(this GateContext context, RevisionSnapshot? target) => context with { Step = context.Step with { Target = target } };
}
