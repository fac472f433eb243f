using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>The revisions that served well and were not rolled back since. The one that served right before the suspect was good until the suspect's rollout began.</summary>
public sealed class KnownGoodCollector(KnownGoodBook book, IncidentBook incidents) : ICollector
{
    public string Subject => "known good revisions";

    public Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var workload = bundle.Workload;
        return Task.FromResult(bundle with { KnownGood = Of(workload, book.Of(workload.Uid), incidents.Rollbacks(workload.Key, workload.Uid)) });
    }

    /// <summary>
    /// Those of the revisions that have proved themselves that were not rolled back since, the one that served last first. One that is seen good after its rollback has proved itself anew: the clock
    /// of a proof starts with each trouble and each other revision, so that all of it is from after it was applied again.
    /// </summary>
    /// <param name="workload">The workload.</param>
    /// <param name="proven">What has proved itself.</param>
    /// <param name="rollbacks">The rollbacks that took effect.</param>
    public static IReadOnlyList<GoodRevision> Of(WorkloadSnapshot workload, IReadOnlyList<KnownGoodRevision> proven, IReadOnlyList<PastRollback> rollbacks)
    {
        var predecessor = workload.Revisions.FirstOrDefault(revision => revision.Hash != workload.Current.Revision)?.Hash;
        return
        [
            .. from good in proven
               let remembered = good.LastGoodAt ?? good.ProvenAt ?? DateTimeOffset.MinValue
               where !rollbacks.Any(rollback => rollback.IsOf(good.Revision, workload) && rollback.At >= remembered)
               let served = good.Revision == predecessor && workload.RolloutStartedAt > remembered ? workload.RolloutStartedAt : remembered
               orderby served descending
               select new GoodRevision(good.Revision, good.ProvenAt ?? remembered, served, StartOf(good, workload.Revision(good.Revision), remembered)),
        ];
    }

    /// <summary>What is remembered, or when the revision came, where it served well since: its pods started later, whether anybody watched them or not.</summary>
    private static DateTimeOffset? StartOf(KnownGoodRevision good, RevisionSnapshot? revision, DateTimeOffset servedWell) =>
        revision?.CreatedAt is { } came && came <= servedWell && !(good.StartedAt >= came) ? came : good.StartedAt;
}
