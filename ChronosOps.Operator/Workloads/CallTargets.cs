using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>The workloads of its namespace that a workload names.</summary>
/// <param name="Hosts">Those that a host of its template leads to.</param>
/// <param name="Declared">Those that its annotation leads to.</param>
/// <param name="Nowhere">What the annotation names and is neither a Service nor a workload that serves; empty where Services cannot be read.</param>
public sealed record NamedWorkloads(IReadOnlySet<WorkloadKey> Hosts, IReadOnlySet<WorkloadKey> Declared, IReadOnlyList<string> Nowhere)
{
    /// <summary>Whether it names a workload, in either way.</summary>
    public bool Contains(WorkloadKey workload) => Hosts.Contains(workload) || Declared.Contains(workload);
}

/// <summary>
/// Finds the workloads that a host leads to: those whose templates the Service of that name selects, otherwise those that it led to while it did, otherwise the one with
/// the Service's name, which is all that can be told of a Service without a selector, and where Services cannot be read.
/// </summary>
public sealed class CallTargets(WorkloadCaches caches, ServiceCatalog services)
{
    /// <summary>Beyond this an annotation declares no dependencies but data.</summary>
    private const int Most = 64;

    /// <summary>The workloads of a namespace that a host leads to.</summary>
    public IEnumerable<WorkloadKey> Of(string @namespace, string host) => Of(@namespace, host, caches.LabelsIn(@namespace));

    /// <summary>Whom a workload names.</summary>
    public NamedWorkloads NamedBy(WorkloadSnapshot workload)
    {
        var space = workload.Key.Namespace;
        var all = caches.LabelsIn(space);
        var declared = Declared(workload.Annotations);
        return new NamedWorkloads(
            workload.Current.Hosts.SelectMany(host => Of(space, host, all)).ToHashSet(),
            declared.SelectMany(name => Of(space, name, all)).ToHashSet(),
            services.IsReadable ? [.. declared.Where(name => !HostNames.ServicesOf(name, space).Any(IsThere))] : []);

        bool IsThere(string name) => caches.Services.Store.Get(space, name) is not null || all.Any(one => one.Workload.Name == name);
    }

    private IEnumerable<WorkloadKey> Of(string space, string host, IReadOnlyList<PodLabels> all) => HostNames.ServicesOf(host, space).SelectMany(name => Behind(space, name, all));

    private List<WorkloadKey> Behind(string space, string name, IReadOnlyList<PodLabels> all)
    {
        var selected = caches.Services.Store.Get(space, name) is { } service && ServiceTargets.HasSelector(service) ? Which(one => ServiceTargets.Selects(service, one.Labels)) : [];
        selected = selected.Count > 0 ? selected : Which(one => services.LedTo(one.Uid, name));
        return selected.Count > 0 ? selected : Which(one => one.Workload.Name == name);

        List<WorkloadKey> Which(Func<PodLabels, bool> isIt) => [.. all.Where(isIt).Select(one => one.Workload)];
    }

    private static List<string> Declared(IReadOnlyDictionary<string, string> annotations) =>
        annotations.TryGetValue(ApiGroup.DependsOnAnnotation, out var names) ? [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().Take(Most)] : [];
}
