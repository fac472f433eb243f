using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes.Models;

/// <summary>Who holds something, since when, and when they last said so (<c>coordination.k8s.io/v1</c>).</summary>
[KubernetesEntity(Group = "coordination.k8s.io", ApiVersion = "v1", Kind = "Lease", PluralName = "leases")]
public sealed class V1Lease : IKubernetesObject<V1ObjectMeta>, ISpec<V1LeaseSpec>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public V1LeaseSpec Spec { get; set => field = value ?? new(); } = new();
}

public sealed class V1LeaseSpec
{
    /// <summary>Who holds the lease; empty: nobody.</summary>
    public string? HolderIdentity { get; set; }

    /// <summary>For how many seconds after a renewal the holder counts as alive.</summary>
    public int? LeaseDurationSeconds { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; set; }

    /// <summary>How often the lease went from one holder to another.</summary>
    public int? LeaseTransitions { get; set; }

    /// <summary>What newer servers know beside this; kept on a PUT.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? UnknownFields { get; set; }
}
