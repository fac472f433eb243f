using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A proven release of three pods, two of them on one node, which begin to fail. The nodes are played: their kubelets' heartbeats, and nothing else of them.</summary>
[Trait("Tier", "apiserver")]
public sealed class NodeFaultTests : IAsyncDisposable
{
    private readonly string _ill = $"otest-{Guid.NewGuid():n}"[..18];
    private readonly string _well = $"otest-{Guid.NewGuid():n}"[..18];
    private readonly CancellationTokenSource _stopping = new();
    private Task _beating = Task.CompletedTask;
    private ApiServerWorld? _world;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAny(_beating);
        if (_world is not null)
        {
            foreach (var path in new[] { $"/api/v1/nodes/{_ill}", $"/api/v1/nodes/{_well}", $"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{_ill}", $"/apis/rbac.authorization.k8s.io/v1/clusterroles/{_ill}" })
            {
                await DeleteAsync(path);
            }

            await _world.DisposeAsync();
        }

        _stopping.Dispose();
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
        Assert.Equal([(_ill, ActionState.Failed), (_ill, ActionState.Succeeded)], incident.Status.Actions.Select(action => (action.TargetNode!, action.State!.Value)));
        IllPodTests.AssertEvicted(world, [.. ill]);
    }

    [Fact]
    public async Task ANodeThatStillTakesPodsIsNamedAndLeftToPeople()
    {
        var world = await WorldAsync();
        await using var running = await IllPodTests.RunningAsync(world);
        await FallIllAsync(world, cordoned: false);

        var incident = await world.StoppedByAsync("OtherNodes", "Deny", "NodeTakesPods");
        Assert.Equal("NodeFault", incident.Status!.Cause);
        Assert.Contains(_ill, incident.Status.Message, StringComparison.Ordinal);
        IllPodTests.AssertEvicted(world);
    }

    /// <summary>As with a role of one namespace: that the pods of one node alone are ill is seen by the pods.</summary>
    [Fact]
    public async Task WithoutTheRightToSeeNodesTheNodeIsNamedAndNothingIsDone()
    {
        var world = await WorldAsync(maySeeNodes: false);
        await using var running = await IllPodTests.RunningAsync(world);
        await FallIllAsync(world, cordoned: true);

        var incident = await world.StoppedByAsync("OtherNodes", "Deny", "NodesUnknown");
        Assert.Contains(incident.Status!.Hypotheses, hypothesis => hypothesis is { Cause: "NodeFault", Verdict: "Accepted" } && hypothesis.Subject == $"node {_ill}");
        IllPodTests.AssertEvicted(world);
    }

    private async Task<ApiServerWorld> WorldAsync(bool maySeeNodes = true)
    {
        var policy = Manifests.RestartPolicy("policy", "web");
        policy["spec"]!["remediation"]!["maxActionsPerHour"] = 10;
        var world = _world = await IllPodTests.WorldAsync(policy, deployment => deployment["spec"]!["replicas"] = 3);
        world.Prometheus.Traffic.RequestsPerSecond = 400;
        if (maySeeNodes)
        {
            const string group = "/apis/rbac.authorization.k8s.io/v1";
            await world.Client.SendAsync(HttpMethod.Post, $"{group}/clusterroles", JsonNode.Parse($$"""
                { "metadata": { "name": "{{_ill}}" }, "rules": [ { "apiGroups": [ "" ], "resources": [ "nodes", "pods" ], "verbs": [ "list" ] } ] }
                """), ct: ApiServerWorld.Ct);
            await world.Client.SendAsync(HttpMethod.Post, $"{group}/clusterrolebindings", JsonNode.Parse($$"""
                { "metadata": { "name": "{{_ill}}" }, "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "{{_ill}}" },
                  "subjects": [ { "kind": "ServiceAccount", "name": "{{ApiServerWorld.Account}}", "namespace": "{{world.Namespace}}" } ] }
                """), ct: ApiServerWorld.Ct);
        }

        return world;
    }

    /// <summary>Once the release has proved itself and served as long again, its pods stand on two nodes, and those of one fail.</summary>
    private async Task<IReadOnlyList<V1Pod>> FallIllAsync(ApiServerWorld world, bool cordoned)
    {
        await Waiting.QuietlyAsync(8);
        await NodeAsync(world, _ill, cordoned);
        await NodeAsync(world, _well, cordoned: false);
        _beating = BeatAsync(world, _stopping.Token);
        var pods = (await IllPodTests.PodsAsync(world)).OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal).ToList();
        foreach (var (pod, node) in pods.Zip([_ill, _ill, _well]))
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

    private static async Task NodeAsync(ApiServerWorld world, string name, bool cordoned)
    {
        await world.Client.SendAsync(HttpMethod.Post, "/api/v1/nodes", JsonNode.Parse($$"""
            { "metadata": { "name": "{{name}}" },
              "status": { "allocatable": { "cpu": "400", "memory": "4000Gi", "pods": "4000" }, "capacity": { "cpu": "400", "memory": "4000Gi", "pods": "4000" },
                          "conditions": [ { "type": "Ready", "status": "True", "lastHeartbeatTime": "{{Now()}}", "lastTransitionTime": "{{Now()}}" } ] } }
            """), ct: ApiServerWorld.Ct);

        // The server marks each new node until its kubelet has spoken.
        await world.Client.SendAsync(HttpMethod.Patch, $"/api/v1/nodes/{name}", JsonNode.Parse($$"""{ "spec": { "taints": null, "unschedulable": {{(cordoned ? "true" : "null")}} } }"""), "application/merge-patch+json", ApiServerWorld.Ct);
    }

    /// <summary>The node controller takes a node for lost of which nobody has spoken for 40 seconds.</summary>
    private async Task BeatAsync(ApiServerWorld world, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            foreach (var node in new[] { _ill, _well })
            {
                var beat = JsonNode.Parse($$"""{ "status": { "conditions": [ { "type": "Ready", "status": "True", "lastHeartbeatTime": "{{Now()}}" } ] } }""");
                await world.Client.SendAsync(HttpMethod.Patch, $"/api/v1/nodes/{node}/status", beat, "application/strategic-merge-patch+json", ct);
            }

            await Task.Delay(TimeSpan.FromSeconds(5), ct);
        }
    }

    private static string Now() => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private async Task DeleteAsync(string path)
    {
        try
        {
            await _world!.Client.SendAsync(HttpMethod.Delete, path);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            // It was never made.
        }
    }
}
