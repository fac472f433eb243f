using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A Deployment, with the fields that an operator reads. Only ever patched: a PUT would lose the rest.</summary>
[Projection]
[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "Deployment", PluralName = "deployments")]
public sealed class V1Deployment : IKubernetesObject<V1ObjectMeta>, ISpec<V1DeploymentSpec>, IStatus<V1DeploymentStatus>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1DeploymentSpec Spec { get; set => field = value ?? new(); } = new();
    public V1DeploymentStatus? Status { get; set; }
}

public sealed class V1DeploymentSpec
{
    public int? Replicas { get; set; }
    public V1LabelSelector? Selector { get; set; }
    public bool? Paused { get; set; }
    public int? RevisionHistoryLimit { get; set; }
    public int? ProgressDeadlineSeconds { get; set; }
    public int? MinReadySeconds { get; set; }
    public V1DeploymentStrategy? Strategy { get; set; }

    /// <summary>The pod template, with every field the server has.</summary>
    public JsonObject? Template { get; set; }
}

public sealed class V1DeploymentStrategy
{
    /// <summary><c>RollingUpdate</c> or <c>Recreate</c>.</summary>
    public string? Type { get; set; }

    public V1RollingUpdateDeployment? RollingUpdate { get; set; }
}

public sealed class V1RollingUpdateDeployment
{
    public IntOrString? MaxSurge { get; set; }
    public IntOrString? MaxUnavailable { get; set; }
}

public sealed class V1DeploymentStatus
{
    public long? ObservedGeneration { get; set; }
    public int? Replicas { get; set; }
    public int? UpdatedReplicas { get; set; }
    public int? ReadyReplicas { get; set; }
    public int? AvailableReplicas { get; set; }
    public int? UnavailableReplicas { get; set; }
    public int? CollisionCount { get; set; }
    public List<V1DeploymentCondition>? Conditions { get; set; }
}

public sealed class V1DeploymentCondition
{
    public string Type { get; set; } = "";
    public string Status { get; set; } = "";
    public string? Reason { get; set; }
    public string? Message { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastUpdateTime { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastTransitionTime { get; set; }
}

/// <summary>A ReplicaSet: one revision of a Deployment.</summary>
[Projection]
[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "ReplicaSet", PluralName = "replicasets")]
public sealed class V1ReplicaSet : IKubernetesObject<V1ObjectMeta>, ISpec<V1ReplicaSetSpec>, IStatus<V1ReplicaSetStatus>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1ReplicaSetSpec Spec { get; set => field = value ?? new(); } = new();
    public V1ReplicaSetStatus? Status { get; set; }
}

public sealed class V1ReplicaSetSpec
{
    public int? Replicas { get; set; }
    public int? MinReadySeconds { get; set; }
    public V1LabelSelector? Selector { get; set; }

    /// <summary>The pod template, with every field the server has.</summary>
    public JsonObject? Template { get; set; }
}

public sealed class V1ReplicaSetStatus
{
    public long? ObservedGeneration { get; set; }
    public int? Replicas { get; set; }
    public int? ReadyReplicas { get; set; }
    public int? AvailableReplicas { get; set; }
    public int? FullyLabeledReplicas { get; set; }
}
