using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>What an operator of one namespace needs besides, to see room: the nodes, and all that runs on them. Cluster-wide, and so taken back by itself.</summary>
internal sealed class NodeRights : IAsyncDisposable
{
    private const string Group = "/apis/rbac.authorization.k8s.io/v1";
    private readonly string _name = $"otest-{Guid.NewGuid():n}"[..18];
    private readonly KubernetesClient _client;

    private NodeRights(KubernetesClient client) => _client = client;

    public static Task<NodeRights> GrantAsync(ApiServerWorld world) => GrantAsync(world, """{ "apiGroups": [ "" ], "resources": [ "nodes", "pods" ], "verbs": [ "list" ] }""");

    /// <summary>Grants something else that the chart's role for one namespace does not.</summary>
    public static async Task<NodeRights> GrantAsync(ApiServerWorld world, string rule)
    {
        var rights = new NodeRights(world.Client);
        await world.Client.SendAsync(HttpMethod.Post, $"{Group}/clusterroles", JsonNode.Parse($$"""
            { "metadata": { "name": "{{rights._name}}" }, "rules": [ {{rule}} ] }
            """), ct: ApiServerWorld.Ct);
        await world.Client.SendAsync(HttpMethod.Post, $"{Group}/clusterrolebindings", JsonNode.Parse($$"""
            { "metadata": { "name": "{{rights._name}}" }, "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "{{rights._name}}" },
              "subjects": [ { "kind": "ServiceAccount", "name": "{{ApiServerWorld.Account}}", "namespace": "{{world.Namespace}}" } ] }
            """), ct: ApiServerWorld.Ct);
        return rights;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var kind in new[] { "clusterrolebindings", "clusterroles" })
        {
            try
            {
                await _client.SendAsync(HttpMethod.Delete, $"{Group}/{kind}/{_name}");
            }
            catch (KubernetesException e) when (e.IsNotFound)
            {
                // It was never made.
            }
        }
    }
}
