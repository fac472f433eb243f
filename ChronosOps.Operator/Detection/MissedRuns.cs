using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>The runs of a CronJob that were due and have not begun. Pure.</summary>
/// <param name="Problem">Why it cannot be told; null where it can.</param>
/// <param name="Since">When the first of them was due; null where there is none.</param>
/// <param name="Count">How many there are, up to <see cref="Most"/>.</param>
public sealed record MissedRuns(string? Problem, DateTimeOffset? Since, int Count)
{
    /// <summary>From here on it does not matter how many more: the controller counts no further either.</summary>
    public const int Most = 101;

    /// <summary>Controllers look every ten seconds at the latest, and may be busy.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>All offsets that clocks have.</summary>
    private static readonly IReadOnlyList<TimeZoneInfo> Offsets = [.. Enumerable.Range(-48, 105).Select(k => TimeSpan.FromMinutes(15 * k)).Select(offset => TimeZoneInfo.CreateCustomTimeZone($"{offset}", offset, null, null))];

    /// <summary>Those of a CronJob. What fell due before its schedule was what it is now, or while it was suspended, does not count.</summary>
    public static MissedRuns Of(CronJobState cron, DateTimeOffset now)
    {
        if (CronSchedule.Parse(cron.Schedule) is not { } schedule)
        {
            return new MissedRuns($"the schedule '{cron.Schedule}' is not understood", null, 0);
        }

        if (cron.TimeZone is { } name && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out _))
        {
            return new MissedRuns($"the time zone '{name}' is not known here", null, 0);
        }

        if (cron.IsSuspended)
        {
            return new MissedRuns(null, null, 0);
        }

        var (zones, isOfSchedule) = ZonesOf(cron, schedule);
        DateTimeOffset[] begins = [cron.CreatedAt, cron.LastRun ?? cron.CreatedAt, cron.HasChanged || !isOfSchedule ? cron.KnownSince : cron.CreatedAt];
        var first = Next(begins.Max());
        var count = 0;
        for (var due = first; due <= now - Patience && count < Most; due = Next(due.Value))
        {
            count++;
        }

        return new MissedRuns(null, count > 0 ? first : null, count);

        DateTimeOffset? Next(DateTimeOffset after) => zones.Select(zone => schedule.Next(after, zone)).Max();
    }

    /// <summary>
    /// The zones by which it may run, and whether the last run was one of this schedule. Where none is told the controller's own counts: nearly always UTC, and if the last run shows
    /// that it is not, whichever that fits, and a run is missed when it is due by all of them.
    /// </summary>
    private static (IReadOnlyList<TimeZoneInfo> Zones, bool IsOfSchedule) ZonesOf(CronJobState cron, CronSchedule schedule)
    {
        TimeZoneInfo[] first = [cron.TimeZone is { } name ? TimeZoneInfo.FindSystemTimeZoneById(name) : TimeZoneInfo.Utc];
        if (cron.LastRun is not { } last || schedule.IsDue(last, first[0]))
        {
            return (first, true);
        }

        var fitting = cron.TimeZone is null ? Offsets.Where(offset => schedule.IsDue(last, offset)).ToList() : [];
        return fitting.Count > 0 ? (fitting, true) : (first, false);
    }
}
