using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

/// <summary>A node of two cores and 4 GiB, and pods of half a core and 512 MiB.</summary>
public sealed class NodeRoomTests
{
    private static readonly PodNeeds Needs = new(0.5, 512 << 20, 0, 0, null);

    [Fact]
    public void AnEmptyNodeTakesAsManyAsFit() => Assert.Equal(4, Room([Node("a")], []));

    [Fact]
    public void WhatRunsThereIsTaken() => Assert.Equal(2, Room([Node("a")], [Pod("a", "500m", "1Gi"), Pod("a", "0.4", "1Gi"), Pod("b", "2", "1Gi"), Pod("a", "2", "4Gi", phase: "Succeeded")]));

    [Fact]
    public void MemoryCountsAsWell() => Assert.Equal(1, Room([Node("a")], [Pod("a", "10m", "3500Mi")]));

    [Fact]
    public void SoDoesTheNumberOfPods() => Assert.Equal(1, Room([Node("a", pods: "2")], [Pod("a", "1m", "1Mi")]));

    [Fact]
    public void OfSeveralNodesEachCountsForItself() => Assert.Equal(5, Room([Node("a"), Node("b")], [Pod("b", "1.2", "1Gi")]));

    [Fact]
    public void NoMoreIsCountedThanMatters() => Assert.Equal(3, Room([Node("a"), Node("b")], [], most: 3));

    [Fact]
    public void ANodeThatIsNotReadyOrClosedOrPressedHasNoRoom() => Assert.Equal(0, Room([Node("a", ready: "Unknown"), Node("b", closed: true), Node("c", pressed: true)], []));

    [Fact]
    public void ATaintedNodeCountsOnlyWhereAPodOfTheWorkloadRuns()
    {
        Assert.Equal(0, Room([Node("a", taint: "NoSchedule")], []));
        Assert.Equal(4, Room([Node("a", taint: "PreferNoSchedule")], []));
        Assert.Equal(3, Room([Node("a", taint: "NoExecute")], [Pod("a", "500m", "512Mi", uid: "own")]));
    }

    /// <summary>The pods may tolerate a taint, and tolerate the want of memory where they ask for any.</summary>
    [Fact]
    public void WhatIsEvictedMayComeBackToANodeThatIsOnlyTaintedOrUnderPressure()
    {
        Assert.All(new[] { Node("a"), Node("a", taint: "NoSchedule"), Node("a", taint: "NoExecute"), Node("a", pressed: true) }, node => Assert.True(Seen(node).TakesPods));
        Assert.All(new[] { Node("a", closed: true), Node("a", ready: "Unknown"), Node("a", ready: "False") }, node => Assert.False(Seen(node).TakesPods));
    }

    [Fact]
    public void NoneIsSentToAnotherThatIsTaintedOrUnderPressure() =>
        Assert.Equal(1, Seen(Node("a"), Node("b", taint: "NoSchedule"), Node("c", pressed: true), Node("d")).OtherNodes);

    [Fact]
    public void WhereTheTemplateNamesNodesOnlyThoseOfItsPodsCount() => Assert.Equal(3, Room([Node("a"), Node("b")], [Pod("b", "500m", "512Mi", uid: "own")], ownOnly: true));

    [Fact]
    public void WhoWaitsForANodeComesFirst() => Assert.Equal(3, Room([Node("a")], [Pod("", "1m", "1Mi")]));

    [Fact]
    public void SidecarsCountBesideTheContainersAndAPodAsAWholeWhereItSays()
    {
        var pod = Pod("a", "100m", "1Mi");
        pod.Spec.InitContainers = [new() { Name = "proxy", RestartPolicy = "Always", Resources = new() { Requests = new() { ["cpu"] = "200m" } } }, new() { Name = "init", Resources = new() { Requests = new() { ["cpu"] = "50m" } } }];
        Assert.Equal(0.3, PodNeeds.Of(pod).Cpu, 6);
        var whole = Pod("a", "100m", "1Mi");
        whole.Spec.Resources = new() { Requests = new() { ["cpu"] = "2" } };
        Assert.Equal(2, PodNeeds.Of(whole).Cpu, 6);
    }

    [Fact]
    public void ALargeInitContainerAndTheRuntimesShareCount()
    {
        var pod = Pod("a", "100m", "1Mi");
        pod.Spec.InitContainers = [new() { Name = "init", Resources = new() { Requests = new() { ["cpu"] = "900m" } } }];
        pod.Spec.Overhead = new() { ["cpu"] = "100m" };
        Assert.Equal(1, PodNeeds.Of(pod).Cpu, 6);
        Assert.Null(CacheTransforms.Slim(pod).Spec.Containers[0].Resources);
        Assert.Equal(1, PodNeeds.Of(pod).Cpu, 6);
    }

    [Fact]
    public void AnotherResourceIsNamed()
    {
        var pod = Pod("a", "100m", "1Mi");
        pod.Spec.Containers[0].Resources!.Limits = new() { ["example.com/gpu"] = "1" };
        Assert.Equal("example.com/gpu", PodNeeds.Of(pod).Other);
    }

    [Theory]
    [InlineData("""{ "spec": { "nodeSelector": { "disk": "ssd" } } }""", true, null)]
    [InlineData("""{ "spec": { "affinity": { "nodeAffinity": {} } } }""", true, null)]
    [InlineData("""{ "spec": { "affinity": { "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [ {} ] } } } }""", false, null)]
    [InlineData("""{ "spec": { "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [ {} ] } } } }""", false, "a required affinity to pods")]
    [InlineData("""{ "spec": { "topologySpreadConstraints": [ { "whenUnsatisfiable": "DoNotSchedule" } ] } }""", false, "a strict topologySpreadConstraint")]
    [InlineData("""{ "spec": { "containers": [ { "name": "a", "ports": [ { "hostPort": 80 } ] } ] } }""", false, "a hostPort")]
    [InlineData("""{ "spec": { "volumes": [ { "name": "data", "persistentVolumeClaim": { "claimName": "data" } } ] } }""", false, "a volume that may belong to one node")]
    public void WhatATemplateSaysOfPlacesIsSeen(string template, bool choosesNodes, string? keepsApart)
    {
        var facts = TemplateFacts.Read(SampleTemplate.Parse(template));
        Assert.Equal((choosesNodes, keepsApart), (facts.ChoosesNodes, facts.KeepsApart));
    }

    private static int Room(IReadOnlyList<V1Node> nodes, IReadOnlyList<V1Pod> pods, bool ownOnly = false, int most = 100) =>
        NodeRoom.For(nodes, pods, new HashSet<string> { "own" }, ownOnly, Needs, most);

    private static NodeFact Seen(V1Node node, params V1Node[] others) => NodeCollector.Of(node, new NodeView([node, .. others], []), SampleWorkload.Settled(), null);

    private static V1Node Node(string name, string pods = "110", string ready = "True", bool closed = false, bool pressed = false, string? taint = null) => new()
    {
        Metadata = new() { Name = name },
        Spec = new() { Unschedulable = closed ? true : null, Taints = taint is null ? null : [new V1Taint { Key = "team", Effect = taint }] },
        Status = new() { Allocatable = new() { ["cpu"] = "2", ["memory"] = "4Gi", ["pods"] = pods }, Conditions = [new V1NodeCondition { Type = "Ready", Status = ready }, new V1NodeCondition { Type = "MemoryPressure", Status = pressed ? "True" : "False" }] },
    };

    private static V1Pod Pod(string node, string cpu, string memory, string uid = "other", string phase = "Running") => new()
    {
        Metadata = new() { Name = $"pod-{cpu}", Uid = uid },
        Spec = new() { NodeName = node, Containers = [new V1Container { Name = "app", Resources = new() { Requests = new() { ["cpu"] = cpu, ["memory"] = memory } } }] },
        Status = new() { Phase = phase },
    };
}
