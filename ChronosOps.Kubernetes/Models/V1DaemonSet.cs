using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A DaemonSet, with the fields that an operator reads. Only ever patched: a PUT would lose the rest.</summary>
[Projection]
[KubernetesEntity(Group = "apps", ApiVersion = "v1", Kind = "DaemonSet", PluralName = "daemonsets")]
public sealed class V1DaemonSet : IKubernetesObject<V1ObjectMeta>, ISpec<V1DaemonSetSpec>, IStatus<V1DaemonSetStatus>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1DaemonSetSpec Spec { get; set => field = value ?? new(); } = new();
    public V1DaemonSetStatus? Status { get; set; }
}

public sealed class V1DaemonSetSpec
{
    public V1LabelSelector? Selector { get; set; }
    public V1DaemonSetUpdateStrategy? UpdateStrategy { get; set; }
    public int? RevisionHistoryLimit { get; set; }
    public int? MinReadySeconds { get; set; }

    /// <summary>The pod template, with every field the server has.</summary>
    public JsonObject? Template { get; set; }
}

public sealed class V1DaemonSetUpdateStrategy
{
    /// <summary><c>RollingUpdate</c> or <c>OnDelete</c>.</summary>
    public string? Type { get; set; }

    public V1RollingUpdateDaemonSet? RollingUpdate { get; set; }
}

public sealed class V1RollingUpdateDaemonSet
{
    /// <summary>How many nodes may be without an available pod meanwhile: a number, or a percentage that is rounded up.</summary>
    public IntOrString? MaxUnavailable { get; set; }
}

public sealed class V1DaemonSetStatus
{
    public long? ObservedGeneration { get; set; }

    /// <summary>How many nodes should run a pod.</summary>
    public int? DesiredNumberScheduled { get; set; }

    /// <summary>How many of those run one.</summary>
    public int? CurrentNumberScheduled { get; set; }

    /// <summary>How many nodes run a pod and should not.</summary>
    public int? NumberMisscheduled { get; set; }

    public int? NumberReady { get; set; }
    public int? NumberAvailable { get; set; }
    public int? NumberUnavailable { get; set; }
    public int? UpdatedNumberScheduled { get; set; }
}
