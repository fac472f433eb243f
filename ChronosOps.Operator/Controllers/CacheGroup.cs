using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>All caches together.</summary>
public sealed class CacheGroup
{
    private readonly IReadOnlyList<Member> _members;

    /// <summary>An older role may lack the right to read them: the rest does not wait for them, and whoever concludes something from their absence asks first whether they have been listed.</summary>
    private readonly IReadOnlyList<Member> _optional;

    public CacheGroup(WorkloadCaches running, Informer<RemediationPolicy> policies, Informer<Incident> incidents)
    {
        _optional = [Of(running.Services), Of(running.Jobs), Of(running.CronJobs)];
        _members =
        [
            Of(running.Deployments),
            Of(running.ReplicaSets),
            Of(running.StatefulSets),
            Of(running.DaemonSets),
            Of(running.ControllerRevisions),
            Of(running.Pods),
            Of(policies),
            Of(incidents),
        ];
    }

    /// <summary>Whether each holds what the server has.</summary>
    public bool HaveSynced => _members.All(member => member.HasSynced());

    /// <summary>When the server last said anything about the kind of which the least was heard; null before it has said something about each.</summary>
    public DateTimeOffset? HeardFromServer
    {
        get
        {
            var times = _members.Select(member => member.LastEventAt()).ToList();
            return times.TrueForAll(time => time is not null) ? times.Min() : null;
        }
    }

    /// <summary>Fills and feeds all. A cache that nobody feeds would show a world that is gone, so when one ends, all do.</summary>
    public Task RunAsync(CancellationToken ct) => Together.RunAsync(ct, [.. _members.Concat(_optional).Select(member => member.Run)]);

    public Task WaitForSyncAsync(CancellationToken ct) => Task.WhenAll(_members.Select(member => member.WaitForSync(ct)));

    private static Member Of<T>(Informer<T> informer)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        new(() => informer.HasSynced, () => informer.LastEventAt, informer.RunAsync, informer.WaitForSyncAsync);

    private sealed record Member(Func<bool> HasSynced, Func<DateTimeOffset?> LastEventAt, Func<CancellationToken, Task> Run, Func<CancellationToken, Task> WaitForSync);
}
