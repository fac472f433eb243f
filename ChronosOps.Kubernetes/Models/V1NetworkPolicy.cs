namespace ChronosOps.Kubernetes.Models;

/// <summary>A NetworkPolicy: which pods it limits, and in which direction. What it lets through is left out.</summary>
[Projection]
[KubernetesEntity(Group = "networking.k8s.io", ApiVersion = "v1", Kind = "NetworkPolicy", PluralName = "networkpolicies")]
public sealed class V1NetworkPolicy : IKubernetesObject<V1ObjectMeta>, ISpec<V1NetworkPolicySpec>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1NetworkPolicySpec Spec { get; set => field = value ?? new(); } = new();
}

public sealed class V1NetworkPolicySpec
{
    /// <summary>The pods that it limits; all of the namespace where it is empty.</summary>
    public V1LabelSelector PodSelector { get; set => field = value ?? new(); } = new();

    /// <summary><c>Ingress</c>, <c>Egress</c> or both. The server fills it in.</summary>
    public List<string>? PolicyTypes { get; set; }
}
