using System.Text.Json.Serialization;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Crds;

namespace ChronosOps.Operator.Api;

/// <summary>One thing wrong with one workload: what was seen, what it was taken for, what was decided and done, and whether it helped. Created by the operator, or by a person.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = "Incident", PluralName = "incidents")]
[KubernetesEntityShortNames("inc")]
[KubernetesEntityCategories("chronosops")]
[GenericAdditionalPrinterColumn(".spec.workloadRef.name", "Workload", "string")]
[GenericAdditionalPrinterColumn(".status.phase", "Phase", "string")]
[GenericAdditionalPrinterColumn(".status.cause", "Cause", "string")]
[GenericAdditionalPrinterColumn(".status.lastAction", "Action", "string")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[GenericAdditionalPrinterColumn(".status.confidence", "Confidence", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.timeToDetect", "Detect", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.timeToMitigate", "Mitigate", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.origin", "Origin", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.recurrence.count", "Before", "integer", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.message", "Message", "string", Priority = 1)]
public sealed class Incident : CustomKubernetesEntity<IncidentSpec, IncidentStatus>;

/// <summary>What is wrong, and with what.</summary>
[ValidationRule("self == oldSelf", "an incident's spec cannot be changed; delete it and create another")]
public sealed class IncidentSpec : WrittenSpec
{
    /// <summary>The workload of this namespace that is ill.</summary>
    [Required]
    public WorkloadReference WorkloadRef { get; set => field = value ?? new(); } = new();

    /// <summary>The policy that governs the incident. Without it the operator takes the policy that selects the workload.</summary>
    public LocalReference? PolicyRef { get; set; }

    /// <summary>What was noticed, in a sentence.</summary>
    [Length(0, 256)]
    public string? Summary { get; set; }

    /// <summary>Go all the way for this incident but the effect, whatever the policy's mode allows.</summary>
    public bool? DryRun { get; set; }

    /// <summary>Who opened the incident.</summary>
    [DefaultValue("Person")]
    public IncidentSource Source { get; set; } = IncidentSource.Person;
}

/// <summary>Names a workload of the same namespace.</summary>
public sealed class WorkloadReference
{
    /// <summary>The kind of workload.</summary>
    [DefaultValue("Deployment")]
    public WorkloadKind Kind { get; set; } = WorkloadKind.Deployment;

    /// <summary>The workload's name.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(ApiPatterns.DnsSubdomain)]
    public string Name { get; set => field = value ?? ""; } = "";
}

/// <summary>Names an object of the same namespace.</summary>
public sealed class LocalReference
{
    /// <summary>The object's name.</summary>
    [Required]
    [Length(1, 253)]
    [Pattern(ApiPatterns.DnsSubdomain)]
    public string Name { get; set => field = value ?? ""; } = "";
}

/// <summary>Who opened an incident.</summary>
[JsonConverter(typeof(StrictEnumConverter<IncidentSource>))]
public enum IncidentSource
{
    /// <summary>A person, with kubectl apply.</summary>
    Person,

    /// <summary>The operator's detection.</summary>
    Operator,

    /// <summary>The operator, for an alert of Alertmanager.</summary>
    Alertmanager,
}
