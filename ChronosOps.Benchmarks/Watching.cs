using System.Globalization;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Benchmarks;

/// <summary>
/// Informers for all Pods and Deployments, as the operator has them. Says when both are filled, and at the end (SIGTERM) how many events
/// came after that. <c>client-go/main.go</c> does the same with client-go.
/// </summary>
internal static class Watching
{
    public static async Task RunAsync(KubernetesClient client, CancellationToken ct)
    {
        var (pods, deployments, events) = (new Informer<V1Pod>(client.For(KubernetesResources.Pods)), new Informer<V1Deployment>(client.For(KubernetesResources.Deployments)), 0);
        pods.Changed += Count;
        deployments.Changed += Count;
        var running = Task.WhenAll(pods.RunAsync(ct), deployments.RunAsync(ct));
        await Task.WhenAll(pods.WaitForSyncAsync(ct), deployments.WaitForSyncAsync(ct));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"synced {pods.Store.Count} {deployments.Store.Count}"));
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"events {events}"));

        void Count<T>(InformerEvent<T> change)
        {
            if (!change.IsInInitialList)
            {
                Interlocked.Increment(ref events);
            }
        }
    }
}
