using System.Collections.Concurrent;

namespace ChronosOps.Operator.Workloads;

/// <summary>
/// Remembers since when the controllers of StatefulSets and DaemonSets could go on with a rollout, and since when they make no pod that is missing. A ControllerRevision is as old as its template, however long a
/// partition or OnDelete kept every pod from it, and nothing in the API tells when that ended. What was before this process began is not known: then the first pod that was made tells, and before there is one, the
/// first look does, so that a deadline may be over late and is never over early.
/// </summary>
public sealed class RolloutMemory
{
    /// <summary>A look longer ago tells nothing of what was in between: a workload that no policy governs is not looked at all the time.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<string, Entry> _known = new();

    /// <summary>Notes how the rollout stands, and gives the snapshot since when it could go on, and since when pods are missing.</summary>
    public WorkloadSnapshot Remember(WorkloadSnapshot workload, DateTimeOffset now)
    {
        if (workload.ObservedGeneration < workload.Generation)
        {
            return workload with { RollingSince = null };
        }

        // Times of the API are whole seconds: a pod that was made right now is not older than this look.
        var look = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        var entry = _known.AddOrUpdate(workload.Uid, _ => Next(null, workload, look), (_, known) => Next(known, workload, look));
        return workload with { RollingSince = workload.RollingSince is null ? null : entry.Since ?? look, PodsMissingSince = entry.MissingSince };
    }

    /// <summary>Forgets workloads that are gone.</summary>
    public void Keep(IReadOnlySet<string> workloads)
    {
        foreach (var gone in _known.Keys.Where(uid => !workloads.Contains(uid)))
        {
            _known.TryRemove(gone, out _);
        }
    }

    private static Entry Next(Entry? known, WorkloadSnapshot workload, DateTimeOffset now)
    {
        var isMissing = IsMissing(workload);
        return new Entry(
            workload.RollingSince,
            workload.RollingSince is { } began && !workload.Ending.Any(pod => now < pod.EndsBy) ? SinceWhen(known, workload, began, now) : null,
            workload.Pods.Count,
            isMissing ? (known?.Pods == workload.Pods.Count ? known.MissingSince : null) ?? now : null,
            now);
    }

    /// <summary>Since when a rollout could go on that can now: since it began, where it was not under way at the look before, and else since then.</summary>
    private static DateTimeOffset SinceWhen(Entry? known, WorkloadSnapshot workload, DateTimeOffset began, DateTimeOffset now)
    {
        if (known?.Began == began && known.Since is { } since)
        {
            return since;
        }

        var before = known is not null && now - known.LookedAt < Lately ? known.LookedAt : (DateTimeOffset?)null;
        if (began >= before)
        {
            return began;
        }

        var made = workload.PodsOf(workload.Current.Revision).Select(pod => pod.CreatedAt).Where(created => created >= (before ?? began)).ToList();
        return made.Count > 0 ? made.Min() : now;
    }

    /// <summary>Whether pods are missing that the controller has no reason to wait with: all those that are there are available, and none is being deleted.</summary>
    private static bool IsMissing(WorkloadSnapshot workload) =>
        workload.Pods.Count < workload.Replicas && workload.AvailableReplicas >= workload.Pods.Count && workload.Pods.All(pod => pod.Serving);

    /// <summary>A look at a workload.</summary>
    /// <param name="Began">When the rollout began by the age of its ControllerRevision; null where none was under way.</param>
    /// <param name="Since">Since when it could go on; null where it could not.</param>
    /// <param name="Pods">How many pods there were.</param>
    /// <param name="MissingSince">Since when pods have been missing; null where none was.</param>
    /// <param name="LookedAt">When the look was taken.</param>
    private sealed record Entry(DateTimeOffset? Began, DateTimeOffset? Since, int Pods, DateTimeOffset? MissingSince, DateTimeOffset LookedAt);
}
