using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>Finds the workloads of the past by the pods that had series, and tells when which pod came and went.</summary>
/// <param name="policy">The policy.</param>
/// <param name="only">The one workload that is wanted; null for all.</param>
/// <param name="step">The distance of the points.</param>
/// <param name="ownerOf">Who owned a pod, where that is known better than by its name; null where it is not.</param>
internal sealed class PastPods(EffectivePolicy policy, string? only, TimeSpan step, Func<string, PodOwner?>? ownerOf = null)
{
    /// <summary>A pod without a point for this many steps is gone.</summary>
    private const int MissedSteps = 2;

    /// <summary>Who appears this soon after the first points of all was there before them: not every pod is scraped at the same moment.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(2);
    private readonly Dictionary<string, Seen> _pods = [];
    private readonly Dictionary<string, PastWorkload> _workloads = [];
    private readonly HashSet<string> _strangers = [];
    private DateTimeOffset? _next;
    private DateTimeOffset? _lastSource;
    private DateTimeOffset? _firstSource;

    /// <summary>The first time of which anything is known.</summary>
    public DateTimeOffset Begin { get; private set; }

    public IReadOnlyCollection<PastWorkload> Workloads => _workloads.Values;

    /// <summary>Pods whose workload cannot be told.</summary>
    public IReadOnlyCollection<string> Strangers => _strangers;

    /// <summary>The names of a workload's pods.</summary>
    public IReadOnlyCollection<string> PodsOf(PastWorkload workload) => [.. _pods.Values.Where(pod => ReferenceEquals(pod.Workload, workload)).Select(pod => pod.Pod.Name)];

    /// <summary>Looks at the points that were read since the last time.</summary>
    /// <param name="window">What was read.</param>
    /// <param name="from">The first step, at the first call.</param>
    /// <param name="until">The last step.</param>
    /// <returns>What changed, by workload, in order of time.</returns>
    public ILookup<PastWorkload, PodChange> Advance(HistoryWindow window, DateTimeOffset from, DateTimeOffset until)
    {
        var start = _next ?? from;
        Begin = _next is null ? from : Begin;
        Named();
        var count = (int)((until - start) / step) + 1;
        if (count <= 0)
        {
            return Enumerable.Empty<(PastWorkload, PodChange)>().ToLookup(pair => pair.Item1, pair => pair.Item2);
        }

        var present = Presence(window, start, until, count);
        var source = new bool[count];
        foreach (var steps in present.Values)
        {
            for (var k = 0; k < count; k++)
            {
                source[k] |= steps[k];
            }
        }

        _firstSource ??= Array.IndexOf(source, true) is var first and >= 0 ? start + (step * first) : null;
        var changes = new List<(PastWorkload Workload, PodChange Change)>();
        foreach (var (name, steps) in present)
        {
            changes.AddRange(Follow(name, steps, source, start));
        }

        foreach (var pod in _pods.Values.Where(pod => pod.IsAlive && pod.AliveUntil <= until))
        {
            pod.IsAlive = false;
            changes.Add((pod.Workload, new PodChange(pod.AliveUntil, pod.Pod, Came: false, IsNew: false)));
        }

        for (var k = count - 1; k >= 0; k--)
        {
            if (source[k])
            {
                _lastSource = start + (step * k);
                break;
            }
        }

        _next = start + (step * count);
        return changes.OrderBy(one => one.Change.At).ThenBy(one => one.Change.Pod.Name, StringComparer.Ordinal).ToLookup(one => one.Workload, one => one.Change);
    }

    /// <summary>A workload that the policy names is there, whether or not it has pods with series.</summary>
    private void Named()
    {
        if ((policy.WorkloadName ?? only) is { } name)
        {
            _ = WorkloadOf(name);
        }
    }

    private Dictionary<string, bool[]> Presence(HistoryWindow window, DateTimeOffset start, DateTimeOffset until, int count)
    {
        var present = new Dictionary<string, bool[]>();
        foreach (var buffer in window.OfPods())
        {
            var points = buffer.Points;
            var k = buffer.FirstFrom(start);
            if (k == points.Length || points[k].Time > until)
            {
                continue;
            }

            if (!present.TryGetValue(buffer.Pod!, out var steps))
            {
                present[buffer.Pod!] = steps = new bool[count];
            }

            for (; k < points.Length && points[k].Time <= until; k++)
            {
                steps[(points[k].Time - start).Ticks / step.Ticks] = true;
            }
        }

        return present;
    }

    private IEnumerable<(PastWorkload, PodChange)> Follow(string name, bool[] steps, bool[] source, DateTimeOffset start)
    {
        for (var k = 0; k < steps.Length; k++)
        {
            if (!steps[k])
            {
                continue;
            }

            var at = start + (step * k);
            if (!_pods.TryGetValue(name, out var pod))
            {
                var isOld = at - _firstSource <= Settling;
                if (Find(name, isOld ? null : LastBefore(source, k, start)) is not { } found)
                {
                    yield break;
                }

                _pods[name] = pod = found;
                pod.IsAlive = true;
                yield return (pod.Workload, new PodChange(at, pod.Pod, Came: true, IsNew: !isOld));
            }
            else if (!pod.IsAlive || at >= pod.AliveUntil)
            {
                if (pod.IsAlive)
                {
                    yield return (pod.Workload, new PodChange(pod.AliveUntil, pod.Pod, Came: false, IsNew: false));
                }

                pod.IsAlive = true;
                yield return (pod.Workload, new PodChange(at, pod.Pod, Came: true, IsNew: false));
            }

            pod.AliveUntil = at + (step * MissedSteps);
        }
    }

    /// <summary>The last step before one at which anything had a point; null where that was never.</summary>
    private DateTimeOffset? LastBefore(bool[] source, int step0, DateTimeOffset start)
    {
        for (var k = step0 - 1; k >= 0; k--)
        {
            if (source[k])
            {
                return start + (step * k);
            }
        }

        return _lastSource;
    }

    private Seen? Find(string name, DateTimeOffset? notBefore)
    {
        var owner = ownerOf?.Invoke(name) ?? PodNames.OwnerOf(policy.WorkloadKind, name);
        if (owner is null)
        {
            _strangers.Add(name);
            return null;
        }

        return ReferenceEquals(owner, PodOwner.Other) || (policy.WorkloadName is { } named && named != owner.Workload) || (only is not null && only != owner.Workload)
            ? null
            : new Seen(WorkloadOf(owner.Workload), new PastPod(name, owner.Revision ?? PastWorkload.OneRevision, notBefore ?? Begin - TimeSpan.FromDays(1)));
    }

    private PastWorkload WorkloadOf(string name)
    {
        if (!_workloads.TryGetValue(name, out var workload))
        {
            _workloads[name] = workload = new PastWorkload(new WorkloadKey(policy.WorkloadKind, policy.Namespace, name), Begin);
        }

        return workload;
    }

    private sealed class Seen(PastWorkload workload, PastPod pod)
    {
        public PastWorkload Workload { get; } = workload;

        public PastPod Pod { get; } = pod;

        public bool IsAlive { get; set; }

        public DateTimeOffset AliveUntil { get; set; }
    }
}
