using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Controllers;

/// <summary>All caches together.</summary>
public sealed class CacheGroup(
    Informer<V1Deployment> deployments, Informer<V1ReplicaSet> replicaSets, Informer<V1Pod> pods, Informer<RemediationPolicy> policies, Informer<Incident> incidents)
{
    /// <summary>Whether each holds what the server has.</summary>
    public bool HaveSynced => deployments.HasSynced && replicaSets.HasSynced && pods.HasSynced && policies.HasSynced && incidents.HasSynced;

    public Task RunAsync(CancellationToken ct) =>
        Task.WhenAll(deployments.RunAsync(ct), replicaSets.RunAsync(ct), pods.RunAsync(ct), policies.RunAsync(ct), incidents.RunAsync(ct));

    public Task WaitForSyncAsync(CancellationToken ct) =>
        Task.WhenAll(deployments.WaitForSyncAsync(ct), replicaSets.WaitForSyncAsync(ct), pods.WaitForSyncAsync(ct), policies.WaitForSyncAsync(ct), incidents.WaitForSyncAsync(ct));
}
