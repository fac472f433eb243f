using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>The workloads of the watched namespaces, from the caches.</summary>
public sealed class WorkloadCatalog
{
    private const string ByOwner = "owner";
    private readonly Informer<V1Deployment> _deployments;
    private readonly Informer<V1ReplicaSet> _replicaSets;
    private readonly Informer<V1Pod> _pods;

    public WorkloadCatalog(Informer<V1Deployment> deployments, Informer<V1ReplicaSet> replicaSets, Informer<V1Pod> pods)
    {
        (_deployments, _replicaSets, _pods) = (deployments, replicaSets, pods);
        _replicaSets.AddIndex(ByOwner, set => set.ControllerOf()?.Uid is { } uid ? [uid] : []);
        _pods.AddIndex(ByOwner, pod => pod.ControllerOf()?.Uid is { } uid ? [uid] : []);
    }

    /// <summary>A workload, or null where there is none of that name.</summary>
    public WorkloadSnapshot? Find(WorkloadKey key) =>
        _deployments.Store.Get(key.Namespace, key.Name) is { } deployment ? Snapshot(deployment) : null;

    /// <summary>The workloads that a policy covers.</summary>
    public IReadOnlyList<WorkloadSnapshot> SelectedBy(EffectivePolicy policy) =>
        [.. from deployment in _deployments.Store.List(policy.Namespace)
            where policy.Selects(policy.Namespace, deployment.Name(), deployment.Labels())
            where !deployment.IsBeingDeleted()
            orderby deployment.Name()
            select Snapshot(deployment)];

    /// <summary>The UIDs of all workloads.</summary>
    public IReadOnlySet<string> Uids() => _deployments.Store.List().Select(deployment => deployment.Uid() ?? "").ToHashSet();

    /// <summary>All workloads of a namespace.</summary>
    public IReadOnlyList<WorkloadSnapshot> In(string @namespace) =>
        [.. _deployments.Store.List(@namespace).Where(deployment => !deployment.IsBeingDeleted()).Select(Snapshot)];

    /// <summary>Keeps the facts of a Deployment's template and lets the template itself go.</summary>
    public static V1Deployment Slim(V1Deployment deployment)
    {
        TemplateFacts.Of(deployment, deployment.Spec.Template);
        deployment.Spec.Template = null;
        deployment.Metadata.Annotations?.Remove("kubectl.kubernetes.io/last-applied-configuration");
        return deployment;
    }

    /// <summary>Keeps the facts of a ReplicaSet's template and lets the template itself go.</summary>
    public static V1ReplicaSet Slim(V1ReplicaSet set)
    {
        TemplateFacts.Of(set, set.Spec.Template);
        set.Spec.Template = null;
        return set;
    }

    private WorkloadSnapshot Snapshot(V1Deployment deployment)
    {
        var sets = _replicaSets.Store.ByIndex(ByOwner, deployment.Uid() ?? "");
        return WorkloadSnapshots.Of(deployment, sets, sets.SelectMany(set => _pods.Store.ByIndex(ByOwner, set.Uid() ?? "")));
    }
}
