namespace ChronosOps.Kubernetes.Models;

/// <summary>A HorizontalPodAutoscaler of autoscaling/v1, which old and new servers have: whose replicas it sets, and within which bounds.</summary>
[Projection]
[KubernetesEntity(Group = "autoscaling", ApiVersion = "v1", Kind = "HorizontalPodAutoscaler", PluralName = "horizontalpodautoscalers")]
public sealed class V1HorizontalPodAutoscaler : IKubernetesObject<V1ObjectMeta>, ISpec<V1HorizontalPodAutoscalerSpec>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1HorizontalPodAutoscalerSpec Spec { get; set => field = value ?? new(); } = new();
}

public sealed class V1HorizontalPodAutoscalerSpec
{
    public V1CrossVersionObjectReference ScaleTargetRef { get; set => field = value ?? new(); } = new();
    public int? MinReplicas { get; set; }
    public int MaxReplicas { get; set; }
}

public sealed class V1CrossVersionObjectReference
{
    public string? ApiVersion { get; set; }
    public string Kind { get; set; } = "";
    public string Name { get; set; } = "";
}
