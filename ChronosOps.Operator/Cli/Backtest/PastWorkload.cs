using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>A pod as its series tell of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Revision">The revision that its name tells, or the one that stands for all.</param>
/// <param name="CreatedAt">The last time at which the namespace had series and the pod none: it was not created before.</param>
internal sealed record PastPod(string Name, string Revision, DateTimeOffset CreatedAt);

/// <summary>A pod that began or ceased to have series.</summary>
internal sealed record PodChange(DateTimeOffset At, PastPod Pod, bool Came, bool IsNew);

/// <summary>
/// A workload of the past, put together from the pods that had series, step by step and without looking ahead. A revision is current from when its first pod
/// came; its rollout is over when no pod of another revision is left. States of pods are not known: whoever was scraped counts as ready.
/// </summary>
internal sealed class PastWorkload
{
    /// <summary>Stands for the revision where names do not tell one.</summary>
    public const string OneRevision = "history";

    /// <summary>Stands for whatever ran before the release that was there when the history began: that it was the first one is not known.</summary>
    public const string Earlier = "earlier";

    /// <summary>As many as a Deployment keeps.</summary>
    private const int KeptRevisions = 10;
    private static readonly TimeSpan KeptPods = TimeSpan.FromHours(1);
    private readonly Dictionary<string, PastPod> _alive = [];
    private readonly Dictionary<string, (PastPod Pod, DateTimeOffset At)> _gone = [];
    private readonly List<RevisionSnapshot> _revisions = [];
    private readonly DateTimeOffset _before;
    private int _rollouts = 1;
    private bool _isOlder = true;
    private string? _current;
    private DateTimeOffset _startedAt;
    private DateTimeOffset? _rollingSince;

    /// <param name="key">Which workload.</param>
    /// <param name="begin">The first time of which anything is known.</param>
    public PastWorkload(WorkloadKey key, DateTimeOffset begin)
    {
        Key = key;
        _before = _startedAt = begin - TimeSpan.FromDays(1);
        Snapshot = Take();
    }

    public WorkloadKey Key { get; }

    /// <summary>As it stands after the last change.</summary>
    public WorkloadSnapshot Snapshot { get; private set; }

    /// <summary>When its last pod went; null while it has pods, and before it had any.</summary>
    public DateTimeOffset? GoneSince { get; private set; }

    /// <summary>Whether it has ever had a pod.</summary>
    public bool WasSeen => _current is not null;

    /// <summary>When rollouts began, and of which revision.</summary>
    public List<(DateTimeOffset At, string Revision)> Rollouts { get; } = [];

    /// <summary>Takes changes of one moment in.</summary>
    public void Apply(IReadOnlyList<PodChange> changes)
    {
        foreach (var change in changes.Where(change => !change.Came))
        {
            _alive.Remove(change.Pod.Name);
            _gone[change.Pod.Name] = (change.Pod, change.At);
        }

        var came = changes.Where(change => change.Came).ToList();
        foreach (var change in came)
        {
            _gone.Remove(change.Pod.Name);
            _alive[change.Pod.Name] = change.Pod;
            Know(change.Pod);
        }

        Release(came);
        var others = _alive.Values.Any(pod => pod.Revision != _current);
        if (!others && _alive.Count > 0)
        {
            _rollingSince = null;
        }

        var now = changes[0].At;
        GoneSince = _alive.Count > 0 ? null : now;
        foreach (var old in _gone.Where(entry => now - entry.Value.At > KeptPods).Select(entry => entry.Key).ToList())
        {
            _gone.Remove(old);
        }

        Snapshot = Take();
    }

    private void Know(PastPod pod)
    {
        if (_revisions.TrueForAll(revision => revision.Hash != pod.Revision))
        {
            _revisions.Insert(0, new RevisionSnapshot { Facts = FactsOf(pod.Revision), Holders = [HolderOf(pod.Revision)], Number = _revisions.Count + 1, CreatedAt = pod.CreatedAt });
        }
    }

    /// <summary>A new pod of another revision than the current one: a rollout began. At first the revision with the most pods is the current one.</summary>
    private void Release(List<PodChange> came)
    {
        if (came.Count == 0)
        {
            return;
        }

        if (_current is null)
        {
            _current = came.GroupBy(change => change.Pod.Revision).OrderByDescending(same => same.Count()).ThenBy(same => same.Key, StringComparer.Ordinal).First().Key;
            _startedAt = came.Min(change => change.Pod.CreatedAt);
            _isOlder = _startedAt <= _before;
        }
        else if (came.Where(change => change.IsNew && change.Pod.Revision != _current).MinBy(change => change.Pod.CreatedAt) is { } newer)
        {
            _current = newer.Pod.Revision;
            _rollouts++;
            (_startedAt, _rollingSince) = (newer.Pod.CreatedAt, newer.Pod.CreatedAt);
            Rollouts.Add((newer.Pod.CreatedAt, newer.Pod.Revision));
            var known = _revisions.First(revision => revision.Hash == _current);
            _revisions.Remove(known);
            _revisions.Insert(0, known with { Number = _rollouts });
        }

        if (_revisions.Count > KeptRevisions)
        {
            _revisions.RemoveRange(KeptRevisions, _revisions.Count - KeptRevisions);
        }
    }

    private WorkloadSnapshot Take()
    {
        var current = _current ?? OneRevision;
        var pods = _alive.Values.OrderBy(pod => pod.Name, StringComparer.Ordinal).ToList();

        // Without a pod that had series it is not known how many there were: least of all that somebody wanted none.
        var updated = Math.Max(1, pods.Count(pod => pod.Revision == current));
        return new WorkloadSnapshot
        {
            Key = Key,
            Uid = Key.ToString(),
            Generation = _rollouts,
            ObservedGeneration = _rollouts,
            Labels = new Dictionary<string, string>(),
            Annotations = new Dictionary<string, string>(),
            RevisionNumber = _rollouts,
            Paused = false,
            Replicas = updated,
            UpdatedReplicas = updated,
            AvailableReplicas = updated,
            TotalReplicas = Math.Max(updated, pods.Count),
            Strategy = "RollingUpdate",
            Current = FactsOf(current),
            RolloutStartedAt = _startedAt,
            RollingSince = _rollingSince,
            Revisions = [.. _revisions, .. _current is null ? new[] { Unseen(OneRevision, 1) } : [], .. _isOlder ? new[] { Unseen(Earlier, 0) } : []],
            Pods = [.. pods.Select(Of)],
            GonePods = Key.Kind == WorkloadKind.Deployment ? [] : [.. _gone.Values.Select(one => new PodLife(one.Pod.Name, one.Pod.Name, one.Pod.Revision, one.Pod.CreatedAt))],
        };
    }

    private static PodSnapshot Of(PastPod pod) =>
        new() { Name = pod.Name, Uid = pod.Name, Revision = pod.Revision, CreatedAt = pod.CreatedAt, Ready = true, Deleting = false, Containers = [] };

    private RevisionSnapshot Unseen(string revision, long number) => new() { Facts = FactsOf(revision), Holders = ["?"], Number = number, CreatedAt = _before };

    private string HolderOf(string revision) => $"{Key.Name}-{revision}";

    /// <summary>The template is not known. Images that differ by name, and a reference that nobody can look at, keep whoever judges from taking it for unchanged.</summary>
    private static TemplateFacts FactsOf(string revision) => new()
    {
        Revision = revision,
        Containers = [new ContainerFacts("unknown", $"unknown ({revision})", null)],
        ConfigReferences = [new ConfigReference("ConfigMap", "that is not known from history", Optional: false)],
        DoNotRollBack = false,
    };
}
