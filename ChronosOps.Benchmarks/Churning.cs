using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;

namespace ChronosOps.Benchmarks;

/// <summary>Changes of pods, as fast as the server takes them. Each is an event for everybody who watches.</summary>
internal static class Churning
{
    public static async Task RunAsync(KubernetesClient client, string ns, int updates, int parallel, CancellationToken ct)
    {
        var names = await PodNamesAsync(client, ns, ct);
        // What says the same as before is no change, and no event.
        var (started, done, run) = (Stopwatch.GetTimestamp(), 0, Guid.NewGuid());
        await Parallel.ForEachAsync(Enumerable.Range(0, updates), new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = ct }, async (i, token) =>
        {
            await ReadyAsync(client, ns, names[i % names.Count], string.Create(CultureInfo.InvariantCulture, $"{run} {i}"), token);
            if (Interlocked.Increment(ref done) % 10_000 == 0)
            {
                Console.Error.WriteLine($"{done} of {updates} updates, {done / Stopwatch.GetElapsedTime(started).TotalSeconds:0} a second");
            }
        });
        Console.WriteLine($"{updates} updates, {updates / Stopwatch.GetElapsedTime(started).TotalSeconds:0} a second");
    }

    public static ValueTask<List<string>> PodNamesAsync(KubernetesClient client, string ns, CancellationToken ct) =>
        client.For(KubernetesResources.Pods).ListAllAsync(ns, ct: ct).Select(pod => pod.Metadata.Name!).ToListAsync(ct);

    /// <summary>Says that the pod is ready, as a kubelet does, with another message each time.</summary>
    public static Task ReadyAsync(KubernetesClient client, string ns, string pod, string message, CancellationToken ct)
    {
        var condition = new JsonObject { ["type"] = "Ready", ["status"] = "True", ["message"] = message, ["lastTransitionTime"] = "2026-01-01T00:00:00Z" };
        var patch = new JsonObject { ["status"] = new JsonObject { ["phase"] = "Running", ["conditions"] = new JsonArray(condition) } };
        return client.SendAsync(HttpMethod.Patch, $"/api/v1/namespaces/{ns}/pods/{pod}/status", patch, "application/strategic-merge-patch+json", ct);
    }
}
