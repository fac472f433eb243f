using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A proven release of two replicas gets twice its requests and is full. One node has room, where the operator may see it.</summary>
public abstract class OverloadedWorld : IAsyncDisposable
{
    private ApiServerWorld? _world;
    private PlayedNode? _node;
    private NodeRights? _rights;

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _node, _rights, _world })
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        GC.SuppressFinalize(this);
    }

    private protected async Task<ApiServerWorld> OverloadedAsync(bool maySeeNodes = true, int maximum = 4, string request = "1Gi", string upstream = "1")
    {
        var world = _world = await ApiServerWorld.StartAsync();
        world.Prometheus.Traffic.CapacityPerPod = 25;
        var deployment = Deployment(2, request);
        deployment.Container()["env"]![0]!["value"] = upstream;
        await world.ApplyAsync(deployment);
        await world.ApplyAsync(Policy(maximum));
        if (maySeeNodes)
        {
            await ShowNodesAsync(world);
        }

        return world;
    }

    private protected static JsonObject Deployment(int? replicas, string request = "1Gi")
    {
        var deployment = Manifests.Deployment("web", Manifests.Image(1), replicas);
        deployment.Container()["resources"] = JsonNode.Parse($$"""{ "requests": { "cpu": "100m", "memory": "{{request}}" } }""");
        return deployment;
    }

    private protected static JsonObject Policy(int maximum, int hourly = 10)
    {
        var policy = Manifests.ScalePolicy("policy", "web");
        policy["spec"]!["remediation"]!["scale"]!["maxReplicas"] = maximum;
        policy["spec"]!["remediation"]!["maxActionsPerHour"] = hourly;
        return policy;
    }

    private protected static JsonObject Autoscaler(string? gitOps) => JsonNode.Parse($$"""
        { "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
          "metadata": { "name": "web", "annotations": {{(gitOps is null ? "{}" : """{ "kustomize.toolkit.fluxcd.io/name": "apps" }""")}} },
          "spec": { "minReplicas": 2, "maxReplicas": 3, "targetCPUUtilizationPercentage": 80, "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "web" } } }
        """)!.AsObject();

    /// <summary>Once it is known how much each pod carries, there are twice the requests.</summary>
    private protected async Task SurgeAsync(ApiServerWorld world, string memory = "4000Gi")
    {
        await world.PolicyConditionAsync("policy", "Protected", "True");
        await world.PolicyConditionAsync("policy", "SignalsAvailable", "True");
        await Waiting.QuietlyAsync(22);
        await NodeAsync(world, memory);
        world.Prometheus.Traffic.RequestsPerSecond *= 2;
    }

    /// <summary>One node with so much memory, in place of the one before.</summary>
    private protected async Task NodeAsync(ApiServerWorld world, string memory)
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        _node = await PlayedNode.StartAsync(world, memory: memory);
    }

    private protected async Task ShowNodesAsync(ApiServerWorld world) => _rights = await NodeRights.GrantAsync(world);

    private protected static Task QuotaAsync(ApiServerWorld world, int pods) => world.ApplyAsync(JsonNode.Parse($$"""
        { "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "team" }, "spec": { "hard": { "pods": "{{pods}}" } } }
        """)!.AsObject());

    private protected static async Task<int> ReplicasAsync(ApiServerWorld world) => (int)(await world.DeploymentAsync())["spec"]!["replicas"]!;

    private protected static async Task<(int Minimum, int Maximum)> BoundsAsync(ApiServerWorld world)
    {
        var spec = (await world.Client.For(KubernetesResources.HorizontalPodAutoscalers).ReadNamespacedAsync(world.Namespace, "web", ApiServerWorld.Ct)).Spec;
        return (spec.MinReplicas ?? 0, spec.MaxReplicas);
    }
}
