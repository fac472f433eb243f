using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A node without a machine: its object, and its kubelet's heartbeats. Without those the node controller takes it for lost after 40 seconds.</summary>
internal sealed class PlayedNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly KubernetesClient _client;
    private readonly Task _beating;

    private PlayedNode(KubernetesClient client, string name)
    {
        (_client, Name) = (client, name);
        _beating = BeatAsync(_stopping.Token);
    }

    public string Name { get; }

    /// <summary>A ready node so large that all pods of all tests fit, which wait for a scheduler that is not there, unless <paramref name="memory"/> is little.</summary>
    public static async Task<PlayedNode> StartAsync(ApiServerWorld world, bool cordoned = false, string memory = "4000Gi")
    {
        var name = $"otest-{Guid.NewGuid():n}"[..18];
        await world.Client.SendAsync(HttpMethod.Post, "/api/v1/nodes", JsonNode.Parse($$"""
            { "metadata": { "name": "{{name}}" },
              "status": { "allocatable": { "cpu": "400", "memory": "{{memory}}", "pods": "4000" }, "capacity": { "cpu": "400", "memory": "{{memory}}", "pods": "4000" },
                          "conditions": [ { "type": "Ready", "status": "True", "lastHeartbeatTime": "{{Now()}}", "lastTransitionTime": "{{Now()}}" } ] } }
            """), ct: ApiServerWorld.Ct);

        // The server marks each new node until its kubelet has spoken.
        await PatchAsync(world.Client, name, """{ "spec": { "taints": null } }""");
        var node = new PlayedNode(world.Client, name);
        if (cordoned)
        {
            await node.CordonAsync();
        }

        return node;
    }

    /// <summary>Somebody has it take no more pods.</summary>
    public Task CordonAsync() => PatchAsync(_client, Name, """{ "spec": { "unschedulable": true } }""");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        try
        {
            await _client.SendAsync(HttpMethod.Delete, $"/api/v1/nodes/{Name}");
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            // Somebody else took it away.
        }
    }

    private static Task PatchAsync(KubernetesClient client, string name, string change) =>
        client.SendAsync(HttpMethod.Patch, $"/api/v1/nodes/{name}", JsonNode.Parse(change), "application/merge-patch+json", ApiServerWorld.Ct);

    private async Task BeatAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), ct);
            try
            {
                var beat = JsonNode.Parse($$"""{ "status": { "conditions": [ { "type": "Ready", "status": "True", "lastHeartbeatTime": "{{Now()}}" } ] } }""");
                await _client.SendAsync(HttpMethod.Patch, $"/api/v1/nodes/{Name}/status", beat, "application/strategic-merge-patch+json", ct);
            }
            catch (Exception e) when (e is KubernetesException or HttpRequestException)
            {
                // The next beat is soon enough.
            }
        }
    }

    private static string Now() => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
