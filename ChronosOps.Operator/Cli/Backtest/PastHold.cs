using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>An incident that would not have been opened: what fired flapped, and was held down until it was over.</summary>
internal sealed class PastHold
{
    public required WorkloadKey Workload { get; init; }

    /// <summary>The signal that fired first.</summary>
    public required string Signal { get; init; }

    /// <summary>What it said.</summary>
    public required string Message { get; init; }

    /// <summary>The value with which it fired.</summary>
    public double? Value { get; init; }

    /// <summary>Since when it was beyond its limit.</summary>
    public required DateTimeOffset OnsetAt { get; init; }

    /// <summary>When an incident would have been opened without the hold.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>When all was well again; null where it was not at the end of the history.</summary>
    public DateTimeOffset? To { get; set; }

    /// <summary>All signals that fired and were held down.</summary>
    public SortedSet<string> Signals { get; } = new(StringComparer.Ordinal);
}

/// <summary>A signal of a workload that has flapped.</summary>
/// <param name="Signal">Its name.</param>
/// <param name="Since">When it was held down for the first time, whether it fired then or not.</param>
internal sealed record PastFlap(string Signal, DateTimeOffset Since);
