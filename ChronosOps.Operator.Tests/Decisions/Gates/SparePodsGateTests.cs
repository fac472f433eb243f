using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions.Gates;

public sealed class SparePodsGateTests
{
    private static readonly GateTable Table = new(new SparePodsGate(), SampleGates.OpenForRestart)
    {
        { "all other pods are ready", c => c },
        { "the ill pod itself is not ready", c => c.Workload(w => w with { AvailableReplicas = 2, Pods = [w.Pods[0], w.Pods[1] with { Ready = false }, w.Pods[2]] }) },
        { "the workload is paused", c => c.Workload(w => w with { Paused = true }), Verdict.Deny, "Paused" },
        { "the workload has one pod", c => c.Workload(w => w with { Replicas = 1, Pods = [w.Pods[1]] }), Verdict.Deny, "OnlyPod" },
        { "another pod is not ready", c => c.Workload(w => Without(w, w.Pods[0] with { Ready = false })), Verdict.Wait, "PodsMissing" },
        { "another pod is on its way out", c => c.Workload(w => Without(w, w.Pods[0] with { Deleting = true })), Verdict.Wait, "PodsMissing" },
        { "another pod is gone", c => c.Workload(w => w with { Pods = [.. w.Pods.Skip(1)] }), Verdict.Wait, "PodsMissing" },
        { "the controller has not looked at the last change yet", c => c.Workload(w => w with { Generation = 9 }), Verdict.Wait, "RolloutUnderWay" },
        { "pods are being replaced", c => c.Workload(w => w with { TotalReplicas = 4 }), Verdict.Wait, "RolloutUnderWay" },
        { "the rollout is held at a partition", c => c.Workload(w => w with { UpdatedReplicas = 1, Partition = 2 }), Verdict.Deny, "RolloutHeld" },
        { "all pods are updated above the partition and below", c => c.Workload(w => w with { Partition = 2 }) },
        { "pods are yet to be replaced", c => c.Workload(w => w with { UpdatedReplicas = 1 }), Verdict.Wait, "RolloutUnderWay" },
        { "a failed pod of another revision lies about", c => c.Workload(w => w with { Pods = [.. w.Pods, SampleWorkload.Pod("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New, SampleWorkload.Now, ready: false)] }) },
    };

    public static TheoryData<string> Situations => Table.Situations;

    [Theory]
    [MemberData(nameof(Situations))]
    public void SaysSoWhen(string situation) => Table.Check(situation);

    private static WorkloadSnapshot Without(WorkloadSnapshot workload, PodSnapshot first) => workload with { Pods = [first, .. workload.Pods.Skip(1)] };
}
