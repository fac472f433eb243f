using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A proven release of two replicas gets twice its requests and is full. One node has room, where the operator may see it.</summary>
public abstract class OverloadedWorld : IAsyncDisposable
{
    private readonly string _node = $"otest-{Guid.NewGuid():n}"[..18];
    private ApiServerWorld? _world;

    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await DeleteAsync($"/api/v1/nodes/{_node}");
            await DeleteAsync($"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{_node}");
            await DeleteAsync($"/apis/rbac.authorization.k8s.io/v1/clusterroles/{_node}");
            await _world.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private protected async Task<ApiServerWorld> OverloadedAsync(bool maySeeNodes = true, int maximum = 4, string request = "1Gi")
    {
        var world = _world = await ApiServerWorld.StartAsync();
        world.Prometheus.Traffic.CapacityPerPod = 25;
        var deployment = Deployment(2, request);
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

    /// <summary>A node that is ready, and so large that all pods of all tests fit, which wait for a scheduler that is not there; for as long as nobody notices that no kubelet speaks for it.</summary>
    private protected async Task NodeAsync(ApiServerWorld world, string memory)
    {
        await DeleteAsync($"/api/v1/nodes/{_node}");
        var node = JsonNode.Parse($$"""
            { "metadata": { "name": "{{_node}}" },
              "status": { "allocatable": { "cpu": "400", "memory": "{{memory}}", "pods": "4000" }, "capacity": { "cpu": "400", "memory": "{{memory}}", "pods": "4000" },
                          "conditions": [ { "type": "Ready", "status": "True", "lastHeartbeatTime": "{{TimeProvider.System.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}}" } ] } }
            """);
        await world.Client.SendAsync(HttpMethod.Post, "/api/v1/nodes", node, ct: ApiServerWorld.Ct);

        // The server marks each new node until its kubelet has spoken.
        await world.Client.SendAsync(HttpMethod.Patch, $"/api/v1/nodes/{_node}", JsonNode.Parse("""{ "spec": { "taints": null } }"""), "application/merge-patch+json", ApiServerWorld.Ct);
    }

    /// <summary>What an operator of one namespace needs besides: the nodes, and all that runs on them.</summary>
    private protected async Task ShowNodesAsync(ApiServerWorld world)
    {
        const string path = "/apis/rbac.authorization.k8s.io/v1";
        await world.Client.SendAsync(HttpMethod.Post, $"{path}/clusterroles", JsonNode.Parse($$"""
            { "metadata": { "name": "{{_node}}" }, "rules": [ { "apiGroups": [""], "resources": ["nodes", "pods"], "verbs": ["list"] } ] }
            """), ct: ApiServerWorld.Ct);
        await world.Client.SendAsync(HttpMethod.Post, $"{path}/clusterrolebindings", JsonNode.Parse($$"""
            { "metadata": { "name": "{{_node}}" }, "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "{{_node}}" },
              "subjects": [ { "kind": "ServiceAccount", "name": "{{ApiServerWorld.Account}}", "namespace": "{{world.Namespace}}" } ] }
            """), ct: ApiServerWorld.Ct);
    }

    private protected static Task QuotaAsync(ApiServerWorld world, int pods) => world.ApplyAsync(JsonNode.Parse($$"""
        { "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "team" }, "spec": { "hard": { "pods": "{{pods}}" } } }
        """)!.AsObject());

    private protected static async Task<int> ReplicasAsync(ApiServerWorld world) => (int)(await world.DeploymentAsync())["spec"]!["replicas"]!;

    private protected static async Task<(int Minimum, int Maximum)> BoundsAsync(ApiServerWorld world)
    {
        var spec = (await world.Client.For(KubernetesResources.HorizontalPodAutoscalers).ReadNamespacedAsync(world.Namespace, "web", ApiServerWorld.Ct)).Spec;
        return (spec.MinReplicas ?? 0, spec.MaxReplicas);
    }

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
