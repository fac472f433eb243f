using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A proven release of three pods: the first two on node a, the third on node b.</summary>
public sealed class NodeTests
{
    private static readonly NodeFact Well = new("a", null, null, TakesPods: true, OtherNodes: 1, RoomElsewhere: 4);
    private static readonly NodeFact Pressed = Well with { Trouble = "MemoryPressure", Since = SampleBundle.Onset.AddSeconds(-30) };

    [Fact]
    public void SeveralIllPodsOnOneNodeWhileThoseElsewhereAreWellAreTheNodes()
    {
        var diagnosis = Analysers.Diagnose(Bundle());
        Assert.Equal((Cause.NodeFault, "node a"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal([EvidenceKind.Series, EvidenceKind.Change], diagnosis.Accepted!.Kinds.Order());
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "errors by node: 2 pods of node a show it, none of the 1 on other nodes does");
    }

    [Fact]
    public void WhatTheNodeSaysOfItselfIsAFurtherKindOfEvidence()
    {
        var diagnosis = Analysers.Diagnose(Bundle() with { Nodes = [Pressed] });
        Assert.Contains(EvidenceKind.Saturation, diagnosis.Accepted!.Kinds);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "node a says MemoryPressure since 11:59:10Z");
    }

    [Fact]
    public void OneIllPodOnANodeThatIsWellIsThePods()
    {
        Assert.Equal(Cause.PodFault, Analysers.Diagnose(OnePod() with { Nodes = [Well] }).Accepted?.Cause);
        Assert.Equal(Cause.PodFault, Analysers.Diagnose(OnePod()).Accepted?.Cause);
    }

    [Fact]
    public void OneIllPodOnANodeThatIsIllIsTheNodes() => Assert.Equal(Cause.NodeFault, Analysers.Diagnose(OnePod() with { Nodes = [Pressed] }).Accepted?.Cause);

    [Fact]
    public void ANodeThatFellIllLaterIsNotToBlame() =>
        Assert.Equal(Cause.PodFault, Analysers.Diagnose(OnePod() with { Nodes = [Pressed with { Since = SampleBundle.Onset.AddSeconds(90) }] }).Accepted?.Cause);

    private static readonly Dictionary<string, Func<EvidenceBundle, EvidenceBundle>> Others = new()
    {
        ["a pod of the node is well"] = b => b with { PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0.4)] },
        ["an ill one stands elsewhere"] = b => b with { Workload = Nodes(b.Workload, "a", "b", "b"), PodMeasures = [SampleBundle.Pod(1, 0.4), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0)] },
        ["of one it cannot be told"] = b => b with { PodMeasures = [SampleBundle.Pod(1, 0.4), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0, 20)] },
        ["nobody knows where the others stand"] = b => b with { Workload = Nodes(b.Workload, "a", "a", null) },
        ["all stand on one node"] = b => b with { Workload = Nodes(b.Workload, "a", "a", "a") },
        ["the release has not proved itself"] = b => b with { KnownGood = [] },
        ["all ill ones began a moment before"] = b => b with { Workload = b.Workload with { Pods = [.. b.Workload.Pods.Select((pod, k) => k < 2 ? pod with { CreatedAt = SampleWorkload.At(-50) } : pod)] } },
        ["all are ill"] = b => b with { PodMeasures = [SampleBundle.Pod(1, 0.4), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0.4)] },
    };

    public static TheoryData<string> Situations => [.. Others.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public void TheNodeIsNotBlamedWhere(string situation) => Assert.NotEqual(Cause.NodeFault, Analysers.Diagnose(Others[situation](Bundle())).Accepted?.Cause);

    /// <summary>A node is lost: its pods are taken for not ready, and no release is rolled back for it, though an earlier one is known to be good.</summary>
    [Fact]
    public void PodsThatWereReadyUntilTheirNodeWasLostAreNotTheReleases()
    {
        var workload = Fallen(SampleWorkload.RolledOut());
        var sign = PodSigns.Judge(workload, TimeSpan.FromSeconds(15), SampleWorkload.Now).Single(one => one.Signal == PodSigns.RolloutNotProgressing);
        Assert.Equal((SignalState.Firing, SampleBundle.Onset), (sign.State, sign.Since));
        var bundle = Bundle() with { Workload = workload, Signals = [sign], PodMeasures = [], Measures = [], Nodes = [Well with { Trouble = "NotReady", Since = SampleBundle.Onset, TakesPods = false }] };
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal((Cause.NodeFault, "node a"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal("NoRungHelps", Ladder.Next(SamplePolicy.Effective(), bundle, diagnosis, []).Reason);
        Assert.Equal([EvidenceKind.ContainerState], diagnosis.Accepted!.Kinds);
    }

    /// <summary>A minute after its rollout the first two pods of a bad release crash, which happen to share a node that says nothing.</summary>
    [Fact]
    public void AReleaseThatHasNotProvedItselfIsNotAcquittedBecauseTheFirstOfItsPodsToFallShareANode()
    {
        var diagnosis = Analysers.Diagnose(Crashing());
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.DoesNotContain(diagnosis.Hypotheses, hypothesis => hypothesis.Cause == Cause.NodeFault);
    }

    /// <summary>The release itself may be what fills the node.</summary>
    [Fact]
    public void ANodeUnderPressureDoesNotSpeakForAReleaseThatHasNotProvedItself()
    {
        var diagnosis = Analysers.Diagnose(Crashing() with { Nodes = [Pressed] });
        Assert.Contains(diagnosis.Hypotheses, hypothesis => hypothesis.Cause == Cause.NodeFault);
        Assert.All(diagnosis.Hypotheses.Where(hypothesis => hypothesis.Cause == Cause.BadRelease), hypothesis => Assert.Empty(hypothesis.Against));
    }

    [Fact]
    public void PodsOfAProvenReleaseThatFallOnOneNodeAreTheNodesThoughItSaysNothing()
    {
        var bundle = Bundle() with { Workload = Fallen(SampleWorkload.Settled()), Signals = [SampleBundle.Sign(PodSigns.CrashLoop)], PodMeasures = [], Measures = [], Nodes = [Well] };
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal((Cause.NodeFault, "node a"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.NotEqual(Cause.NodeFault, Analysers.Diagnose(bundle with { KnownGood = [] }).Accepted?.Cause);
    }

    /// <summary>As on a cluster of one node: there is nothing to compare with, and nowhere to go.</summary>
    [Fact]
    public void WhereEveryPodStandsOnAnIllNodeThatIsSaid()
    {
        var bundle = Bundle() with { Workload = Nodes(Bundle().Workload, "a", "a", "a"), PodMeasures = [SampleBundle.Pod(1, 0.4), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0.4)], Nodes = [Pressed] };
        Assert.Equal((Cause.NodeFault, "node a"), (Analysers.Diagnose(bundle).Accepted?.Cause, Analysers.Diagnose(bundle).Accepted?.Subject));
    }

    internal static EvidenceBundle Bundle() => SampleBundle.PodFault() with
    {
        Workload = Nodes(SampleWorkload.Settled(), "a", "a", "b"),
        PodMeasures = [SampleBundle.Pod(1, 0.3), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0)],
    };

    private static EvidenceBundle OnePod() => Bundle() with
    {
        Workload = Nodes(SampleWorkload.Settled(), "b", "a", "b"),
        PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0)],
    };

    private static EvidenceBundle Crashing() => SampleBundle.BadRelease() with { Workload = Fallen(SampleWorkload.RolledOut()), Signals = [SampleBundle.Sign(PodSigns.CrashLoop)], Measures = [], Nodes = [Well] };

    /// <summary>The pods of node a are ready no longer.</summary>
    private static WorkloadSnapshot Fallen(WorkloadSnapshot workload)
    {
        var placed = Nodes(workload with { AvailableReplicas = 1 }, "a", "a", "b");
        return placed with { Pods = [.. placed.Pods.Select(pod => pod.Node == "a" ? pod with { Ready = false, ReadyChangedAt = SampleBundle.Onset } : pod)] };
    }

    internal static WorkloadSnapshot Nodes(WorkloadSnapshot workload, params string?[] nodes) =>
        workload with { Pods = [.. workload.Pods.Zip(nodes, (pod, node) => pod with { Node = node })] };
}
