using System.Text.Json.Serialization;

namespace ChronosOps.Operator.Cli;

/// <summary>What <c>chronosops status</c> tells. A part that may not be seen is null, and <see cref="Unseen"/> says why.</summary>
internal sealed record StatusReport
{
    /// <summary>The namespace that it is about; null: all.</summary>
    public string? Namespace { get; init; }

    public IReadOnlyList<InstalledOperator>? Operators { get; init; }

    public required IReadOnlyList<StopReport> EmergencyStops { get; init; }

    public IReadOnlyList<StormReport>? Storms { get; init; }

    public PolicyReport? Policies { get; init; }

    public IReadOnlyList<OpenIncident>? OpenIncidents { get; init; }

    public required IReadOnlyList<HeldWorkload> HeldWorkloads { get; init; }

    /// <summary>What may not be seen, and why.</summary>
    public required IReadOnlyDictionary<string, string> Unseen { get; init; }
}

/// <summary>A Deployment of the operator.</summary>
internal sealed record InstalledOperator(string Namespace, string Name, int ReadyPods, int WantedPods);

/// <summary>An emergency stop; neither on nor off where it cannot be read, which counts as on.</summary>
internal sealed record StopReport(string Namespace, string ConfigMap, bool? On);

/// <summary>A storm as the policies tell it, and what is ill in their namespaces.</summary>
/// <param name="Message">What the operator says of it.</param>
/// <param name="Policies">How many policies tell of it.</param>
/// <param name="Incidents">How many incidents are open in their namespaces.</param>
/// <param name="Workloads">Of how many workloads.</param>
/// <param name="Withheld">How many of those incidents wait for its end with an action that is chosen.</param>
internal sealed record StormReport(string Message, int Policies, int Incidents, int Workloads, int Withheld);

/// <summary>The policies, and those with which something is wrong.</summary>
internal sealed record PolicyReport(int Count, int Observing, int Rehearsing, IReadOnlyList<PolicyRemark> NotInForce, IReadOnlyList<PolicyRemark> Flapping);

/// <summary>What is to be said of a policy.</summary>
internal sealed record PolicyRemark(string Namespace, string Name, string Message);

/// <summary>
/// An incident that is not over; without a phase it is not taken up. Its origin is the incident from which it likely comes; itself, where others, the related ones, come from it.
/// </summary>
internal sealed record OpenIncident(string Namespace, string Name, string? Phase, string? Origin, int Related, string? Message);

/// <summary>A workload that a person holds.</summary>
internal sealed record HeldWorkload(string Kind, string Namespace, string Name, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
