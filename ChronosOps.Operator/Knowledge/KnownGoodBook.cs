using System.Collections.Concurrent;
using System.Collections.Frozen;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Knowledge;

/// <summary>
/// Remembers which revisions of each workload served well. A revision proves itself by serving alone, complete and without trouble for the
/// policy's time and requests, measured; trouble starts the clock anew. What is proven is kept in the policy's status, so that it outlives this process.
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

    /// <summary>The signals that were measured of a workload, of whichever revision, while it proved itself.</summary>
    public IReadOnlySet<string> MeasuredOf(string uid) => _pages.TryGetValue(uid, out var page) ? page.Measured : FrozenSet<string>.Empty;

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

        var candidate = page.CandidateOf(revision, reading.Time);
        candidate.Look(reading, page.Measured);
        page.Add(candidate.Measured);
        if (candidate.IsProven(reading.Policy))
        {
            page.Prove(candidate, reading, StartOf(reading.Workload, reading.Time - reading.Policy.KnownGoodDuration), Kept);
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
        private Candidate? _candidate;

        public IReadOnlyList<KnownGoodRevision> Proven { get; private set; } = proven;

        /// <summary>The signals that were measured of the workload, of whichever revision.</summary>
        public IReadOnlySet<string> Measured { get; private set; } = proven.SelectMany(good => good.Measured).ToHashSet();

        /// <summary>Phases read the set meanwhile: it is replaced where something is new, and never changed.</summary>
        public void Add(IReadOnlyCollection<string> signals)
        {
            if (!Measured.IsSupersetOf(signals))
            {
                Measured = Measured.Concat(signals).ToHashSet();
            }
        }

        public void Replace(IReadOnlyList<KnownGoodRevision> revisions)
        {
            Proven = revisions;
            Add([.. revisions.SelectMany(good => good.Measured)]);
        }

        public void Interrupt() => _candidate = null;

        public Candidate CandidateOf(string revision, DateTimeOffset now) =>
            _candidate?.Revision == revision ? _candidate : _candidate = new Candidate(revision, now);

        public void Prove(Candidate candidate, WorkloadReading reading, DateTimeOffset? startedAt, int kept)
        {
            var known = Proven.FirstOrDefault(good => good.Revision == candidate.Revision);
            var entry = new KnownGoodRevision
            {
                Revision = candidate.Revision,
                ProvenAt = known?.ProvenAt ?? reading.Time,
                LastGoodAt = reading.Time,
                StartedAt = startedAt ?? known?.StartedAt,
                Source = known?.Source ?? KnownGoodSource.Observed,
                Measured = [.. reading.Policy.Signals.Select(signal => signal.Name).Where(name => candidate.Measured.Contains(name) || known?.Measured.Contains(name) == true)],
            };
            Proven = [entry, .. Proven.Where(good => good.Revision != candidate.Revision).Take(kept - 1)];
        }
    }
}
