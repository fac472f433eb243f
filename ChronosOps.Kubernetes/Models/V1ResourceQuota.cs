namespace ChronosOps.Kubernetes.Models;

/// <summary>A ResourceQuota: how much a namespace may use, and how much it does.</summary>
[Projection]
[KubernetesEntity(ApiVersion = "v1", Kind = "ResourceQuota", PluralName = "resourcequotas")]
public sealed class V1ResourceQuota : IKubernetesObject<V1ObjectMeta>, ISpec<V1ResourceQuotaSpec>, IStatus<V1ResourceQuotaStatus>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1ResourceQuotaSpec Spec { get; set => field = value ?? new(); } = new();
    public V1ResourceQuotaStatus? Status { get; set; }
}

public sealed class V1ResourceQuotaSpec
{
    /// <summary>The limits, as quantities by resource.</summary>
    public Dictionary<string, string>? Hard { get; set; }

    /// <summary>Which pods count, e.g. <c>Terminating</c>; all where there is none.</summary>
    public List<string>? Scopes { get; set; }
}

public sealed class V1ResourceQuotaStatus
{
    /// <summary>The limits as the controller has them.</summary>
    public Dictionary<string, string>? Hard { get; set; }

    /// <summary>What is used of them.</summary>
    public Dictionary<string, string>? Used { get; set; }
}
