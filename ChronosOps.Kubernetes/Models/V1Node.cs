using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A Node, as far as it tells what pods it can take.</summary>
[Projection]
[KubernetesEntity(ApiVersion = "v1", Kind = "Node", PluralName = "nodes")]
[EntityScope(EntityScope.Cluster)]
public sealed class V1Node : IKubernetesObject<V1ObjectMeta>, ISpec<V1NodeSpec>, IStatus<V1NodeStatus>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1NodeSpec Spec { get; set => field = value ?? new(); } = new();
    public V1NodeStatus? Status { get; set; }
}

public sealed class V1NodeSpec
{
    public bool? Unschedulable { get; set; }
    public List<V1Taint>? Taints { get; set; }
}

public sealed class V1Taint
{
    public string Key { get; set; } = "";

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</summary>
    public string Effect { get; set; } = "";
}

public sealed class V1NodeStatus
{
    /// <summary>What pods may ask for, as quantities by resource; <c>pods</c> is their number.</summary>
    public Dictionary<string, string>? Allocatable { get; set; }

    public List<V1NodeCondition>? Conditions { get; set; }
}

public sealed class V1NodeCondition
{
    public string Type { get; set; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get; set; } = "";

    /// <summary>Since when it has that status.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastTransitionTime { get; set; }
}
