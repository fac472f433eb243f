using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A CronJob, as far as it tells when its runs fall due and which have begun. <c>batch/v1</c> since Kubernetes 1.21, with the same fields in <c>batch/v1beta1</c> until 1.24.</summary>
[Projection]
[KubernetesEntity(Group = "batch", ApiVersion = "v1", Kind = "CronJob", PluralName = "cronjobs")]
public sealed class V1CronJob : IKubernetesObject<V1ObjectMeta>, ISpec<V1CronJobSpec>, IStatus<V1CronJobStatus>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1CronJobSpec Spec { get; set => field = value ?? new(); } = new();
    public V1CronJobStatus? Status { get; set; }
}

public sealed class V1CronJobSpec
{
    public string Schedule { get; set; } = "";

    /// <summary>The name of a time zone, such as <c>Europe/Berlin</c>; that of the controller where it is left out.</summary>
    public string? TimeZone { get; set; }

    /// <summary>How long after its time a run may still begin.</summary>
    public long? StartingDeadlineSeconds { get; set; }

    /// <summary><c>Allow</c>, <c>Forbid</c> or <c>Replace</c>.</summary>
    public string? ConcurrencyPolicy { get; set; }

    public bool? Suspend { get; set; }
    public V1JobTemplateSpec? JobTemplate { get; set; }
}

public sealed class V1JobTemplateSpec
{
    public V1JobSpec Spec { get; set => field = value ?? new(); } = new();
}

public sealed class V1CronJobStatus
{
    /// <summary>The Jobs that have not ended.</summary>
    public List<V1ActiveJob>? Active { get; set; }

    /// <summary>The time that the last run was due at, which is not that at which it began.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastScheduleTime { get; set; }
}

/// <summary>Names a Job that has not ended.</summary>
public sealed class V1ActiveJob
{
    public string? Name { get; set; }
}
