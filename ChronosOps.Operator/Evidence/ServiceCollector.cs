using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>The Services that no longer lead to the workload's pods, and who changed them. The cache keeps no managedFields, so these are read live.</summary>
[EntityRbac(typeof(V1Service), Verbs = RbacVerb.Get, Why = "who changed one that no longer leads to a workload's pods, by its metadata")]
public sealed class ServiceCollector(KubernetesClient client, WorkloadCatalog catalog) : ICollector
{
    public string Subject => "services";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        if (!catalog.SeesServices)
        {
            return bundle with { Gaps = [.. bundle.Gaps, $"{Subject}: they cannot be read (the right to list and watch them may be missing)"] };
        }

        foreach (var lost in ServiceSigns.MissedIn(request.Reading))
        {
            var (change, gap) = await LookAsync(bundle.Workload.Key.Namespace, lost.Name, cancellationToken).ConfigureAwait(false);
            bundle = bundle with { Services = [.. bundle.Services, new ServiceFact(lost, change)], Gaps = gap is null ? bundle.Gaps : [.. bundle.Gaps, gap] };
        }

        return bundle;
    }

    /// <summary>That the Service leads nowhere is known without it.</summary>
    private async Task<(FieldChange? Change, string? Gap)> LookAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        try
        {
            var live = await client.ReadMetadataAsync(KubernetesResources.Services.Path(@namespace, name), cancellationToken).ConfigureAwait(false);
            return (FieldChanges.Last(live, "f:spec/f:selector", "f:spec/f:ports"), null);
        }
        catch (KubernetesException e)
        {
            return (null, $"who changed Service {name}: {e.Message}");
        }
    }
}
