using System.Collections.Concurrent;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Knowledge;

/// <summary>
/// Remembers which revisions of each workload served well. A revision proves itself by serving alone, complete and without trouble for the
/// policy's time and requests; trouble starts the clock anew. What is proven is kept in the policy's status, so that it outlives this process.
/// </summary>
public sealed class KnownGoodBook
{
    private const int Kept = 3;
    private readonly ConcurrentDictionary<string, Page> _pages = new();

    /// <summary>Takes over what a policy's status remembers. What is known already stays.</summary>
    public void Load(RemediationPolicyStatus? status)
    {
        foreach (var memory in status?.Workloads ?? [])
        {
            if (memory.Uid is { } uid)
            {
                _pages.GetOrAdd(uid, _ => new Page([.. memory.KnownGood.Take(Kept)]));
            }
        }
    }

    /// <summary>Drops what is known of workloads that are no longer there.</summary>
    /// <param name="uids">The workloads that are.</param>
    public void Keep(IReadOnlySet<string> uids)
    {
        foreach (var gone in _pages.Keys.Where(uid => !uids.Contains(uid)))
        {
            _pages.TryRemove(gone, out _);
        }
    }

    /// <summary>What is known of a workload, newest first.</summary>
    public IReadOnlyList<KnownGoodRevision> Of(string uid) => _pages.TryGetValue(uid, out var page) ? page.Proven : [];

    /// <summary>Whether nothing is known of the workload, and so its history is worth a look.</summary>
    public bool IsBlank(string uid) => Of(uid).Count == 0;

    /// <summary>Adds what Prometheus' history shows.</summary>
    public void Seed(string uid, IEnumerable<KnownGoodRevision> revisions) => PageOf(uid).Replace([.. revisions.Take(Kept)]);

    /// <summary>Takes an evaluation into account.</summary>
    /// <param name="reading">The evaluation.</param>
    /// <param name="inTrouble">Whether an incident of the workload is open.</param>
    public void Observe(WorkloadReading reading, bool inTrouble)
    {
        var page = PageOf(reading.Workload.Uid);
        var revision = reading.Workload.Current.Revision;
        if (!ServesWell(reading) || inTrouble)
        {
            page.Interrupt();
            return;
        }

        var (requests, until) = (0.0, (DateTimeOffset?)null);
        foreach (var step in reading.Traffic.Of(revision))
        {
            if (page.CountedUntil is not { } counted || step.From >= counted)
            {
                requests += step.Requests;
                until = step.To;
            }
        }

        page.Continue(revision, reading.Time, requests, until);
        var proven = reading.Time - page.Since >= reading.Policy.KnownGoodDuration && page.Requests >= reading.Policy.KnownGoodRequests;
        if (proven)
        {
            page.Prove(revision, reading.Time, StartOf(reading.Workload, reading.Time - reading.Policy.KnownGoodDuration), Kept);
        }
    }

    /// <summary>When the first container started of the pods that serve; null where that is too short ago for a proof.</summary>
    private static DateTimeOffset? StartOf(WorkloadSnapshot workload, DateTimeOffset latest)
    {
        var first = DateTimeOffset.MaxValue;
        foreach (var pod in workload.Pods)
        {
            if (pod.Revision == workload.Current.Revision && !pod.Deleting)
            {
                var start = pod.StartedAt;
                first = start < first ? start : first;
            }
        }

        return first <= latest ? first : null;
    }

    /// <summary>The rollout is complete and nothing that was measured is bad. Where requests count, the series must have been readable.</summary>
    private static bool ServesWell(WorkloadReading reading) =>
        reading.Workload.RolloutComplete && !reading.IsBad && reading.Workload.AvailableReplicas > 0
        && (reading.Policy.KnownGoodRequests == 0 || (reading.SeriesError ?? reading.RequestsError) is null);

    private Page PageOf(string uid) => _pages.GetOrAdd(uid, _ => new Page([]));

    private sealed class Page(IReadOnlyList<KnownGoodRevision> proven)
    {
        private string? _candidate;

        public IReadOnlyList<KnownGoodRevision> Proven { get; private set; } = proven;
        public DateTimeOffset Since { get; private set; }
        public DateTimeOffset? CountedUntil { get; private set; }
        public double Requests { get; private set; }

        public void Replace(IReadOnlyList<KnownGoodRevision> revisions) => Proven = revisions;

        public void Interrupt() => _candidate = null;

        public void Continue(string revision, DateTimeOffset now, double requests, DateTimeOffset? countedUntil)
        {
            if (_candidate != revision)
            {
                (_candidate, Since, Requests, CountedUntil) = (revision, now, 0, now);
                return;
            }

            Requests += requests;
            CountedUntil = countedUntil ?? CountedUntil;
        }

        public void Prove(string revision, DateTimeOffset now, DateTimeOffset? startedAt, int kept)
        {
            var known = Proven.FirstOrDefault(good => good.Revision == revision);
            var entry = new KnownGoodRevision
            {
                Revision = revision,
                ProvenAt = known?.ProvenAt ?? now,
                LastGoodAt = now,
                StartedAt = startedAt ?? known?.StartedAt,
                Source = known?.Source ?? KnownGoodSource.Observed,
            };
            Proven = [entry, .. Proven.Where(good => good.Revision != revision).Take(kept - 1)];
        }
    }
}
