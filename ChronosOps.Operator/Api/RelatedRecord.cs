using System.Text.Json.Serialization;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Crds;

namespace ChronosOps.Operator.Api;

/// <summary>How the workload of this incident stands to that of another.</summary>
[JsonConverter(typeof(StrictEnumConverter<IncidentRelation>))]
public enum IncidentRelation
{
    /// <summary>It calls the other.</summary>
    Calls,

    /// <summary>It calls the other through further ones that are ill.</summary>
    CallsIndirectly,

    /// <summary>The other calls it.</summary>
    CalledBy,

    /// <summary>The other calls it through further ones that are ill.</summary>
    CalledByIndirectly,
}

/// <summary>How it is known that one workload calls another.</summary>
[JsonConverter(typeof(StrictEnumConverter<CallSource>))]
public enum CallSource
{
    /// <summary>The pod template of the caller names the other as a host, or the caller's annotation declares it.</summary>
    Template,

    /// <summary>A service graph in Prometheus counts calls that fail.</summary>
    ServiceGraph,
}

/// <summary>An incident of a workload of the same chain of calls.</summary>
public sealed class RelatedRecord
{
    /// <summary>The other incident.</summary>
    [Required]
    public string Incident { get; set; } = "";

    /// <summary>Its workload, such as Deployment/cart.</summary>
    public string? Workload { get; set; }

    /// <summary>How the workload of this incident stands to it.</summary>
    public IncidentRelation? Relation { get; set; }

    /// <summary>How the call is known; absent where it is an indirect one.</summary>
    public CallSource? KnownBy { get; set; }

    /// <summary>Whether this incident's trouble is likely to come from there.</summary>
    public bool? LikelyOrigin { get; set; }
}

/// <summary>Earlier incidents of the same workload, with a signal in common.</summary>
public sealed class RecurrenceRecord
{
    /// <summary>The last of them.</summary>
    public string? Previous { get; set; }

    /// <summary>How many ended within the day before this one.</summary>
    public int? Count { get; set; }
}
