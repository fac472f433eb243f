using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Decisions.Gates;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A proven release of three pods, two of them on one node, which begin to fail. The nodes are played: their kubelets' heartbeats, and nothing else of them.</summary>
[Trait("Tier", "apiserver")]
public sealed class NodeFaultTests : IAsyncDisposable
{
    private ApiServerWorld? _world;
    private PlayedNode? _ill;
    private PlayedNode? _well;
    private NodeRights? _rights;

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _ill, _well, _rights, _world })
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Fact]
    public async Task TheIllPodsOfANodeThatTakesNoMoreAreEvictedOneAfterTheOther()
    {
        var world = await WorldAsync();
        await using var running = await IllPodTests.RunningAsync(world);
        var ill = await FallIllAsync(world, cordoned: true);

        var incident = await world.IncidentAsync("healed", one => one.Status?.Phase is IncidentPhase.Mitigated or IncidentPhase.Resolved, patience: TimeSpan.FromMinutes(2));
        Assert.Equal("Restart/Succeeded", incident.Status!.LastAction);
        Assert.Equal("NodeFault", incident.Status.Timeline.First(record => record.Phase == IncidentPhase.Deciding).Reason);
        Assert.Equal([(_ill!.Name, ActionState.Failed), (_ill.Name, ActionState.Succeeded)], incident.Status.Actions.Select(action => (action.TargetNode!, action.State!.Value)));
        IllPodTests.AssertEvicted(world, [.. ill]);
    }

    [Fact]
    [Flips(nameof(GatePipeline.ForRestart), typeof(OtherNodesGate))]
    public async Task ANodeThatStillTakesPodsIsNamedAndLeftToPeopleUntilItTakesNone()
    {
        var world = await WorldAsync();
        await using var running = await IllPodTests.RunningAsync(world);
        var ill = await FallIllAsync(world, cordoned: false);

        var incident = await world.StoppedByAsync("OtherNodes", "Deny", "NodeTakesPods");
        Assert.Equal("NodeFault", incident.Status!.Cause);
        Assert.Contains(_ill!.Name, incident.Status.Message, StringComparison.Ordinal);
        await world.EscalatedAsync("NodeTakesPods");
        IllPodTests.AssertEvicted(world);

        await _ill.CordonAsync();
        await AreEvictedAsync(world, ill);
    }

    /// <summary>As with a role of one namespace: that the pods of one node alone are ill is seen by the pods.</summary>
    [Fact]
    [Flips(nameof(GatePipeline.ForRestart), typeof(OtherNodesGate))]
    public async Task WithoutTheRightToSeeNodesTheNodeIsNamedAndNothingIsDoneUntilTheyAreSeen()
    {
        var world = await WorldAsync(maySeeNodes: false);
        await using var running = await IllPodTests.RunningAsync(world);
        var ill = await FallIllAsync(world, cordoned: true);

        var incident = await world.StoppedByAsync("OtherNodes", "Deny", "NodesUnknown");
        Assert.Contains(incident.Status!.Hypotheses, hypothesis => hypothesis is { Cause: "NodeFault", Verdict: "Accepted" } && hypothesis.Subject == $"node {_ill!.Name}");
        await world.EscalatedAsync("NodesUnknown");
        IllPodTests.AssertEvicted(world);

        _rights = await NodeRights.GrantAsync(world);
        await AreEvictedAsync(world, ill);
    }

    /// <summary>An escalated incident is thought over when its policy changes: here one of its limits, which did not stand in the way.</summary>
    private static async Task AreEvictedAsync(ApiServerWorld world, IReadOnlyList<V1Pod> ill)
    {
        await world.ApplyAsync(Policy(hourly: 9));
        var incident = await world.IncidentAsync("healed", one => one.Status?.Phase is IncidentPhase.Mitigated or IncidentPhase.Resolved, patience: TimeSpan.FromMinutes(2));
        Assert.Equal("Restart/Succeeded", incident.Status!.LastAction);
        IllPodTests.AssertEvicted(world, [.. ill]);
    }

    private async Task<ApiServerWorld> WorldAsync(bool maySeeNodes = true)
    {
        var world = _world = await IllPodTests.WorldAsync(Policy(hourly: 10), deployment => deployment["spec"]!["replicas"] = 3);
        world.Prometheus.Traffic.RequestsPerSecond = 400;
        if (maySeeNodes)
        {
            _rights = await NodeRights.GrantAsync(world);
        }

        return world;
    }

    private static JsonObject Policy(int hourly)
    {
        var policy = Manifests.RestartPolicy("policy", "web");
        policy["spec"]!["remediation"]!["maxActionsPerHour"] = hourly;
        return policy;
    }

    /// <summary>Once the release has proved itself and served as long again, its pods stand on two nodes, and those of one fail.</summary>
    private async Task<IReadOnlyList<V1Pod>> FallIllAsync(ApiServerWorld world, bool cordoned)
    {
        await IllPodTests.WarmAsync();
        _ill = await PlayedNode.StartAsync(world, cordoned);
        _well = await PlayedNode.StartAsync(world);
        var pods = (await IllPodTests.PodsAsync(world)).OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal).ToList();
        foreach (var (pod, node) in pods.Zip([_ill.Name, _ill.Name, _well.Name]))
        {
            await world.Client.SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{world.Namespace}/pods/{pod.Metadata.Name}/binding",
                JsonNode.Parse($$"""{ "metadata": { "name": "{{pod.Metadata.Name}}" }, "target": { "apiVersion": "v1", "kind": "Node", "name": "{{node}}" } }"""), ct: ApiServerWorld.Ct);
        }

        foreach (var pod in pods.Take(2))
        {
            world.Kubelet.PodFates[pod.Metadata.Name!] = PodFate.Failing();
        }

        return [.. pods.Take(2)];
    }
}
