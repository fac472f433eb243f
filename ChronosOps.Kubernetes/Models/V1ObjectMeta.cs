using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes.Models;

/// <summary>Metadata of an object. <c>managedFields</c> are left out: they are large and the server keeps them on a PUT.</summary>
public sealed class V1ObjectMeta
{
    public string? Name { get; set; }
    public string? GenerateName { get; set; }

    [JsonPropertyName("namespace")]
    public string? NamespaceProperty { get; set; }

    public string? Uid { get; set; }
    public string? ResourceVersion { get; set; }
    public long? Generation { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? CreationTimestamp { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? DeletionTimestamp { get; set; }

    public long? DeletionGracePeriodSeconds { get; set; }
    public Dictionary<string, string>? Labels { get; set; }
    public Dictionary<string, string>? Annotations { get; set; }
    public List<V1OwnerReference>? OwnerReferences { get; set; }
    public List<string>? Finalizers { get; set; }
}

/// <summary>Names the object that another one belongs to.</summary>
public sealed class V1OwnerReference
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public string? Name { get; set; }
    public string? Uid { get; set; }
    public bool? Controller { get; set; }
    public bool? BlockOwnerDeletion { get; set; }
}

/// <summary>Metadata of a list.</summary>
public sealed class V1ListMeta
{
    /// <summary>The version to watch from.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Token for the next page; null or empty on the last one.</summary>
    public string? Continue { get; set; }

    public long? RemainingItemCount { get; set; }
}

/// <summary>An object of which only the metadata was asked for.</summary>
public sealed class PartialObjectMetadata : IKubernetesObject<V1ObjectMeta>
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
}
