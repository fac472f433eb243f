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

    /// <summary>When the server last said anything about the kind of which the least was heard; null before it has said something about each.</summary>
    public DateTimeOffset? HeardFromServer => new[] { deployments.LastEventAt, replicaSets.LastEventAt, pods.LastEventAt, policies.LastEventAt, incidents.LastEventAt } is var times
        && Array.TrueForAll(times, time => time is not null) ? times.Min() : null;

    /// <summary>Fills and feeds all. A cache that nobody feeds would show a world that is gone, so when one ends, all do.</summary>
    public Task RunAsync(CancellationToken ct) => Together.RunAsync(ct, deployments.RunAsync, replicaSets.RunAsync, pods.RunAsync, policies.RunAsync, incidents.RunAsync);

    public Task WaitForSyncAsync(CancellationToken ct) =>
        Task.WhenAll(deployments.WaitForSyncAsync(ct), replicaSets.WaitForSyncAsync(ct), pods.WaitForSyncAsync(ct), policies.WaitForSyncAsync(ct), incidents.WaitForSyncAsync(ct));
}
