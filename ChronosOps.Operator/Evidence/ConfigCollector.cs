using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>
/// The ConfigMaps and Secrets that the current and the known good revisions refer to: whether they are there, and when they were last written.
/// Only metadata is asked for: neither values nor secrets are read. But where the policy keeps ConfigMaps, those that are suspected are held against what was kept.
/// </summary>
[EntityRbac(typeof(V1ConfigMap), Verbs = RbacVerb.Get, Why = "whether those that a revision refers to are there, and when they were written, by their metadata")]
[EntityRbac(typeof(V1Secret), Verbs = RbacVerb.Get, When = RbacSwitches.ReadSecretMetadata, Why = "the same of Secrets; RBAC knows no right to metadata alone")]
public sealed class ConfigCollector(KubernetesClient client) : ICollector
{
    private readonly GenericClient<V1ConfigMap> _configMaps = client.For(KubernetesResources.ConfigMaps);

    public string Subject => "configuration";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var facts = new List<ConfigFact>();
        var wanted = bundle.KnownGood.Select(good => good.Revision).Append(bundle.Workload.Current.Revision).ToHashSet();
        var references = from revision in bundle.Workload.Revisions
                         where wanted.Contains(revision.Hash)
                         from reference in revision.Facts.ConfigReferences
                         group (reference, revision.Hash) by (reference.Kind, reference.Name) into same
                         select (Reference: new ConfigReference(same.Key.Kind, same.Key.Name, same.All(r => r.reference.Optional)), Revisions: same.Select(r => r.Hash).Distinct().ToList());
        foreach (var (reference, revisions) in references.ToList())
        {
            var fact = await LookAsync(bundle.Workload.Key.Namespace, reference, revisions, cancellationToken).ConfigureAwait(false);
            var isSuspect = revisions.Contains(bundle.Workload.Current.Revision) && (fact.Exists == false || fact.ChangedAt > bundle.OnsetAt - ConfigReference.Suspected);
            facts.Add(isSuspect && reference.Kind == "ConfigMap" && request.Reading.Policy.KeepsConfigMaps
                ? fact with { Kept = await KeptAsync(bundle.Workload.Key.Namespace, fact, cancellationToken).ConfigureAwait(false) }
                : fact);
        }

        return bundle with { Configs = facts };
    }

    private async Task<ConfigFact> LookAsync(string @namespace, ConfigReference reference, List<string> revisions, CancellationToken cancellationToken)
    {
        var plural = reference.Kind == "Secret" ? "secrets" : "configmaps";
        try
        {
            var found = await client.ReadMetadataAsync($"/api/v1/namespaces/{@namespace}/{plural}/{reference.Name}", cancellationToken).ConfigureAwait(false);
            return new ConfigFact(reference, true, LastWritten(found), revisions);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return new ConfigFact(reference, false, null, revisions);
        }
        catch (KubernetesException e) when (e.IsForbidden)
        {
            return new ConfigFact(reference, null, null, revisions);
        }
    }

    private async Task<KeptConfig> KeptAsync(string @namespace, ConfigFact fact, CancellationToken cancellationToken)
    {
        var name = fact.Reference.Name;
        var copy = await _configMaps.FindNamespacedAsync(@namespace, KeptConfigMaps.NameOf(name), cancellationToken).ConfigureAwait(false);
        var now = await _configMaps.FindNamespacedAsync(@namespace, name, cancellationToken).ConfigureAwait(false);
        return KeptConfig.Of(@namespace, name, now, fact.ChangedAt, copy);
    }

    /// <summary>The last write that any manager made, or the creation.</summary>
    /// <param name="found">The object's metadata, with its managed fields.</param>
    /// <returns>Null where it does not say.</returns>
    public static DateTimeOffset? LastWritten(JsonNode? found)
    {
        var times = (found?["metadata"]?["managedFields"] as JsonArray ?? [])
            .Select(entry => entry?["time"]?.ToString())
            .Append(found?["metadata"]?["creationTimestamp"]?.ToString())
            .Select(text => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? (DateTimeOffset?)time : null)
            .OfType<DateTimeOffset>()
            .ToList();
        return times.Count > 0 ? times.Max() : null;
    }
}
