using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions;

/// <summary>Everything that gates may look at. Null stands for "could not be found out".</summary>
public sealed record GateContext
{
    public required DateTimeOffset Now { get; init; }
    public required EffectivePolicy Policy { get; init; }
    public required EvidenceBundle Bundle { get; init; }
    public required Diagnosis Diagnosis { get; init; }

    /// <summary>The step that is proposed.</summary>
    public required ProposedStep Step { get; init; }

    /// <summary>Whether the incident itself is a dry run, by its spec or its annotation.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Whether the emergency stop is on.</summary>
    public required bool? EmergencyStop { get; init; }

    /// <summary>When actions of this policy were taken, this incident's own current attempt left out.</summary>
    public required IReadOnlyList<DateTimeOffset>? RecentActions { get; init; }

    /// <summary>Other incidents that have an action under way on the same workload.</summary>
    public required IReadOnlyList<string>? ActionsUnderWay { get; init; }

    /// <summary>The rollbacks of this workload that incidents have already taken, oldest first; in place of one that was undone its undo.</summary>
    public required IReadOnlyList<Workloads.PastRollback>? Rollbacks { get; init; }

    /// <summary>Whether a storm of incidents holds action in the workload's namespace.</summary>
    public required StormState? Storm { get; init; }

    /// <summary>Open incidents that the trouble of this one likely comes from.</summary>
    public required IReadOnlyList<string>? Origins { get; init; }

    /// <summary>Whether the action is written down already, and is carried out or verified.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>Whether the trouble was seen in the series (and not only in container states).</summary>
    public bool RestsOnSeries => Bundle.Signals.Any(signal => signal is { IsKubernetesSign: false, State: Detection.SignalState.Firing });
}

/// <summary>A step that the ladder proposes.</summary>
/// <param name="Action">What is to be done.</param>
/// <param name="Target">The revision to return to; null where none is known.</param>
/// <param name="IsUndo">Whether it takes an earlier action back.</param>
/// <param name="Pod">The pod to restart; null where none is known, and for every other action.</param>
/// <param name="Node">The ill node whose pods are restarted one by one; null for every other action.</param>
/// <param name="Continues">Whether it goes on with an action whose effect is in place, or hands it back.</param>
/// <param name="Replicas">The replicas to ask for; null where more may not be asked for, and for every other action.</param>
/// <param name="IsRolling">Whether a restart is that of all pods, one after another, and not of one.</param>
public sealed record ProposedStep(
    RemediationAction Action, Workloads.RevisionSnapshot? Target, bool IsUndo = false, Workloads.PodSnapshot? Pod = null, string? Node = null, bool Continues = false, int? Replicas = null,
    bool IsRolling = false);
