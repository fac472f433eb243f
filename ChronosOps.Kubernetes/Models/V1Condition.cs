using System.Text.Json.Serialization;
using ChronosOps.Kubernetes.Crds;

namespace ChronosOps.Kubernetes.Models;

/// <summary>One aspect of an object's state, as <c>kubectl wait --for=condition=…</c> reads it.</summary>
public sealed class V1Condition
{
    /// <summary>The aspect, in CamelCase.</summary>
    [Required]
    [Length(1, 316)]
    public string Type { get; set; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    [Required]
    [EnumValues("True", "False", "Unknown")]
    public string Status { get; set; } = "Unknown";

    /// <summary>The generation of the spec that this condition was made from.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>When <see cref="Status"/> last changed (not when it was last looked at).</summary>
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>A CamelCase word for programs.</summary>
    [Length(max: 1024)]
    public string Reason { get; set; } = "";

    /// <summary>A sentence for people.</summary>
    [Length(max: 32768)]
    public string Message { get; set; } = "";
}
