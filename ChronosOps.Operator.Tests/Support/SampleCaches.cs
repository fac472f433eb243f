using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>The caches of workloads, as the operator has them. They are empty, as where nothing has been listed yet, until they are filled.</summary>
internal static class SampleCaches
{
    public static WorkloadCaches Of(KubernetesClient client) => new(
        new Informer<V1Deployment>(client.For(KubernetesResources.Deployments), new() { StreamLists = false, Transform = CacheTransforms.Slim }),
        new Informer<V1ReplicaSet>(client.For(KubernetesResources.ReplicaSets), new() { StreamLists = false, Transform = CacheTransforms.Slim }),
        new Informer<V1StatefulSet>(client.For(KubernetesResources.StatefulSets), new() { StreamLists = false, Transform = CacheTransforms.Slim }),
        new Informer<V1DaemonSet>(client.For(KubernetesResources.DaemonSets), new() { StreamLists = false, Transform = CacheTransforms.Slim }),
        new Informer<V1ControllerRevision>(client.For(KubernetesResources.ControllerRevisions), new() { StreamLists = false, Transform = CacheTransforms.Slim }),
        new Informer<V1Pod>(client.For(KubernetesResources.Pods), new() { StreamLists = false, Transform = CacheTransforms.Slim }),
        new Informer<V1Service>(client.For(KubernetesResources.Services), new() { StreamLists = false, Transform = CacheTransforms.Slim }),
        new Informer<V1Job>(client.For(KubernetesResources.Jobs), new() { StreamLists = false, Transform = CacheTransforms.Slim }),
        new Informer<V1CronJob>(client.For(KubernetesResources.CronJobs), new() { StreamLists = false, Transform = CacheTransforms.Slim }));

    /// <summary>Fills a cache from one list, and follows no further.</summary>
    public static async Task FillAsync<T>(Informer<T> cache, CancellationToken ct)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        using var filled = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = cache.RunAsync(filled.Token);
        await cache.WaitForSyncAsync(ct);
        await filled.CancelAsync();
        await Task.WhenAny(running);
    }

    /// <summary>Answers a list with the items, and breaks every watch.</summary>
    public static FakeAnswer List(FakeRequest request, params string[] items) => request.PathAndQuery.Contains("watch=true", StringComparison.Ordinal)
        ? new FakeAnswer(0)
        : new FakeAnswer(200, $$"""{ "kind": "List", "apiVersion": "v1", "metadata": { "resourceVersion": "7" }, "items": [ {{string.Join(", ", items)}} ] }""");
}
