using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>The revisions that served well. The one that served right before the suspect was good until the suspect's rollout began.</summary>
public sealed class KnownGoodCollector(KnownGoodBook book) : ICollector
{
    public string Subject => "known good revisions";

    public Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var workload = bundle.Workload;
        var predecessor = workload.Revisions.FirstOrDefault(revision => revision.Hash != workload.Current.Revision)?.Hash;
        return Task.FromResult(bundle with
        {
            KnownGood =
            [
                .. from good in book.Of(workload.Uid)
                   let remembered = good.LastGoodAt ?? good.ProvenAt ?? DateTimeOffset.MinValue
                   let served = good.Revision == predecessor && workload.RolloutStartedAt > remembered ? workload.RolloutStartedAt : remembered
                   orderby served descending
                   select new GoodRevision(good.Revision, good.ProvenAt ?? remembered, served),
            ],
        });
    }
}
