using System.Text.Json.Serialization;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Crds;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Api;

/// <summary>What the operator makes of the policy.</summary>
public sealed class RemediationPolicyStatus
{
    /// <summary>The generation of the spec that this status speaks of.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>Ready: the policy is valid and in force. SignalsAvailable: the series could be read at the last evaluation. Protected: every selected workload has a known good revision. LadderApplies: every action of the ladder can be taken for workloads of the policy's kind. SignalsFlapping: a signal has opened incidents again and again that went away by themselves. Storm: so many workloads fell ill at about the same time that nothing new is done.</summary>
    [Items(0, 8)]
    [XListType("map")]
    [XListMapKeys("type")]
    public List<V1Condition> Conditions { get; set; } = [];

    /// <summary>How many workloads the policy selects.</summary>
    public int? MatchedWorkloads { get; set; }

    /// <summary>How many incidents of the policy are open.</summary>
    public int? OpenIncidents { get; set; }

    /// <summary>What is remembered of each selected workload.</summary>
    [Items(0, MaxWorkloads)]
    [XListType("map")]
    [XListMapKeys("name")]
    public List<WorkloadMemory> Workloads { get; set; } = [];

    /// <summary>The most workloads that are remembered in one policy's status.</summary>
    public const int MaxWorkloads = 200;
}

/// <summary>What is remembered of one workload.</summary>
public sealed class WorkloadMemory
{
    /// <summary>The workload's name.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>The workload's UID: a workload made anew under the same name starts with no memory.</summary>
    public string? Uid { get; set; }

    /// <summary>Revisions that have proved themselves, newest first.</summary>
    [Items(0, 3)]
    public List<KnownGoodRevision> KnownGood { get; set; } = [];

    /// <summary>Services that were seen to lead to ready pods of it.</summary>
    [Items(0, MaxServices)]
    [XListType("map")]
    [XListMapKeys("name")]
    public List<ServiceRecord> Services { get; set; } = [];

    /// <summary>The most Services that are remembered of one workload.</summary>
    public const int MaxServices = 8;
}

/// <summary>A Service, and what it selected while it led to ready pods of the workload.</summary>
public sealed class ServiceRecord
{
    /// <summary>The Service's name.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>Its selector and the named ports that it leads to, such as app=web to port http.</summary>
    public string? Target { get; set; }
}

/// <summary>A revision that served well.</summary>
public sealed class KnownGoodRevision
{
    /// <summary>The hash of the pod template, without restart stamps and our own annotations.</summary>
    [Required]
    public string Revision { get; set; } = "";

    /// <summary>When it had proved itself.</summary>
    public DateTimeOffset? ProvenAt { get; set; }

    /// <summary>When it was last written down that it serves well; refreshed sparingly.</summary>
    public DateTimeOffset? LastGoodAt { get; set; }

    /// <summary>When the first container had started of the pods that last served well for as long as a proof takes. What was written into a ConfigMap or Secret later, it has never proved itself with.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>How it is known: Observed by this operator, or SeededFromHistory of the series.</summary>
    public KnownGoodSource? Source { get; set; }

    /// <summary>The policy's signals that were measured of it. Of the next revision they must be measured too: that nothing fires is no proof where nothing is measured.</summary>
    [Items(0, 16)]
    public List<string> Measured { get; set; } = [];
}

/// <summary>How it is known that a revision served well.</summary>
[JsonConverter(typeof(StrictEnumConverter<KnownGoodSource>))]
public enum KnownGoodSource
{
    /// <summary>The operator watched it serve.</summary>
    Observed,

    /// <summary>Prometheus' history shows it.</summary>
    SeededFromHistory,
}
