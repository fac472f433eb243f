using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>The caches that workloads are read from.</summary>
/// <param name="Deployments">Deployments.</param>
/// <param name="ReplicaSets">Their revisions.</param>
/// <param name="StatefulSets">StatefulSets.</param>
/// <param name="DaemonSets">DaemonSets.</param>
/// <param name="ControllerRevisions">The revisions of both.</param>
/// <param name="Pods">The pods of all of them, and others.</param>
/// <param name="Services">What leads to the pods. The operator works without them too.</param>
/// <param name="Jobs">Jobs. The operator works without them too.</param>
/// <param name="CronJobs">CronJobs. The operator works without them too.</param>
/// <param name="AllNamespaces">Whether they hold every namespace.</param>
public sealed record WorkloadCaches(
    Informer<V1Deployment> Deployments, Informer<V1ReplicaSet> ReplicaSets, Informer<V1StatefulSet> StatefulSets, Informer<V1DaemonSet> DaemonSets,
    Informer<V1ControllerRevision> ControllerRevisions, Informer<V1Pod> Pods, Informer<V1Service> Services, Informer<V1Job> Jobs, Informer<V1CronJob> CronJobs, bool AllNamespaces = false)
{
    /// <summary>The labels of the pods that the workloads of a namespace which serve would make.</summary>
    public IReadOnlyList<PodLabels> LabelsIn(string @namespace) =>
    [
        .. Deployments.Store.List(@namespace).Select(one => LabelsOf(WorkloadKind.Deployment, one, one.Spec.Template)),
        .. StatefulSets.Store.List(@namespace).Select(one => LabelsOf(WorkloadKind.StatefulSet, one, one.Spec.Template)),
        .. DaemonSets.Store.List(@namespace).Select(one => LabelsOf(WorkloadKind.DaemonSet, one, one.Spec.Template)),
    ];

    private static PodLabels LabelsOf(WorkloadKind kind, IKubernetesObject<V1ObjectMeta> owner, JsonObject? template) =>
        new(new WorkloadKey(kind, owner.Namespace() ?? "", owner.Name()), owner.Uid() ?? "", TemplateFacts.Of(owner, template).Labels);
}

/// <summary>The labels that a workload's template gives its pods.</summary>
public readonly record struct PodLabels(WorkloadKey Workload, string Uid, IReadOnlyDictionary<string, string> Labels);

/// <summary>The workloads of the watched namespaces, from the caches.</summary>
public sealed class WorkloadCatalog
{
    private const string ByOwner = "owner";
    private readonly WorkloadCaches _caches;
    private readonly TimeProvider _time;
    private readonly PodMemory _memory;
    private readonly RolloutMemory _rollouts = new();
    private readonly CronJobMemory _crons = new();
    private readonly ServiceCatalog _services;
    private readonly CallTargets _targets;

    public WorkloadCatalog(WorkloadCaches caches, TimeProvider time)
    {
        (_caches, _time, _memory, _services) = (caches, time, new PodMemory(time), new ServiceCatalog(caches, time));
        _targets = new CallTargets(caches, _services);
        caches.ReplicaSets.AddIndex(ByOwner, OwnerOf);
        caches.ControllerRevisions.AddIndex(ByOwner, OwnerOf);
        caches.Pods.AddIndex(ByOwner, OwnerOf);
    }

    /// <summary>A workload, or null where there is none of that kind and name.</summary>
    public WorkloadSnapshot? Find(WorkloadKey key) => key.Kind switch
    {
        WorkloadKind.Deployment => _caches.Deployments.Store.Get(key.Namespace, key.Name) is { } found ? Snapshot(found) : null,
        WorkloadKind.StatefulSet => _caches.StatefulSets.Store.Get(key.Namespace, key.Name) is { } found ? Snapshot(found) : null,
        WorkloadKind.DaemonSet => _caches.DaemonSets.Store.Get(key.Namespace, key.Name) is { } found ? Snapshot(found) : null,
        WorkloadKind.Job => _caches.Jobs.Store.Get(key.Namespace, key.Name) is { } found ? Snapshot(found) : null,
        WorkloadKind.CronJob => _caches.CronJobs.Store.Get(key.Namespace, key.Name) is { } found ? Snapshot(found) : null,
        _ => null,
    };

    /// <summary>The workloads that a policy covers.</summary>
    public IReadOnlyList<WorkloadSnapshot> SelectedBy(PolicyClaim claim) => claim.Kind switch
    {
        WorkloadKind.Deployment => Select(_caches.Deployments.Store.List(claim.Namespace), claim, Snapshot),
        WorkloadKind.StatefulSet => Select(_caches.StatefulSets.Store.List(claim.Namespace), claim, Snapshot),
        WorkloadKind.DaemonSet => Select(_caches.DaemonSets.Store.List(claim.Namespace), claim, Snapshot),
        WorkloadKind.Job => Select(_caches.Jobs.Store.List(claim.Namespace), claim, Snapshot),
        WorkloadKind.CronJob => Select(_caches.CronJobs.Store.List(claim.Namespace), claim, Snapshot),
        _ => [],
    };

    /// <summary>The UIDs of all workloads.</summary>
    public IReadOnlySet<string> Uids() =>
        Uids(_caches.Deployments).Concat(Uids(_caches.StatefulSets)).Concat(Uids(_caches.DaemonSets)).Concat(Uids(_caches.Jobs)).Concat(Uids(_caches.CronJobs)).ToHashSet();

    /// <summary>All workloads of a namespace that serve: Jobs come and go.</summary>
    public IReadOnlyList<WorkloadSnapshot> In(string @namespace) =>
    [
        .. Living(_caches.Deployments.Store.List(@namespace)).Select(Snapshot),
        .. Living(_caches.StatefulSets.Store.List(@namespace)).Select(Snapshot),
        .. Living(_caches.DaemonSets.Store.List(@namespace)).Select(Snapshot),
    ];

    /// <summary>Whether every pod of the cluster is among them.</summary>
    public bool SeesAll => _caches.AllNamespaces;

    /// <summary>All pods of the watched namespaces.</summary>
    public IReadOnlyList<V1Pod> AllPods() => _caches.Pods.Store.List();

    /// <summary>What a pod of the workload's current revision asks for, as the server made it; null where there is none.</summary>
    public PodNeeds? NeedsOf(WorkloadSnapshot workload) =>
        workload.PodsOf(workload.Current.Revision).Select(pod => _caches.Pods.Store.Get(workload.Key.Namespace, pod.Name)).FirstOrDefault(pod => pod is not null) is { } found
            ? PodNeeds.Of(found)
            : null;

    /// <summary>The workload that keeps a pod running; null where there is none. A pod that is gone is known by the ReplicaSet after which it was named.</summary>
    public WorkloadKey? OwnerOfPod(string @namespace, string pod)
    {
        var owner = _caches.Pods.Store.Get(@namespace, pod) is { } found ? found.ControllerOf()
            : new V1OwnerReference { Kind = "ReplicaSet", Name = pod[..Math.Max(0, pod.LastIndexOf('-'))] };
        if (owner is { Kind: "ReplicaSet", Name: { } set })
        {
            owner = set.Length > 0 ? _caches.ReplicaSets.Store.Get(@namespace, set)?.ControllerOf() : null;
        }

        return owner is { Name: { } name } && Enum.TryParse<WorkloadKind>(owner.Kind, out var kind) ? new WorkloadKey(kind, @namespace, name) : null;
    }

    /// <summary>The workloads of a namespace that a host leads to.</summary>
    public IEnumerable<WorkloadKey> TargetsOf(string @namespace, string host) => _targets.Of(@namespace, host);

    /// <summary>The workloads of its namespace that a workload names.</summary>
    public NamedWorkloads NamedBy(WorkloadSnapshot workload) => _targets.NamedBy(workload);

    /// <summary>Whether Services can be read.</summary>
    public bool SeesServices => _services.IsReadable;

    /// <summary>Whether a kind has been listed for which nobody waits: before that, and without the right to, none of it is known, which does not mean that it is gone.</summary>
    public bool Sees(WorkloadKind kind) => kind switch
    {
        WorkloadKind.Job => _caches.Jobs.HasSynced,
        WorkloadKind.CronJob => _caches.CronJobs.HasSynced,
        _ => true,
    };

    /// <summary>Takes over which Services a policy's status remembers.</summary>
    public void Recall(RemediationPolicyStatus? status) => _services.Recall(status);

    /// <summary>Forgets the pods and Services of workloads that are gone.</summary>
    public void Prune()
    {
        var living = Uids();
        _memory.Keep(living);
        _rollouts.Keep(living);
        _crons.Keep(living);
        _services.Keep(living);
    }

    private static List<WorkloadSnapshot> Select<T>(IEnumerable<T> all, PolicyClaim claim, Func<T, WorkloadSnapshot> snapshot)
        where T : IKubernetesObject<V1ObjectMeta> =>
        [.. from one in Living(all)
            where claim.Covers(claim.Kind, claim.Namespace, one.Name(), one.Labels())
            orderby one.Name()
            select snapshot(one)];

    private static IEnumerable<T> Living<T>(IEnumerable<T> all)
        where T : IKubernetesObject<V1ObjectMeta> => all.Where(one => !one.IsBeingDeleted());

    private static IEnumerable<string> Uids<T>(Informer<T> informer)
        where T : class, IKubernetesObject<V1ObjectMeta> => informer.Store.List().Select(one => one.Uid() ?? "");

    private static string[] OwnerOf<T>(T owned)
        where T : IKubernetesObject<V1ObjectMeta> => owned.ControllerOf()?.Uid is { } uid ? [uid] : [];

    private WorkloadSnapshot Snapshot(V1Deployment deployment)
    {
        var sets = _caches.ReplicaSets.Store.ByIndex(ByOwner, deployment.Uid() ?? "");
        IReadOnlyList<V1Pod> pods = [.. sets.SelectMany(set => PodsOf(set.Uid()))];
        return _services.Join(DeploymentSnapshots.Of(deployment, sets, pods), pods);
    }

    private WorkloadSnapshot Snapshot(V1StatefulSet set)
    {
        var pods = PodsOf(set.Uid());
        return _services.Join(Remember(StatefulSetSnapshots.Of(set, RevisionsOf(set.Uid()), pods)), pods);
    }

    private WorkloadSnapshot Snapshot(V1DaemonSet set)
    {
        var pods = PodsOf(set.Uid());
        return _services.Join(Remember(DaemonSetSnapshots.Of(set, RevisionsOf(set.Uid()), pods)), pods);
    }

    private WorkloadSnapshot Remember(WorkloadSnapshot workload) => _rollouts.Remember(_memory.Remember(workload), _time.GetUtcNow());

    private WorkloadSnapshot Snapshot(V1Job job) => JobSnapshots.Of(job, _caches.Pods.Store.ByIndex(ByOwner, job.Uid() ?? ""));

    private WorkloadSnapshot Snapshot(V1CronJob cron) =>
        _crons.Remember(CronJobSnapshots.Of(cron, name => _caches.Jobs.Store.Get(cron.Namespace() ?? "", name)), _time.GetUtcNow());

    /// <summary>The pods that an owner keeps running. What was evicted, or was on a node that was shut down, stays listed beside those that came in its place.</summary>
    private IReadOnlyList<V1Pod> PodsOf(string? uid) => [.. _caches.Pods.Store.ByIndex(ByOwner, uid ?? "").Where(pod => !PodPhases.HasEnded(pod))];

    private IReadOnlyList<V1ControllerRevision> RevisionsOf(string? uid) => _caches.ControllerRevisions.Store.ByIndex(ByOwner, uid ?? "");
}
