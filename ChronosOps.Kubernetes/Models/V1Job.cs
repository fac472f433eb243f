using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A Job, as far as it tells what became of it.</summary>
[Projection]
[KubernetesEntity(Group = "batch", ApiVersion = "v1", Kind = "Job", PluralName = "jobs")]
public sealed class V1Job : IKubernetesObject<V1ObjectMeta>, ISpec<V1JobSpec>, IStatus<V1JobStatus>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1JobSpec Spec { get; set => field = value ?? new(); } = new();
    public V1JobStatus? Status { get; set; }
}

public sealed class V1JobSpec
{
    /// <summary>The pod template, with every field the server has.</summary>
    public JsonObject? Template { get; set; }
}

public sealed class V1JobStatus
{
    public List<V1JobCondition>? Conditions { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? StartTime { get; set; }

    /// <summary>How many pods have failed.</summary>
    public int? Failed { get; set; }
}

public sealed class V1JobCondition
{
    /// <summary><c>Complete</c>, <c>Failed</c> or <c>Suspended</c>.</summary>
    public string Type { get; set; } = "";

    public string Status { get; set; } = "";

    /// <summary>For example <c>BackoffLimitExceeded</c> or <c>DeadlineExceeded</c>.</summary>
    public string? Reason { get; set; }

    public string? Message { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastTransitionTime { get; set; }
}
