using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Benchmarks;

/// <summary>Deployments with pods of a given size.</summary>
internal static class Filling
{
    /// <summary>What a pod is about as large as without padding, with its status and managedFields.</summary>
    private const int Bare = 2600;

    public static async Task RunAsync(KubernetesClient client, string ns, int deployments, int replicas, int bytes, CancellationToken ct)
    {
        await client.For(KubernetesResources.Namespaces).CreateAsync(new V1Namespace { Metadata = { Name = ns } }, ct: ct);
        var padding = new string('x', Math.Max(0, bytes - Bare));
        await Parallel.ForEachAsync(Enumerable.Range(0, deployments), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = ct }, async (i, token) =>
            await client.SendAsync(HttpMethod.Post, $"/apis/apps/v1/namespaces/{ns}/deployments", Deployment($"web-{i.ToString(CultureInfo.InvariantCulture)}", replicas, padding), ct: token));
        var pods = client.For(KubernetesResources.Pods);
        for (var made = 0; made < deployments * replicas;)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), ct);
            made = await pods.ListAllAsync(ns, ct: ct).CountAsync(ct);
            Console.Error.WriteLine($"{made} of {deployments * replicas} pods");
        }

        var names = await Churning.PodNamesAsync(client, ns, ct);
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = ct }, async (name, token) => await Churning.ReadyAsync(client, ns, name, "ready", token));
        var all = client.For(KubernetesResources.Deployments);
        while (await all.ListAllAsync(ns, ct: ct).AnyAsync(deployment => (deployment.Status?.AvailableReplicas ?? 0) < replicas, ct))
        {
            Console.Error.WriteLine("waiting for the Deployments to be available");
            await Task.Delay(TimeSpan.FromSeconds(2), ct);
        }

        var one = (await client.SendAsync(HttpMethod.Get, $"/api/v1/namespaces/{ns}/pods?limit=1", ct: ct))!["items"]![0]!;
        Console.WriteLine($"{deployments} Deployments, {deployments * replicas} pods of {one.ToJsonString().Length} bytes");
    }

    private static JsonObject Deployment(string name, int replicas, string padding) => JsonNode.Parse($$$"""
        {
          "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "{{{name}}}", "labels": {"app": "{{{name}}}"}},
          "spec": {
            "replicas": {{{replicas.ToString(CultureInfo.InvariantCulture)}}}, "selector": {"matchLabels": {"app": "{{{name}}}"}},
            "template": {
              "metadata": {"labels": {"app": "{{{name}}}"}},
              "spec": {"containers": [{"name": "main", "image": "example.com/web:1", "ports": [{"containerPort": 8080}], "env": [{"name": "PADDING", "value": "{{{padding}}}"}]}]}
            }
          }
        }
        """)!.AsObject();
}
