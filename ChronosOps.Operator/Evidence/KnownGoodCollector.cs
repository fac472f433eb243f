using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;

namespace ChronosOps.Operator.Evidence;

/// <summary>The revisions that served well and were never rolled back. The one that served right before the suspect was good until the suspect's rollout began.</summary>
public sealed class KnownGoodCollector(KnownGoodBook book, IncidentBook incidents) : ICollector
{
    public string Subject => "known good revisions";

    public Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var workload = bundle.Workload;
        var rolledBack = incidents.RolledBackFrom(workload.Key, workload.Uid);
        var predecessor = workload.Revisions.FirstOrDefault(revision => revision.Hash != workload.Current.Revision)?.Hash;
        return Task.FromResult(bundle with
        {
            KnownGood =
            [
                .. from good in book.Of(workload.Uid)
                   where !rolledBack.ContainsKey(good.Revision)
                   let remembered = good.LastGoodAt ?? good.ProvenAt ?? DateTimeOffset.MinValue
                   let served = good.Revision == predecessor && workload.RolloutStartedAt > remembered ? workload.RolloutStartedAt : remembered
                   orderby served descending
                   select new GoodRevision(good.Revision, good.ProvenAt ?? remembered, served),
            ],
        });
    }
}
