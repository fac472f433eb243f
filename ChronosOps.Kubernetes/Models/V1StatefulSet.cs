using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A StatefulSet, with the fields that an operator reads. Only ever patched: a PUT would lose the rest.</summary>
[Projection]
[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "StatefulSet", PluralName = "statefulsets")]
public sealed class V1StatefulSet : IKubernetesObject<V1ObjectMeta>, ISpec<V1StatefulSetSpec>, IStatus<V1StatefulSetStatus>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1StatefulSetSpec Spec { get; set => field = value ?? new(); } = new();
    public V1StatefulSetStatus? Status { get; set; }
}

public sealed class V1StatefulSetSpec
{
    public int? Replicas { get; set; }
    public V1LabelSelector? Selector { get; set; }
    public string? ServiceName { get; set; }

    /// <summary><c>OrderedReady</c> (the default) or <c>Parallel</c>.</summary>
    public string? PodManagementPolicy { get; set; }

    public V1StatefulSetUpdateStrategy? UpdateStrategy { get; set; }
    public int? RevisionHistoryLimit { get; set; }
    public int? MinReadySeconds { get; set; }

    /// <summary>The pod template, with every field the server has.</summary>
    public JsonObject? Template { get; set; }
}

public sealed class V1StatefulSetUpdateStrategy
{
    /// <summary><c>RollingUpdate</c> or <c>OnDelete</c>.</summary>
    public string? Type { get; set; }

    public V1RollingUpdateStatefulSetStrategy? RollingUpdate { get; set; }
}

public sealed class V1RollingUpdateStatefulSetStrategy
{
    /// <summary>Pods with a lower ordinal keep their revision.</summary>
    public int? Partition { get; set; }
}

public sealed class V1StatefulSetStatus
{
    public long? ObservedGeneration { get; set; }
    public int? Replicas { get; set; }
    public int? ReadyReplicas { get; set; }

    /// <summary>Since Kubernetes 1.22; absent before.</summary>
    public int? AvailableReplicas { get; set; }

    public int? CurrentReplicas { get; set; }
    public int? UpdatedReplicas { get; set; }

    /// <summary>The ControllerRevision that the last finished rollout led to.</summary>
    public string? CurrentRevision { get; set; }

    /// <summary>The ControllerRevision of the template.</summary>
    public string? UpdateRevision { get; set; }
}
