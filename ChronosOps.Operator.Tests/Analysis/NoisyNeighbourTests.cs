using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A proven release of three pods, the first two on node a, the third on node b. On node a another pod began to use three of four cores, and the two are slow.</summary>
public sealed class NoisyNeighbourTests
{
    private static readonly NodeCpu Taken = new("a", 4, 0.6, 3.2, 0.4, new PodCpu("batch-1", 2.9), null);
    private static readonly NodeCpu Calm = new("b", 4, 0.3, 0.5, 0.5, null, null);

    [Fact]
    public void PodsThatAreSlowWhereOthersUseTheProcessorsUpAreNeitherIllNorIsTheirNode()
    {
        var bundle = Bundle(Taken, Calm);
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal((Cause.NoisyNeighbour, "other pods on node a"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal([EvidenceKind.Series, EvidenceKind.Saturation], diagnosis.Accepted!.Kinds.Order());
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "node a: its pods use 3.8 of 4 cores, others 3.2 (2.9 pod batch-1), 0.4 before the trouble");
        Assert.Equal("NoRungHelps", Ladder.Next(SampleGates.OpenForScale().Policy, bundle, diagnosis, []).Reason);
    }

    [Fact]
    public void OnePodOfANodeThatOthersHaveFilledIsNotIllByItself() => Assert.Equal(Cause.NoisyNeighbour, Analysers.Diagnose(OnePod() with { Cpu = Cpu(Taken) }).Accepted?.Cause);

    [Fact]
    public void WhereAllPodsStandOnOneNodeTheLoadThatDidNotRiseSpeaksForIt()
    {
        var bundle = OneNode() with { Load = new LoadFact(30, 31) };
        Assert.Equal(Cause.NoisyNeighbour, Analysers.Diagnose(bundle).Accepted?.Cause);
        Assert.NotEqual(Cause.NoisyNeighbour, Analysers.Diagnose(bundle with { Load = new LoadFact(30, 90) }).Accepted?.Cause);
    }

    private static readonly Dictionary<string, (Func<EvidenceBundle> Bundle, Cause? Expected)> Others = new()
    {
        ["its own limit holds it up"] = (() => Bundle(Taken with { Throttled = 0.4 }), null),
        ["others used as much before"] = (() => Bundle(Taken with { OthersBefore = 3.1 }), Cause.NodeFault),
        ["it is not known what others used before"] = (() => Bundle(Taken with { OthersBefore = null }), Cause.NodeFault),
        ["the node has processors to spare"] = (() => Bundle(Taken with { Cores = 8 }), Cause.NodeFault),
        ["it uses most itself"] = (() => Bundle(Taken with { Own = 2.4, Others = 1.5 }), Cause.NodeFault),
        ["the node that is full is another one"] = (() => Bundle(Taken with { Node = "b" }), Cause.NodeFault),
        ["nothing is known"] = (() => Bundle(), Cause.NodeFault),
        ["another pod of the node is well"] = (() => Bundle(Taken) with { PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0)] }, Cause.PodFault),
        ["only the new revision is slow"] = (() => SampleBundle.BadRelease() with { Cpu = Cpu(Taken) }, Cause.BadRelease),
        ["the release has not proved itself"] = (() => OneNode() with { KnownGood = [] }, null),
    };

    public static TheoryData<string> Situations => [.. Others.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public void NeighboursAreNotBlamedWhere(string situation)
    {
        var (bundle, expected) = Others[situation];
        var cause = Analysers.Diagnose(bundle()).Accepted?.Cause;
        Assert.NotEqual(Cause.NoisyNeighbour, cause);
        Assert.True(expected is null || cause == expected, $"{cause} instead of {expected}");
    }

    [Fact]
    public void WhatIsMissingIsSaidAndCountsForNothing()
    {
        var diagnosis = Analysers.Diagnose(Bundle() with { Cpu = new CpuFacts { Missing = "container_cpu_usage_seconds_total tells nothing of the pods on a" } });
        Assert.Contains(diagnosis.Findings, finding => finding is { Strength: 0, Message: "whether other pods use the processors up cannot be told: container_cpu_usage_seconds_total tells nothing of the pods on a" });
        Assert.Equal(Analysers.Diagnose(Bundle()).Accepted?.Confidence, diagnosis.Accepted?.Confidence);
    }

    [Fact]
    public void CoresAreCountedByNodeAndOnlyPodsOfTheOwnNamespaceAreNamed()
    {
        var workload = NodeTests.Nodes(SampleWorkload.Settled(), "a", "a", "b");
        var view = new NodeView([Node("a"), Node("b")], [.. workload.Pods.Select(pod => Pod("shop", pod.Name, pod.Node!, pod.Uid)), Pod("shop", "batch-1", "a"), Pod("other", "miner-1", "a"), Pod("other", "done-1", "a", phase: "Succeeded"), Pod("shop", "far-1", "c")]);
        Dictionary<(string, string), double> now = new()
        {
            [("shop", workload.Pods[0].Name)] = 0.25,
            [("shop", workload.Pods[1].Name)] = 0.5,
            [("shop", "batch-1")] = 1,
            [("other", "miner-1")] = 2,
            [("other", "done-1")] = 4,
            [("shop", "far-1")] = 4,
        };
        Dictionary<(string, string), double> before = new() { [("shop", workload.Pods[0].Name)] = 0.5, [("other", "miner-1")] = 0.125 };
        Dictionary<(string, string), double> throttled = new() { [("shop", workload.Pods[0].Name)] = 0.1, [("shop", workload.Pods[1].Name)] = 0.2, [("shop", "batch-1")] = 0.9 };
        var facts = CpuCollector.Of(workload, view, now, before, throttled);
        Assert.Equal([new NodeCpu("a", 4, 0.75, 3, 0.125, new PodCpu("batch-1", 1), 0.2)], facts.Nodes);
        Assert.Equal("container_cpu_usage_seconds_total tells nothing of the pods on b", facts.Missing);
        Assert.Null(Assert.Single(CpuCollector.Of(workload, view, now, new Dictionary<(string, string), double>(), throttled).Nodes).OthersBefore);
    }

    private static EvidenceBundle Bundle(params NodeCpu[] nodes) => NodeTests.Bundle() with { Cpu = Cpu(nodes) };

    private static EvidenceBundle OnePod() => NodeTests.Bundle() with
    {
        Workload = NodeTests.Nodes(SampleWorkload.Settled(), "b", "a", "b"),
        PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0)],
    };

    private static EvidenceBundle OneNode() => NodeTests.Bundle() with
    {
        Workload = NodeTests.Nodes(SampleWorkload.Settled(), "a", "a", "a"),
        PodMeasures = [SampleBundle.Pod(1, 0.4), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0.4)],
        Cpu = Cpu(Taken),
    };

    private static CpuFacts Cpu(params NodeCpu[] nodes) => new() { Nodes = nodes };

    private static V1Node Node(string name) => new() { Metadata = new() { Name = name }, Status = new() { Allocatable = new() { ["cpu"] = "4" } } };

    private static V1Pod Pod(string space, string name, string node, string? uid = null, string phase = "Running") =>
        new() { Metadata = new() { Name = name, NamespaceProperty = space, Uid = uid ?? name }, Spec = new() { NodeName = node }, Status = new() { Phase = phase } };
}
