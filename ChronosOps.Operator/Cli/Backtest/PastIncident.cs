using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>An incident that would have been opened.</summary>
internal sealed class PastIncident
{
    public required WorkloadKey Workload { get; init; }

    /// <summary>The incident as the operator would have written it, without what it would have done.</summary>
    public required Incident Incident { get; init; }

    /// <summary>The signal that fired first.</summary>
    public required string Signal { get; init; }

    /// <summary>What it said.</summary>
    public required string Message { get; init; }

    /// <summary>The value with which it fired.</summary>
    public double? Value { get; init; }

    /// <summary>The current revision at that time.</summary>
    public required string Revision { get; init; }

    /// <summary>When its rollout began; null where that was before the history.</summary>
    public DateTimeOffset? RolledOutAt { get; init; }

    /// <summary>Since when it would have been open but that its signal flapped and was held down; null where it was not.</summary>
    public DateTimeOffset? HeldDownFrom { get; init; }

    /// <summary>The last assessment; null where it was dismissed before one was made.</summary>
    public Assessment? Assessment { get; set; }

    /// <summary>What would have been done; null where it was dismissed before that was decided.</summary>
    public Proposal? Proposal { get; set; }

    /// <summary>When that was decided.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>What of the history could not be read when it was assessed: why, with what is missing.</summary>
    public IReadOnlyList<string> NotRead => Assessment is { } last ? [.. last.Bundle.Gaps.Where(gap => gap != WouldDo.Gap)] : [];

    public IncidentStatus Status => Incident.Status!;

    public DateTimeOffset OnsetAt => Status.OnsetAt!.Value;

    public DateTimeOffset DetectedAt => Status.DetectedAt!.Value;

    /// <summary>When it ended; null where it was open at the end of the history.</summary>
    public DateTimeOffset? EndedAt => Status.EndedAt;
}
