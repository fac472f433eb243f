using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

/// <summary>Snapshots of StatefulSets and DaemonSets: their revisions are ControllerRevisions, and their pods tell theirs by a label.</summary>
public sealed class ControllerRevisionTests
{
    private static string Old => SampleWorkload.Old;

    private static string New => SampleWorkload.New;

    [Fact]
    public void AControllerRevisionHoldsTheTemplateAsTheWorkloadHasIt()
    {
        var kept = ControllerRevisions.Template(Revision("web-1", 1, "registry.example/checkout:1", -900))!;
        Assert.False(kept.ContainsKey("$patch"));
        Assert.Equal(Old, TemplateFacts.Read(kept).Revision);
    }

    [Theory]
    [InlineData("web-a", "web-b")]
    [InlineData("a", "b")]
    public void PodsTellTheirRevisionByTheWholeNameOrByItsEnd(string old, string fresh)
    {
        var set = Set([Revision("web-a", 1, "registry.example/checkout:1", -900), Revision("web-b", 2, "registry.example/checkout:2", -30)],
            [Pod("web-0", old, -800), Pod("web-1", fresh, -20), Pod("web-2", "web-gone", -800), Pod("web-3", null, -800)]);
        Assert.Equal([Old, New, null, null], set.Pods.Select(pod => pod.Revision));
        Assert.Equal((New, 2L, SampleWorkload.At(-30)), (set.Current.Revision, set.RevisionNumber!.Value, set.RolloutStartedAt));
        Assert.Equal([New, Old], set.Revisions.Select(revision => revision.Hash));
    }

    /// <summary>An undo gives the old ControllerRevision the next number: its age tells nothing of the rollout.</summary>
    [Fact]
    public void ARevisionThatWasReturnedToBeganWithTheOldestOfItsPods()
    {
        var set = Set([Revision("web-a", 3, "registry.example/checkout:2", -900), Revision("web-b", 2, "registry.example/checkout:1", -60)], [Pod("web-0", "web-b", -50), Pod("web-1", "web-a", -10)]);
        Assert.Equal((New, SampleWorkload.At(-10), null), (set.CurrentRevision!.Hash, set.RolloutStartedAt, set.RollingSince));
    }

    [Theory]
    [InlineData("RollingUpdate", 0, 3)]
    [InlineData("RollingUpdate", 2, 1)]
    [InlineData("RollingUpdate", 9, 0)]
    [InlineData("OnDelete", 0, 0)]
    public void ARolloutIsMeantToReachSoManyPods(string strategy, int partition, int expected)
    {
        var set = Set([Revision("web-b", 1, "registry.example/checkout:2", -30)], [], strategy, partition);
        Assert.Equal(expected, set.ReplicasToUpdate);
        Assert.Equal(TimeSpan.FromSeconds(30), set.MinReady);
    }

    /// <summary>A canary held at its partition, or a template that waits to be taken up pod by pod, is no rollout that does not progress.</summary>
    [Theory]
    [InlineData("RollingUpdate", 3, SignalState.Healthy)]
    [InlineData("OnDelete", 0, SignalState.Healthy)]
    [InlineData("RollingUpdate", 0, SignalState.Firing)]
    public void PodsThatNobodyIsMeantToReplaceAreNotMissed(string strategy, int partition, SignalState expected)
    {
        var set = Set([Revision("web-a", 1, "registry.example/checkout:1", -900), Revision("web-b", 2, "registry.example/checkout:2", -300)],
            [Pod("web-0", "web-a", -800), Pod("web-1", "web-a", -800), Pod("web-2", "web-a", -800)], strategy, partition);
        Assert.Equal(expected, PodSigns.Judge(set, TimeSpan.FromSeconds(60), SampleWorkload.Now).Single(sign => sign.Signal == PodSigns.RolloutNotProgressing).State);
    }

    [Fact]
    public void OfOneNameEachMeasurementBelongsToThePodThatBoreItThen()
    {
        var set = Set([Revision("web-a", 1, "registry.example/checkout:1", -900), Revision("web-b", 2, "registry.example/checkout:2", -30)], [Pod("web-0", "web-b", -20)]) with
        {
            GonePods = [new PodLife("web-0", "gone", Old, SampleWorkload.At(-900))],
        };
        var lives = new PodLives(set).Of("web-0");
        Assert.Equal([(Old, SampleWorkload.At(-20)), (New, (DateTimeOffset?)null)], lives.Select(life => (life.Revision, life.Until)));
        Assert.All(lives, life => Assert.Null(life.CountsFrom));
        Assert.Equal([true, false, false, true], new[] { (0, -21), (0, -20), (1, -21), (1, -20) }.Select(at => lives[at.Item1].Covers(SampleWorkload.At(at.Item2))));
        Assert.Empty(new PodLives(set).Of("web-1"));
        Assert.Empty(new PodLives(set).Of("web-b-abcde"));
    }

    /// <summary>A pod whose revision is not known yet has taken the name all the same.</summary>
    [Fact]
    public void APodOfUnknownRevisionEndsTheOneBeforeIt()
    {
        var set = Set([Revision("web-a", 1, "registry.example/checkout:1", -900)], [Pod("web-0", "web-unknown", -20)]) with { GonePods = [new PodLife("web-0", "gone", Old, SampleWorkload.At(-900))] };
        Assert.Equal([(Old, SampleWorkload.At(-20))], new PodLives(set).Of("web-0").Select(life => (life.Revision, life.Until!.Value)));
    }

    /// <summary>Right after a name was handed on the last values of the pod before are still read under it, and they are not the new pod's.</summary>
    [Fact]
    public void WhatThePodBeforeHadCountedIsNotTheNewPods()
    {
        var set = Set([Revision("web-a", 1, "registry.example/checkout:1", -900), Revision("web-b", 2, "registry.example/checkout:2", -30)], [Pod("web-0", "web-b", -22)]) with
        {
            GonePods = [new PodLife("web-0", "gone", Old, SampleWorkload.At(-900))],
        };
        var grid = Enumerable.Range(-8, 9).Select(k => SampleWorkload.At(k * 5)).ToList();
        double[] requests = [1000, 1010, 1020, 1030, 1030, 5, 15, 25, 35];
        var series = new Series(new Dictionary<string, string> { ["namespace"] = "shop", ["pod"] = "web-0" }, [.. grid.Zip(requests, (time, value) => new Point(time, value))]);
        var traffic = new TrafficBuilder(new TrafficSeries(grid, [series], [], null)).Of(set);
        Assert.Equal((30, 35), (traffic.Of(Old).Sum(step => step.Requests), traffic.Of(New).Sum(step => step.Requests)));
    }

    [Fact]
    public void ARestartBeginsWithItsOwnControllerRevision()
    {
        var restarted = Revision("web-c", 3, "registry.example/checkout:2", -40);
        restarted.Data!["spec"]!["template"]!["metadata"]!["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "2024-01-01T00:00:00Z" };
        var set = Set([Revision("web-b", 2, "registry.example/checkout:2", -9000), restarted], []);
        Assert.Equal(SampleWorkload.At(-40), set.RollingSince);
        Assert.Equal(["web-c", "web-b"], set.CurrentRevision!.Holders);
    }

    [Fact]
    public void PodsThatWereSeenAreRememberedForAnHour()
    {
        var time = new FakeTime();
        var memory = new PodMemory(time);
        var set = Set([Revision("web-a", 1, "registry.example/checkout:1", -900)], [Pod("web-0", "web-a", -800)]);
        Assert.Empty(memory.Remember(set).GonePods);
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(["web-0"], memory.Remember(set with { Pods = [] }).GonePods.Select(life => life.Pod));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(memory.Remember(set with { Pods = [] }).GonePods);
    }

    [Fact]
    public void APodWhoseRevisionIsUnknownIsNotRemembered()
    {
        var memory = new PodMemory(new FakeTime());
        var set = Set([], [Pod("web-0", "web-a", -800)]);
        memory.Remember(set);
        Assert.Empty(memory.Remember(set with { Pods = [] }).GonePods);
    }

    [Fact]
    public void ADaemonSetCountsNodes()
    {
        var snapshot = DaemonSetSnapshots.Of(
            new V1DaemonSet
            {
                Metadata = Meta("web", -900),
                Spec = new() { Template = SampleTemplate.Of("registry.example/checkout:1"), MinReadySeconds = 90 },
                Status = new() { DesiredNumberScheduled = 3, CurrentNumberScheduled = 3, UpdatedNumberScheduled = 3, NumberAvailable = 2 },
            },
            [Revision("web-a", 1, "registry.example/checkout:1", -900)], [Pod("web-x", "a", -800, ready: true)]);
        Assert.Equal((WorkloadKind.DaemonSet, 3, 3, 2, 3, false), (snapshot.Key.Kind, snapshot.Replicas, snapshot.UpdatedReplicas, snapshot.AvailableReplicas, snapshot.TotalReplicas, snapshot.RolloutComplete));
        Assert.Null(snapshot.RollingSince);
        Assert.Equal(TimeSpan.FromSeconds(90), snapshot.MinReady);
        Assert.Equal("daemonset/web", snapshot.Key.Reference);
    }

    private static WorkloadSnapshot Set(IEnumerable<V1ControllerRevision> revisions, IEnumerable<V1Pod> pods, string strategy = "RollingUpdate", int partition = 0)
    {
        var set = new V1StatefulSet
        {
            Metadata = Meta("web", -900),
            Spec = new()
            {
                Replicas = 3,
                MinReadySeconds = 30,
                Template = SampleTemplate.Of("registry.example/checkout:2"),
                UpdateStrategy = new() { Type = strategy, RollingUpdate = new() { Partition = partition } },
            },
            Status = new() { ObservedGeneration = 1, Replicas = 3, ReadyReplicas = 3, CurrentRevision = "web-a", UpdateRevision = "web-b" },
        };
        return StatefulSetSnapshots.Of(set, revisions, pods);
    }

    private static V1ControllerRevision Revision(string name, long number, string image, double created)
    {
        var template = SampleTemplate.Of(image);
        template["metadata"]!["creationTimestamp"] = null;
        template["$patch"] = "replace";
        return new() { Metadata = Meta(name, created), Revision = number, Data = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } } };
    }

    private static V1Pod Pod(string name, string? hash, double created, bool ready = false) => new()
    {
        Metadata = Meta(name, created, hash),
        Status = new() { Conditions = [new() { Type = "Ready", Status = ready ? "True" : "False" }] },
    };

    private static V1ObjectMeta Meta(string name, double created, string? hash = null) => new()
    {
        Name = name,
        NamespaceProperty = "shop",
        Uid = $"uid-{name}",
        Generation = 1,
        CreationTimestamp = SampleWorkload.At(created),
        Labels = hash is null ? null : new() { [ControllerRevisions.HashLabel] = hash },
    };
}
