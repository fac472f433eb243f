using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>StatefulSets and DaemonSets, on their real controllers.</summary>
[Trait("Tier", "apiserver")]
public sealed class OtherKindsTests : IAsyncDisposable
{
    private readonly string _node = $"otest-{Guid.NewGuid():n}"[..18];
    private KubernetesClient? _nodesOf;

    /// <summary>Its controller waits for the broken pod, and would for ever: the mended template alone does not help.</summary>
    [Theory]
    [InlineData(nameof(PodStart.CrashLoop))]
    [InlineData(nameof(PodStart.ImagePullBackOff))]
    public async Task AnOrderedStatefulSetIsRolledBackAndThePodThatHoldsItUpEvicted(string start)
    {
        await using var world = await WorldAsync(Manifests.StatefulSet("web", Manifests.Image(1)));
        await using var running = await RunningAsync(world);
        await ReleaseAsync(world, Manifests.StatefulSet("web", Manifests.Image(2)), PodFate.Well with { Start = Enum.Parse<PodStart>(start) });

        var incident = await world.IncidentAsync(IncidentPhase.Resolved);

        var action = Assert.Single(incident.Status!.Actions);
        Assert.Equal(("BadRelease", "Rollback/Succeeded"), (incident.Status.Cause, incident.Status.LastAction));
        Assert.StartsWith("web-", action.TargetControllerRevision, StringComparison.Ordinal);
        Assert.Equal(["web-1"], action.PodsInTheWay.Select(pod => pod.Name));
        Assert.All(action.PodsInTheWay, pod => Assert.NotNull(pod.EvictedAt));
        Assert.Equal([("patch", "statefulsets", "web"), ("create", "pods", "web-1")], Writes(world));
        Assert.Equal([Manifests.Image(1)], await ImagesAsync(world));
    }

    [Theory]
    [InlineData("StatefulSet", "OrderedReady")]
    [InlineData("StatefulSet", "Parallel")]
    [InlineData("DaemonSet", "")]
    public async Task AReleaseThatAnswersWithErrorsIsRolledBack(string kind, string management)
    {
        JsonObject Workload(int version) => kind == "DaemonSet"
            ? Manifests.DaemonSet("web", Manifests.Image(version), _node)
            : Manifests.StatefulSet("web", Manifests.Image(version), management);
        await using var world = await WorldAsync(Workload(1));
        await using var running = await RunningAsync(world);
        await ReleaseAsync(world, Workload(2), PodFate.Failing());

        var incident = await world.IncidentAsync(IncidentPhase.Resolved);

        Assert.Equal(("BadRelease", "Rollback/Succeeded"), (incident.Status!.Cause, incident.Status.LastAction));
        Assert.Empty(incident.Status.Actions[0].PodsInTheWay);
        Assert.Equal([("patch", $"{kind.ToLowerInvariant()}s", "web")], Writes(world));
        Assert.Equal([Manifests.Image(1)], await ImagesAsync(world));
    }

    [Fact]
    public async Task ADaemonSetWhoseReleaseCrashesIsRolledBack()
    {
        await using var world = await WorldAsync(Manifests.DaemonSet("web", Manifests.Image(1), _node));
        await using var running = await RunningAsync(world);
        await ReleaseAsync(world, Manifests.DaemonSet("web", Manifests.Image(2), _node), PodFate.Well with { Start = PodStart.CrashLoop });
        var incident = await world.IncidentAsync(IncidentPhase.Resolved);
        Assert.Equal("Rollback/Succeeded", incident.Status!.LastAction);
        Assert.Equal([("patch", "daemonsets", "web")], Writes(world));
    }

    /// <summary>A canary by partition is the team's own business, and nothing that does not progress.</summary>
    [Theory]
    [InlineData("""{ "type": "RollingUpdate", "rollingUpdate": { "partition": 1 } }""", "Partition")]
    [InlineData("""{ "type": "OnDelete" }""", "OnDeleteStrategy")]
    public async Task WhatARollbackWouldNotReachIsLeftToPeople(string strategy, string reason)
    {
        JsonObject Workload(int version)
        {
            var set = Manifests.StatefulSet("web", Manifests.Image(version));
            set["spec"]!["updateStrategy"] = JsonNode.Parse(strategy);
            return set;
        }

        await using var world = await WorldAsync(Workload(1));
        await using var running = await RunningAsync(world);
        await ReleaseAsync(world, Workload(2), PodFate.Failing());
        await Waiting.QuietlyAsync(12);
        if (reason == "OnDeleteStrategy")
        {
            Assert.Empty(await world.IncidentsAsync());
            await world.Client.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{world.Namespace}/pods/web-1", ct: ApiServerWorld.Ct);
        }

        var incident = await world.IncidentAsync(IncidentPhase.Escalated);
        Assert.Equal(reason, incident.Status!.Reason);
        Assert.Empty(Writes(world));
    }

    /// <summary>It is not refused, since such policies are there already.</summary>
    [Fact]
    public async Task APolicyThatNamesWhatIsNeverDoneIsInForceAndSaysSo()
    {
        await using var world = await ApiServerWorld.StartAsync();
        await world.ApplyAsync(Manifests.StatefulSet("web", Manifests.Image(1)));
        var policy = Manifests.ScalePolicy("policy", "web");
        policy["spec"]!["workloads"]!["kind"] = "StatefulSet";
        await world.ApplyAsync(policy);
        await using var running = await RunningOperator.StartAsync(world);
        var condition = await world.PolicyConditionAsync("policy", "LadderApplies", "False");
        Assert.Equal(("KindNotScaled", "never taken: Scale, since a StatefulSet is not scaled: its pods hold state, or stand for nodes"), (condition.Reason, condition.Message));
        await world.PolicyConditionAsync("policy", "Ready", "True");
        var described = "";
        await Waiting.ForAsync(
            "the Event",
            async () => (described = await Kubectl.RunAsync(world.Cluster.Kubeconfig, null, "-n", world.Namespace, "describe", "rpol/policy")).Split("Events:")[^1].Contains("KindNotScaled", StringComparison.Ordinal) ? described : null,
            () => Task.FromResult(described));
    }

    /// <summary>A workload of another kind with the same name is another workload.</summary>
    [Fact]
    public async Task APolicyOfOneKindLeavesTheOtherKindAlone()
    {
        await using var world = await WorldAsync(Manifests.StatefulSet("web", Manifests.Image(1)));
        await using var running = await RunningAsync(world);
        await world.ApplyAsync(Manifests.Deployment("web", Manifests.Image(1)));
        await ReleaseAsync(world, Manifests.Deployment("web", Manifests.Image(2)), PodFate.Well with { Start = PodStart.CrashLoop });
        await Waiting.QuietlyAsync(10);
        Assert.Empty(await world.IncidentsAsync());
        Assert.Empty(Writes(world));
    }

    private async Task<ApiServerWorld> WorldAsync(JsonObject workload)
    {
        var world = await ApiServerWorld.StartAsync();
        world.Prometheus.Traffic.RequestsPerSecond = 100;
        var kind = (string)workload["kind"]!;
        if (kind == "DaemonSet")
        {
            await AddNodesAsync(world);
        }

        await world.ApplyAsync(workload);
        var policy = Manifests.Policy("policy", "web");
        policy["spec"]!["workloads"]!["kind"] = kind;
        await world.ApplyAsync(policy);
        return world;
    }

    /// <summary>Two nodes on which nothing runs: enough for the controller of DaemonSets to make pods for.</summary>
    private async Task AddNodesAsync(ApiServerWorld world)
    {
        _nodesOf = world.Client;
        foreach (var number in new[] { 1, 2 })
        {
            var node = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Node",
                ["metadata"] = new JsonObject { ["name"] = $"{_node}-{number}", ["labels"] = new JsonObject { ["test"] = _node } },
            };
            await world.Client.SendAsync(HttpMethod.Patch, $"/api/v1/nodes/{_node}-{number}?fieldManager=team&force=true", node, "application/apply-patch+yaml", ApiServerWorld.Ct);
        }
    }

    /// <summary>A node that nobody speaks for is tainted after a while.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var number in _nodesOf is null ? [] : new[] { 1, 2 })
        {
            await _nodesOf!.SendAsync(HttpMethod.Delete, $"/api/v1/nodes/{_node}-{number}");
        }
    }

    private static async Task<RunningOperator> RunningAsync(ApiServerWorld world)
    {
        var running = await RunningOperator.StartAsync(world);
        await world.PolicyConditionAsync("policy", "Protected", "True");
        return running;
    }

    private static async Task ReleaseAsync(ApiServerWorld world, JsonObject workload, PodFate fate)
    {
        world.Kubelet.Fates[(string)workload.Container()["image"]!] = fate;
        await world.ApplyAsync(workload);
    }

    private static IEnumerable<(string, string, string)> Writes(ApiServerWorld world) =>
        world.ForeignWrites().Where(write => write.ChangedSpec || write.Resource == "pods").Select(write => (write.Verb, write.Resource, write.Name));

    private static async Task<IEnumerable<string>> ImagesAsync(ApiServerWorld world)
    {
        var pods = await world.Client.SendAsync(HttpMethod.Get, $"/api/v1/namespaces/{world.Namespace}/pods", ct: ApiServerWorld.Ct);
        return pods!["items"]!.AsArray().Select(pod => (string)pod!["spec"]!["containers"]![0]!["image"]!).Distinct();
    }
}
