using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>Joins workloads with the Services that lead to them. Few are looked at for each: those that one label of the template finds, and those that are remembered.</summary>
public sealed class ServiceCatalog
{
    private const string ByLabel = "label";

    /// <summary>Where nothing happens a server may say nothing, but a watch lasts 10 minutes at most: after this long what is held is not what is.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(12);
    private readonly WorkloadCaches _caches;
    private readonly TimeProvider _time;
    private readonly ServiceMemory _memory = new();

    public ServiceCatalog(WorkloadCaches caches, TimeProvider time)
    {
        (_caches, _time) = (caches, time);
        caches.Services.AddIndex(ByLabel, service => ServiceTargets.HasSelector(service) ? [KeyOf(service.Namespace(), service.Spec.Selector!.MinBy(pair => pair.Key, StringComparer.Ordinal))] : []);
    }

    /// <summary>Whether Services can be read: an older role may lack the right.</summary>
    public bool IsReadable => _caches.Services.HasSynced && _time.GetUtcNow() - _caches.Services.LastEventAt < Silence;

    /// <summary>Takes over what a policy's status remembers.</summary>
    public void Recall(RemediationPolicyStatus? status) => _memory.Recall(status);

    /// <summary>Forgets workloads that are gone.</summary>
    public void Keep(IReadOnlySet<string> workloads) => _memory.Keep(workloads);

    /// <summary>Whether a Service, by its name, is remembered to have led to a workload.</summary>
    public bool LedTo(string uid, string service) => _memory.Of(uid).ContainsKey(service);

    /// <summary>The workload with its Services.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="pods">Its pods.</param>
    public WorkloadSnapshot Join(WorkloadSnapshot workload, IReadOnlyList<V1Pod> pods)
    {
        var known = _memory.Of(workload.Uid);
        if (!IsReadable)
        {
            return workload with { Services = known.Count == 0 ? null : [.. known.Select(one => new ServiceSnapshot { Name = one.Key, Reach = ServiceReach.Unknown, Earlier = one.Value })] };
        }

        var space = workload.Key.Namespace;
        var own = pods.Where(IsLiving).ToList();
        var found = workload.Current.Labels.SelectMany(label => _caches.Services.Store.ByIndex(ByLabel, KeyOf(space, label)))
            .Concat(known.Keys.Select(name => _caches.Services.Store.Get(space, name)).OfType<V1Service>().Where(ServiceTargets.HasSelector))
            .DistinctBy(service => service.Name())
            .OrderBy(service => service.Name(), StringComparer.Ordinal)
            .ToList();
        foreach (var gone in known.Keys.Except(found.Select(service => service.Name())))
        {
            _memory.Forget(workload.Uid, gone);
        }

        return workload with { Services = [.. found.Select(service => WithMisses(See(service, workload, own, known.ContainsKey(service.Name())), service, workload)).OfType<ServiceSnapshot>()] };
    }

    private static ServiceSnapshot? WithMisses(ServiceSnapshot? seen, V1Service service, WorkloadSnapshot workload)
    {
        var misses = new Dictionary<string, string>();
        foreach (var revision in seen is null ? [] : workload.Revisions)
        {
            if (ServiceTargets.Miss(service, workload.Current, revision.Facts) is { } why)
            {
                misses[revision.Hash] = why;
            }
        }

        return misses.Count == 0 ? seen : seen! with { Misses = misses };
    }

    private ServiceSnapshot? See(V1Service service, WorkloadSnapshot workload, List<V1Pod> own, bool isKnown)
    {
        var target = ServiceTargets.Of(service);
        var serves = ServiceTargets.ServesByTemplate(service, workload, own);
        if (!serves && !isKnown)
        {
            return ServiceTargets.Serves(service, workload, own) ? new ServiceSnapshot { Name = service.Name(), Reach = ServiceReach.Here, Target = target, Earlier = target, ByTemplate = false } : null;
        }

        var look = serves ? (ServiceReach.Here, null) : ServiceTargets.Look(service, workload, own, () => OthersIn(workload));
        return _memory.Note(workload.Uid, service.Name(), target, look, serves, _time.GetUtcNow());
    }

    /// <summary>The labels of the namespace's other pods, and of those that its other workloads would make.</summary>
    private IEnumerable<IReadOnlyDictionary<string, string>?> OthersIn(WorkloadSnapshot workload)
    {
        var own = workload.Pods.Select(pod => pod.Uid).ToHashSet();
        var space = workload.Key.Namespace;
        return _caches.Pods.Store.List(space).Where(pod => IsLiving(pod) && !own.Contains(pod.Uid() ?? "")).Select(pod => (IReadOnlyDictionary<string, string>?)pod.Metadata.Labels)
            .Concat(_caches.LabelsIn(space).Where(one => one.Uid != workload.Uid).Select(one => one.Labels));
    }

    private static bool IsLiving(V1Pod pod) => pod.Metadata.DeletionTimestamp is null && !PodPhases.HasEnded(pod);

    private static string KeyOf(string? space, KeyValuePair<string, string> label) => $"{space}/{label.Key}={label.Value}";
}
