using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release that was applied half a minute ago, of which no pod was made: the three pods of the one before began to fail by themselves.</summary>
public sealed class StagedReleaseTests
{
    [Fact]
    public void AReleaseThatIsHeldBackByAPausedDeploymentIsNotToBlame()
    {
        var bundle = Staged(w => w with { Paused = true, Revisions = [SampleWorkload.OldRevision] });
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Null(diagnosis.Accepted);
        Assert.Equal("the workload is paused, and no pod of the release was made: all 3 pods run another one", Release(diagnosis).Rejection);
        Assert.Equal("CauseUnknown", Ladder.Next(SamplePolicy.Effective(), bundle, diagnosis, []).Reason);
    }

    [Fact]
    public void NorIsOneThatAPartitionKeepsFromEveryPod()
    {
        var diagnosis = Analysers.Diagnose(Staged(w => w with { Partition = 3 }));
        Assert.Null(diagnosis.Accepted);
        Assert.Equal("no pod of the release was made: all 3 pods run another one", Release(diagnosis).Rejection);
    }

    private static readonly Dictionary<string, Func<EvidenceBundle, EvidenceBundle>> Begun = new()
    {
        ["a pod of it is there"] = b => b with { Workload = b.Workload with { Pods = [.. b.Workload.Pods, SampleWorkload.Pod("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New, SampleWorkload.RolloutStart)] } },
        ["a pod of it is on its way out"] = b => b with { Workload = b.Workload with { Pods = [.. b.Workload.Pods, SampleWorkload.Pod("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New, SampleWorkload.RolloutStart) with { Deleting = true }] } },
        ["it has served"] = b => b with { Measures = [SampleBundle.Measure(SampleWorkload.New, 0.4, 60)] },
        ["its pods are refused"] = b => b with { Workload = b.Workload with { PodsRefused = "maximum memory usage per Container is 64Mi" } },
        ["its pods are refused, by an Event"] = b => b with { Events = [new EventFact(SampleWorkload.Now, "Warning", "FailedCreate", "StatefulSet/checkout", "maximum memory usage per Container is 64Mi", 3)] },
        ["a pod made way for it"] = b => b with { Workload = b.Workload with { Pods = [b.Workload.Pods[0], b.Workload.Pods[1]] } },
        ["a pod is making way for it"] = b => b with { Workload = b.Workload with { Pods = [b.Workload.Pods[0], b.Workload.Pods[1], b.Workload.Pods[2] with { Deleting = true }] } },
        ["of a pod nobody knows what it runs"] = b => b with { Workload = b.Workload with { Pods = [b.Workload.Pods[0], b.Workload.Pods[1], b.Workload.Pods[2] with { Revision = null }] } },
        ["all pods are gone"] = b => b with { Workload = b.Workload with { Paused = true, Pods = [] } },
    };

    public static TheoryData<string> Situations => [.. Begun.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public void AReleaseHasBegunWhere(string situation) =>
        Assert.Equal(Cause.BadRelease, Analysers.Diagnose(Begun[situation](Staged(w => w))).Accepted?.Cause);

    private static EvidenceBundle Staged(Func<WorkloadSnapshot, WorkloadSnapshot> change)
    {
        var bundle = SampleBundle.BadRelease();
        return bundle with
        {
            Workload = change(bundle.Workload with { RollingSince = null, UpdatedReplicas = 0, TotalReplicas = 3, Pods = [.. bundle.Workload.PodsOf(SampleWorkload.Old)] }),
            Measures = [],
        };
    }

    private static Hypothesis Release(Diagnosis diagnosis) => diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease);
}
