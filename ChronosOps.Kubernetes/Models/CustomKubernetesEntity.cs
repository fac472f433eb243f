using System.Text.Json;
using System.Text.Json.Serialization;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Base of the resources that this project defines. Fields of a newer version that this program does not know are kept, so
/// that writing the object back does not remove them.
/// </summary>
public abstract class CustomKubernetesEntity<TSpec, TStatus> : IKubernetesObject<V1ObjectMeta>, ISpec<TSpec>, IStatus<TStatus>
    where TSpec : new()
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public V1ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
    public TSpec Spec { get; set => field = value ?? new(); } = new();
    public TStatus? Status { get; set; }

    /// <summary>Fields that this version of the program does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? UnknownFields { get; set; }
}
