using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>When a CronJob's runs fall due, and which have begun.</summary>
public sealed record CronJobState
{
    /// <summary>When runs fall due, as the CronJob writes it.</summary>
    public required string Schedule { get; init; }

    /// <summary>The time zone of the schedule; null where that of the controller counts, which nothing tells.</summary>
    public string? TimeZone { get; init; }

    public bool IsSuspended { get; init; }

    /// <summary>Whether no run begins while another one goes on.</summary>
    public bool ForbidsConcurrency { get; init; }

    /// <summary>How long after its time a run may still begin; null where there is no end to it.</summary>
    public TimeSpan? StartingDeadline { get; init; }

    /// <summary>When the last run that began was due; null where none has.</summary>
    public DateTimeOffset? LastRun { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when this process has known the schedule as it is now.</summary>
    public DateTimeOffset KnownSince { get; init; }

    /// <summary>Whether it was another one before, or suspended.</summary>
    public bool HasChanged { get; init; }

    /// <summary>The runs that go on.</summary>
    public IReadOnlyList<ActiveRun> Active { get; init; } = [];
}

/// <summary>A run that goes on.</summary>
/// <param name="Job">The name of its Job.</param>
/// <param name="StartedAt">When it began; null where that is not known.</param>
public sealed record ActiveRun(string Job, DateTimeOffset? StartedAt);

/// <summary>Makes snapshots of CronJobs from API objects. A CronJob has no pods of its own: they are its Jobs'. Pure.</summary>
public static class CronJobSnapshots
{
    /// <summary>The CronJob with its runs that go on.</summary>
    /// <param name="cron">The CronJob.</param>
    /// <param name="job">Finds a Job of its namespace by name.</param>
    public static WorkloadSnapshot Of(V1CronJob cron, Func<string, V1Job?> job)
    {
        var created = cron.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;
        return new WorkloadSnapshot
        {
            Key = new WorkloadKey(WorkloadKind.CronJob, cron.Namespace() ?? "", cron.Name()),
            Uid = cron.Metadata.Uid ?? "",
            Labels = cron.Metadata.Labels ?? [],
            Annotations = cron.Metadata.Annotations ?? [],
            Current = TemplateFacts.Of(cron, cron.Spec.JobTemplate?.Spec.Template),
            RolloutStartedAt = created,
            CronJob = new CronJobState
            {
                Schedule = cron.Spec.Schedule,
                TimeZone = string.IsNullOrEmpty(cron.Spec.TimeZone) ? null : cron.Spec.TimeZone,
                IsSuspended = cron.Spec.Suspend == true,
                ForbidsConcurrency = cron.Spec.ConcurrencyPolicy == "Forbid",
                StartingDeadline = cron.Spec.StartingDeadlineSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, int.MaxValue)) : null,
                LastRun = cron.Status?.LastScheduleTime,
                CreatedAt = created,
                KnownSince = created,
                Active = [.. (cron.Status?.Active ?? []).Select(one => one.Name).OfType<string>().Select(name => new ActiveRun(name, job(name)?.Status?.StartTime))],
            },
        };
    }
}
