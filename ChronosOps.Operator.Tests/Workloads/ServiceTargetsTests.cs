using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

/// <summary>Services beside checkout, whose pods have app=checkout and tier=front, and a port with the name web.</summary>
public sealed class ServiceTargetsTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "checkout", ["tier"] = "front" };

    public static TheoryData<string, string, string, ServiceReach> Selectors => new()
    {
        { "app=checkout", "", "", ServiceReach.Here },
        { "app=checkout,tier=front", "8080", "", ServiceReach.Here },
        { "app=checkout", "web", "", ServiceReach.Here },
        { "app=checkout", "http", "", ServiceReach.Nowhere },
        { "app=checkout", "http,web", "", ServiceReach.Here },
        { "app=checkuot", "", "", ServiceReach.Nowhere },
        { "app=checkout,tier=back", "", "", ServiceReach.Nowhere },
        { "app=cart", "", "app=cart", ServiceReach.Elsewhere },
        { "app=checkout", "http", "app=checkout,color=green", ServiceReach.Elsewhere },
    };

    [Theory]
    [MemberData(nameof(Selectors))]
    public void WhereAServiceLeads(string selector, string ports, string others, ServiceReach reach) =>
        Assert.Equal(reach, ServiceTargets.Look(Service(selector, ports), Workload(), Pods(), () => others.Length == 0 ? [] : [Parse(others)]).Reach);

    [Fact]
    public void ItIsSaidWhyItLeadsNowhere()
    {
        Assert.Equal("its selector app=cart selects no pod, the workload's have app=checkout,tier=front", ServiceTargets.Look(Service("app=cart"), Workload(), Pods(), () => []).Problem);
        Assert.Equal("it leads to port http, and the containers have only web", ServiceTargets.Look(Service("app=checkout", "http"), Workload(), Pods(), () => []).Problem);
    }

    /// <summary>The present template is that of checkout; the other has other labels or ports.</summary>
    [Theory]
    [InlineData("app=checkout", "web", "app=checkout", "web", null)]
    [InlineData("app=checkout", "8080", "app=checkout", "", null)]
    [InlineData("app=checkout,tier=front", "", "app=checkout", "web", "it selects app=checkout,tier=front, and pods of that revision would have app=checkout")]
    [InlineData("app=checkout,tier=front", "", "app=checkout,tier=back", "web", "it selects app=checkout,tier=front, and pods of that revision would have app=checkout,tier=back")]
    [InlineData("app=checkout,tier=back", "", "app=checkout,tier=back", "web", null)]
    [InlineData("app=checkout,role=active", "", "app=checkout", "web", null)]
    [InlineData("app=checkout", "web", "app=checkout", "http", "it leads to port web, which no container of that revision names")]
    [InlineData("app=checkout", "web,8080", "app=checkout", "http", "it leads to port web, which no container of that revision names")]
    [InlineData("app=checkout", "http,8080", "app=checkout", "http", null)]
    [InlineData("app=checkout", "metrics,web", "app=checkout", "web", null)]
    public void WhatAnotherTemplateWouldLose(string selector, string ports, string labels, string portNames, string? why)
    {
        var other = Workload().Current with { Labels = Parse(labels), Ports = portNames.Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet() };
        Assert.Equal(why, ServiceTargets.Miss(Service(selector, ports), Workload().Current, other));
    }

    /// <summary>Pods of the revision before still serve, or those of the next one are about to.</summary>
    [Fact]
    public void PodsThatAreThereCountAsTheTemplateDoes()
    {
        var moved = Workload() with { Current = Workload().Current with { Labels = Parse("app=checkout,tier=back") } };
        Assert.Equal(ServiceReach.Here, ServiceTargets.Look(Service("tier=front"), moved, Pods(), () => []).Reach);
        Assert.Equal(ServiceReach.Here, ServiceTargets.Look(Service("tier=back"), moved, Pods(), () => []).Reach);
        Assert.Equal(ServiceReach.Nowhere, ServiceTargets.Look(Service("tier=front"), moved, [], () => []).Reach);
    }

    [Fact]
    public void OnlyAReadyPodIsServed()
    {
        Assert.True(ServiceTargets.Serves(Service("app=checkout"), Workload(), Pods()));
        var starting = Workload() with { Pods = [.. Workload().Pods.Select(pod => pod with { Ready = false })] };
        Assert.False(ServiceTargets.Serves(Service("app=checkout"), starting, Pods()));
        Assert.False(ServiceTargets.Serves(Service("app=checkout", "http"), Workload(), Pods()));
    }

    /// <summary>A release does not take away what a leader, or a StatefulSet's controller, puts on a pod; a hand-over does, and must not have a release rolled back.</summary>
    [Fact]
    public void AServiceThatGoesByALabelOfThePodAloneIsNotTakenForOneThatAReleaseMovesAwayFrom()
    {
        var pods = Pods();
        pods[0].Metadata.Labels!["role"] = "active";
        Assert.True(ServiceTargets.Serves(Service("app=checkout,role=active"), Workload(), pods));
        Assert.False(ServiceTargets.ServesByTemplate(Service("app=checkout,role=active"), Workload(), pods));
        Assert.True(ServiceTargets.ServesByTemplate(Service("app=checkout"), Workload(), pods));
        Assert.False(ServiceTargets.ServesByTemplate(Service("app=checkout"), Workload() with { Revisions = [] }, pods));
    }

    [Fact]
    public void ASelectorOfAnyLengthTakesLittleRoomInAPolicysStatusAndIsStillToldFromAnother()
    {
        var labels = Enumerable.Range(10, 20).Select(k => $"example.com/label-{k}={new string('v', 60)}").ToList();
        var one = ServiceTargets.Of(Service(string.Join(",", labels)));
        var other = ServiceTargets.Of(Service(string.Join(",", labels.SkipLast(1).Append("example.com/label-29=w"))));
        Assert.Equal((ServiceTargets.Longest, ServiceTargets.Longest), (one.Length, other.Length));
        Assert.StartsWith("example.com/label-10=vvv", one, StringComparison.Ordinal);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void WhatHasNoSelectorOrIsAMereNameIsLeftAlone()
    {
        Assert.True(ServiceTargets.HasSelector(Service("app=checkout")));
        Assert.False(ServiceTargets.HasSelector(new V1Service()));
        Assert.False(ServiceTargets.HasSelector(new V1Service { Spec = new() { Selector = [] } }));
        var external = Service("app=checkout");
        external.Spec.Type = "ExternalName";
        Assert.False(ServiceTargets.HasSelector(external));
    }

    [Fact]
    public void WhatItSelectsIsOneText() => Assert.Equal("app=checkout,tier=front to port http, web", ServiceTargets.Of(Service("tier=front,app=checkout", "web,8080,http")));

    [Fact]
    public void LabelsAndPortsOfATemplateAreKept()
    {
        var facts = TemplateFacts.Read(SampleTemplate.Parse("""{ "metadata": { "labels": { "app": "a", "pod-template-hash": "1" } }, "spec": { "containers": [ { "ports": [ { "name": "web", "containerPort": 1 }, { "containerPort": 2 } ] } ] } }"""));
        Assert.Equal([KeyValuePair.Create("app", "a")], facts.Labels);
        Assert.Equal(["web"], facts.Ports);
    }

    private static WorkloadSnapshot Workload()
    {
        var facts = SampleWorkload.OldFacts with { Labels = Labels, Ports = new HashSet<string> { "web" } };
        return SampleWorkload.Settled() with { Current = facts, Revisions = [SampleWorkload.OldRevision with { Facts = facts }] };
    }

    private static List<V1Pod> Pods() => [.. Workload().Pods.Select(pod => new V1Pod { Metadata = new() { Name = pod.Name, Uid = pod.Uid, Labels = new(Labels) } })];

    private static V1Service Service(string selector, string ports = "") => new()
    {
        Metadata = new() { Name = "checkout", NamespaceProperty = "shop" },
        Spec = new()
        {
            Selector = Parse(selector),
            Ports = [.. ports.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(port => new V1ServicePort { Port = 80, TargetPort = int.TryParse(port, out var number) ? number : port })],
        },
    };

    private static Dictionary<string, string> Parse(string labels) => labels.Split(',').Select(label => label.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
}
