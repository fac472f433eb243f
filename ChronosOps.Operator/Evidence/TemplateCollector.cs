using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>What the running release changed in the pod template. It explains, and a release that changed nothing that runs is suspected less; nothing is suspected more for it, and so it is no gap when it cannot be read.</summary>
public sealed class TemplateCollector(RevisionTemplates templates) : ICollector
{
    private const int MostKnown = 256;

    /// <summary>Two revisions differ today in what they differed in yesterday. Only the last comparison of each workload is kept.</summary>
    private readonly Dictionary<WorkloadKey, (string From, string To, IReadOnlyList<string> Changes, NewDemands Demands, NewDemands OldDemands)> _known = [];

    public string Subject => "changes of the pod template";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var workload = bundle.Workload;
        if (workload.CurrentRevision is not { } current || workload.Previous is not { } previous)
        {
            return bundle;
        }

        lock (_known)
        {
            if (_known.TryGetValue(workload.Key, out var known) && (known.From, known.To) == (previous.Hash, current.Hash))
            {
                return bundle with { TemplateChanges = known.Changes, NewDemands = known.Demands, OldDemands = known.OldDemands };
            }
        }

        var from = await TemplateAsync(workload.Key, previous, cancellationToken).ConfigureAwait(false);
        var to = await TemplateAsync(workload.Key, current, cancellationToken).ConfigureAwait(false);
        if (from is null || to is null)
        {
            return bundle;
        }

        var (changes, demands, oldDemands) = (TemplateDiff.Of(from, to), NewDemands.Between(from, to), NewDemands.Between(to, from));
        lock (_known)
        {
            if (_known.Count >= MostKnown)
            {
                _known.Clear();
            }

            _known[workload.Key] = (previous.Hash, current.Hash, changes, demands, oldDemands);
        }

        return bundle with { TemplateChanges = changes, NewDemands = demands, OldDemands = oldDemands };
    }

    private async Task<JsonObject?> TemplateAsync(WorkloadKey workload, RevisionSnapshot revision, CancellationToken cancellationToken)
    {
        try
        {
            return await templates.ReadAsync(workload, revision.Holders[0], cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException)
        {
            return null;
        }
    }
}
