using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A Pod, as far as an operator needs to see what became of it.</summary>
[Projection]
[KubernetesEntity(ApiVersion = "v1", Kind = "Pod", PluralName = "pods")]
public sealed class V1Pod : IKubernetesObject<V1ObjectMeta>, ISpec<V1PodSpec>, IStatus<V1PodStatus>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1PodSpec Spec { get; set => field = value ?? new(); } = new();
    public V1PodStatus? Status { get; set; }
}

public sealed class V1PodSpec
{
    public string? NodeName { get; set; }
    public List<V1Container> Containers { get; set => field = value ?? []; } = [];
    public List<V1Container>? InitContainers { get; set; }

    /// <summary>What the pod as a whole asks for, on servers that know that.</summary>
    public V1ResourceRequirements? Resources { get; set; }

    /// <summary>What the runtime takes beside the containers, as quantities by resource.</summary>
    public Dictionary<string, string>? Overhead { get; set; }
}

public sealed class V1Container
{
    public string Name { get; set; } = "";
    public string? Image { get; set; }
    public V1ResourceRequirements? Resources { get; set; }

    /// <summary>Init containers: <c>Always</c> makes one a sidecar that runs on.</summary>
    public string? RestartPolicy { get; set; }
}

public sealed class V1ResourceRequirements
{
    public Dictionary<string, string>? Requests { get; set; }
    public Dictionary<string, string>? Limits { get; set; }
}

public sealed class V1PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; set; }

    public string? Reason { get; set; }
    public string? Message { get; set; }
    public string? PodIP { get; set; }
    public string? HostIP { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? StartTime { get; set; }

    public List<V1PodCondition>? Conditions { get; set; }
    public List<V1ContainerStatus>? ContainerStatuses { get; set; }
    public List<V1ContainerStatus>? InitContainerStatuses { get; set; }
}

public sealed class V1PodCondition
{
    public string Type { get; set; } = "";
    public string Status { get; set; } = "";
    public string? Reason { get; set; }
    public string? Message { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastTransitionTime { get; set; }
}

public sealed class V1ContainerStatus
{
    public string Name { get; set; } = "";
    public bool Ready { get; set; }
    public int RestartCount { get; set; }
    public string? Image { get; set; }
    public string? ImageID { get; set; }
    public string? ContainerID { get; set; }
    public bool? Started { get; set; }

    /// <summary>What the container is doing now.</summary>
    public V1ContainerState? State { get; set; }

    /// <summary>How its previous run ended.</summary>
    public V1ContainerState? LastState { get; set; }
}

/// <summary>Exactly one of the three is set; none means waiting.</summary>
public sealed class V1ContainerState
{
    public V1ContainerStateWaiting? Waiting { get; set; }
    public V1ContainerStateRunning? Running { get; set; }
    public V1ContainerStateTerminated? Terminated { get; set; }
}

public sealed class V1ContainerStateWaiting
{
    /// <summary>For example <c>CrashLoopBackOff</c>, <c>ImagePullBackOff</c>, <c>ContainerCreating</c>.</summary>
    public string? Reason { get; set; }

    public string? Message { get; set; }
}

public sealed class V1ContainerStateRunning
{
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? StartedAt { get; set; }
}

public sealed class V1ContainerStateTerminated
{
    public string? Reason { get; set; }
    public string? Message { get; set; }
    public int ExitCode { get; set; }
    public int? Signal { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? StartedAt { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? FinishedAt { get; set; }
}
