using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>Pods that cannot be made, or that no node takes.</summary>
public sealed class RefusalTests
{
    private const string Exceeded = "pods \"web\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3";
    private const string Full = "0/3 nodes are available: 3 Insufficient cpu.";

    [Fact]
    public void AQuotaThatIsUsedUpIsTheCause()
    {
        var diagnosis = Diagnose(b => Stuck(b) with { Workload = b.Workload with { Pods = [.. b.Workload.PodsOf(SampleWorkload.Old)], PodsRefused = Exceeded } });
        Assert.Equal((Cause.Quota, "quota of namespace shop"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
    }

    [Fact]
    public void UnlessTheReleaseAsksForMore()
    {
        var diagnosis = Diagnose(b => Stuck(b) with
        {
            Workload = b.Workload with { Pods = [.. b.Workload.PodsOf(SampleWorkload.Old)], PodsRefused = Exceeded },
            TemplateChanges = ["containers[app].resources.requests.cpu from 100m to 4"],
        });
        Assert.NotEqual(Cause.Quota, diagnosis.Accepted?.Cause);
        Assert.Contains(Of(diagnosis, Cause.Quota).Against, argument => argument.Finding.Message.EndsWith("containers[app].resources.requests.cpu from 100m to 4", StringComparison.Ordinal));
    }

    [Fact]
    public void AReleaseThatRunsAndGrewBeyondTheNodesIsNotToBlame()
    {
        var diagnosis = Diagnose(b => Stuck(b) with { Workload = Grown(), OnsetAt = SampleWorkload.At(-60) });
        Assert.Equal((Cause.NoRoom, "the nodes"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Contains(diagnosis.Findings, finding => finding.Message == $"no node takes 1 of 4 pods: {Full}");
    }

    [Fact]
    public void AReleaseOfWhichNoPodWasEverPlacedIs()
    {
        var rolling = SampleWorkload.Rolling();
        var diagnosis = Diagnose(b => Stuck(b) with
        {
            Workload = rolling with { Pods = [Waiting("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New), .. rolling.PodsOf(SampleWorkload.Old)] },
            TemplateChanges = ["containers[app].resources.requests.cpu from 100m to 64"],
        });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
        Assert.InRange(Of(diagnosis, Cause.NoRoom).Confidence, 0, 0.4);
    }

    /// <summary>Somebody has cordoned the nodes, or they are full: they would not take the one before either.</summary>
    [Theory]
    [InlineData("containers[app].image from checkout:1 to checkout:2", Cause.NoRoom)]
    [InlineData("nodeSelector.disk from nothing to ssd", Cause.BadRelease)]
    [InlineData(null, Cause.BadRelease)]
    public void AReleaseThatAsksForNothingElseOfItsNodeIsNotToBlameThatNoneTakesIt(string? change, Cause expected)
    {
        var rolling = SampleWorkload.Rolling();
        var diagnosis = Diagnose(b => Stuck(b) with
        {
            Workload = rolling with { Pods = [Waiting("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New), .. rolling.PodsOf(SampleWorkload.Old)] },
            TemplateChanges = change is null ? null : [change],
        });
        Assert.Equal(expected, diagnosis.Accepted?.Cause);
    }

    /// <summary>A surge pod that finds no node explains no errors.</summary>
    [Fact]
    public void APodThatWaitsWhileRequestsFailIsNotTheCause()
    {
        var rolling = SampleWorkload.Rolling();
        var diagnosis = Diagnose(b => b with { Workload = rolling with { Pods = [.. rolling.Pods, Waiting("checkout-7c9b4d8f6-nnnn2", SampleWorkload.New)] } });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
        Assert.DoesNotContain(diagnosis.Hypotheses, hypothesis => hypothesis.Cause == Cause.NoRoom);
    }

    [Fact]
    public void NoReplicasAreWhatSomebodyAskedFor()
    {
        var diagnosis = Diagnose(b => b with { Workload = SampleWorkload.Settled() with { Replicas = 0, Pods = [] }, Signals = [], Measures = [] });
        Assert.Equal((Cause.ScaledToZero, "checkout"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
    }

    private static WorkloadSnapshot Grown() => SampleWorkload.Settled() with
    {
        Replicas = 4,
        TotalReplicas = 4,
        UpdatedReplicas = 4,
        Pods = [.. SampleWorkload.Settled().Pods, Waiting("checkout-5f8d6c7b9-oooo4", SampleWorkload.Old)],
    };

    private static PodSnapshot Waiting(string name, string revision) => SampleWorkload.Pod(name, revision, SampleWorkload.At(-60), ready: false) with { Unschedulable = Full, Containers = [] };

    private static EvidenceBundle Stuck(EvidenceBundle bundle) => bundle with
    {
        Measures = [],
        Signals = [SampleBundle.Reading(PodSigns.RolloutNotProgressing, SignalState.Firing) with { IsKubernetesSign = true }],
    };

    private static Diagnosis Diagnose(Func<EvidenceBundle, EvidenceBundle> change) => Analysers.Diagnose(change(SampleBundle.BadRelease()));

    private static Hypothesis Of(Diagnosis diagnosis, Cause cause) => diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == cause);
}
