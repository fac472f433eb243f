using System.Collections.Concurrent;

namespace ChronosOps.Operator.Workloads;

/// <summary>
/// Remembers since when each CronJob has had its schedule: what fell due before a schedule was changed, or while it was suspended, is nothing that it missed. Nothing in the
/// API tells that without managedFields, and so what was before this process began is not known.
/// </summary>
public sealed class CronJobMemory
{
    private readonly ConcurrentDictionary<string, Entry> _known = new();

    /// <summary>Notes the schedule as it is, and gives the snapshot since when it has been so.</summary>
    public WorkloadSnapshot Remember(WorkloadSnapshot workload, DateTimeOffset now)
    {
        if (workload.CronJob is not { } cron)
        {
            return workload;
        }

        var schedule = (cron.Schedule, cron.TimeZone, cron.IsSuspended);
        var entry = _known.AddOrUpdate(workload.Uid, _ => new Entry(schedule, now, HasChanged: false), (_, known) => known.Schedule == schedule ? known : new Entry(schedule, now, HasChanged: true));
        return workload with { CronJob = cron with { KnownSince = entry.Since, HasChanged = entry.HasChanged } };
    }

    /// <summary>Forgets workloads that are gone.</summary>
    public void Keep(IReadOnlySet<string> workloads)
    {
        foreach (var gone in _known.Keys.Where(uid => !workloads.Contains(uid)))
        {
            _known.TryRemove(gone, out _);
        }
    }

    private sealed record Entry((string, string?, bool) Schedule, DateTimeOffset Since, bool HasChanged);
}
