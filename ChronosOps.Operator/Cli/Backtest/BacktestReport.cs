using System.Text.Json.Serialization;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>A backtest as JSON: docs/backtest.md says what each field means. Fields are added, never changed, within one version.</summary>
internal sealed record BacktestReport
{
    public required int Version { get; init; }
    public required string Policy { get; init; }
    public required string Namespace { get; init; }
    public required string Mode { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }
    public required double IntervalSeconds { get; init; }
    public required ReportSummary Summary { get; init; }
    public required IReadOnlyList<ReportIncident> Incidents { get; init; }

    /// <summary>What would have been incidents but that their signals flapped.</summary>
    public required IReadOnlyList<ReportHold> HeldDown { get; init; }
    public required IReadOnlyList<ReportWorkload> Workloads { get; init; }

    /// <summary>What cannot be known from history, in sentences.</summary>
    public required IReadOnlyList<string> NotKnown { get; init; }
}

/// <summary>The whole in numbers.</summary>
internal sealed record ReportSummary
{
    public required int Workloads { get; init; }
    public required int Evaluations { get; init; }
    public required int Incidents { get; init; }
    public required double IncidentsPerWeek { get; init; }

    /// <summary>Incidents that were over before they were confirmed.</summary>
    public required int Dismissed { get; init; }

    /// <summary>How many more there would be but that their signals flapped.</summary>
    public required int HeldDown { get; init; }

    /// <summary>Incidents in which an action would have been taken, as far as the gates that can be asked tell.</summary>
    public required int WouldAct { get; init; }
    public required SortedDictionary<string, int> BySignal { get; init; }

    /// <summary>The share of all judgements that were Unknown, 0 to 1.</summary>
    public required double UnknownShare { get; init; }
    public required IReadOnlyList<ReportFlapping> Flapping { get; init; }
}

/// <summary>A signal of a workload that flapped, as the operator has it.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Signal">The signal.</param>
/// <param name="Incidents">In how many incidents it fired, before and after.</param>
/// <param name="HeldDown">How often it fired and was held down until it was over.</param>
/// <param name="Since">When it was held down for the first time, whether it fired then or not.</param>
internal sealed record ReportFlapping(string Workload, string Signal, int Incidents, int HeldDown, DateTimeOffset Since);

/// <summary>What fired and flapped, and was held down until it was over.</summary>
internal sealed record ReportHold
{
    public required string Workload { get; init; }
    public required string Kind { get; init; }
    public required string Signal { get; init; }
    public required IReadOnlyList<string> Signals { get; init; }
    public required string Message { get; init; }
    public double? Value { get; init; }
    public required DateTimeOffset OnsetAt { get; init; }

    /// <summary>When an incident would have been opened.</summary>
    public required DateTimeOffset HeldDownFrom { get; init; }

    /// <summary>When all was well again; null: it was not at the end of the history.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>From onset to end; to the end of the history where it went on then.</summary>
    public required double DurationSeconds { get; init; }
}

/// <summary>An incident that would have been opened.</summary>
internal sealed record ReportIncident
{
    public required string Workload { get; init; }
    public required string Kind { get; init; }
    public required string Signal { get; init; }

    /// <summary>All signals that fired while it was open.</summary>
    public required IReadOnlyList<string> Signals { get; init; }
    public required string Message { get; init; }
    public double? Value { get; init; }
    public required DateTimeOffset OnsetAt { get; init; }
    public required DateTimeOffset DetectedAt { get; init; }

    /// <summary>Since when it would have been open but that its signal flapped; null: it was not held down.</summary>
    public DateTimeOffset? HeldDownFrom { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>From onset to end; to the end of the history where it was open then.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>Dismissed, Resolved, or the phase that it was in at the end of the history.</summary>
    public required string Phase { get; init; }
    public required string PhaseReason { get; init; }
    public required string Revision { get; init; }
    public DateTimeOffset? RolledOutAt { get; init; }

    /// <summary>The accepted cause, or Unknown; null where it was dismissed before it was looked for.</summary>
    public string? Cause { get; init; }
    public string? Subject { get; init; }

    /// <summary>From series alone.</summary>
    public double? Confidence { get; init; }
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>What of the history could not be read for it, so that cause, confidence, findings and action may be others; null: all could.</summary>
    public IReadOnlyList<string>? NotRead { get; init; }
    public ReportProposal? Would { get; init; }
}

/// <summary>What would have been done.</summary>
internal sealed record ReportProposal
{
    public required string Action { get; init; }
    public required string Verdict { get; init; }
    public required string Reason { get; init; }
    public required string Message { get; init; }
    public required IReadOnlyList<ReportGate> Gates { get; init; }
    public required IReadOnlyList<string> GatesNotAsked { get; init; }
}

internal sealed record ReportGate(string Gate, string Verdict, string Message);

/// <summary>How a workload's signals were judged.</summary>
internal sealed record ReportWorkload(string Workload, string Kind, IReadOnlyList<ReportRollout> Rollouts, IReadOnlyList<ReportSignal> Signals);

internal sealed record ReportRollout(DateTimeOffset At, string Revision);

/// <summary>How many evaluations came to what.</summary>
internal sealed record ReportSignal(string Signal, int Healthy, int Pending, int Firing, int Unknown, string? UnknownBecause);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    Converters = [typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(BacktestReport))]
internal sealed partial class BacktestJson : JsonSerializerContext;
