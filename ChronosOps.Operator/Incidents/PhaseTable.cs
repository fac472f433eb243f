using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Incidents;

/// <summary>What can happen to an incident.</summary>
public enum Trigger
{
    /// <summary>The operator took the incident up.</summary>
    Opened,

    /// <summary>The trouble lasted.</summary>
    Confirmed,

    /// <summary>The trouble went away before anything was done.</summary>
    Recovered,

    /// <summary>The evidence was collected and judged.</summary>
    Diagnosed,

    /// <summary>What the escalation rested on has changed: the policy, or what was missing.</summary>
    Reconsidered,

    /// <summary>All gates allow the next step, and it is written down.</summary>
    Permitted,

    /// <summary>No step can help, or a gate forbids it.</summary>
    Denied,

    /// <summary>The effect is in place.</summary>
    Applied,

    /// <summary>The effect was refused and had none; the next step must be thought over.</summary>
    Refused,

    /// <summary>It cannot be told whether the effect is in place.</summary>
    OutcomeUnknown,

    /// <summary>It was measured that the action helped.</summary>
    Verified,

    /// <summary>It was measured that the action did not help, and made nothing worse: the next step is thought over.</summary>
    DidNotHelp,

    /// <summary>It made things worse, or nothing could be measured.</summary>
    NotVerified,

    /// <summary>Things are worse than before: the action is undone.</summary>
    UndoPlanned,

    /// <summary>A step of handing added replicas back is over, for good or ill, and the watch goes on.</summary>
    HandedBack,

    /// <summary>The trouble went away, and replicas that were added are still to be handed back.</summary>
    RecoveredOwing,

    /// <summary>The trouble came back.</summary>
    Recurred,

    /// <summary>Somebody applied the bad revision again.</summary>
    Reapplied,

    /// <summary>It stayed well for the whole watch.</summary>
    Outlived,

    /// <summary>The workload or its policy is gone.</summary>
    TargetGone,

    /// <summary>The operator cannot do its job.</summary>
    Broken,
}

/// <summary>The phases and how one leads to another. What is not in the table cannot happen.</summary>
public static class PhaseTable
{
    private static readonly Dictionary<(IncidentPhase? From, Trigger Trigger), IncidentPhase> Table = new()
    {
        [(null, Trigger.Opened)] = IncidentPhase.Observing,
        [(null, Trigger.TargetGone)] = IncidentPhase.Escalated,
        [(null, Trigger.Broken)] = IncidentPhase.Failed,

        [(IncidentPhase.Observing, Trigger.Confirmed)] = IncidentPhase.Orienting,
        [(IncidentPhase.Observing, Trigger.Recovered)] = IncidentPhase.Dismissed,
        [(IncidentPhase.Observing, Trigger.TargetGone)] = IncidentPhase.Dismissed,
        [(IncidentPhase.Observing, Trigger.Broken)] = IncidentPhase.Failed,

        [(IncidentPhase.Orienting, Trigger.Diagnosed)] = IncidentPhase.Deciding,
        [(IncidentPhase.Orienting, Trigger.Denied)] = IncidentPhase.Escalated,
        [(IncidentPhase.Orienting, Trigger.Recovered)] = IncidentPhase.Dismissed,
        [(IncidentPhase.Orienting, Trigger.TargetGone)] = IncidentPhase.Dismissed,
        [(IncidentPhase.Orienting, Trigger.Broken)] = IncidentPhase.Failed,

        [(IncidentPhase.Deciding, Trigger.Permitted)] = IncidentPhase.Acting,
        [(IncidentPhase.Deciding, Trigger.Denied)] = IncidentPhase.Escalated,
        [(IncidentPhase.Deciding, Trigger.Recovered)] = IncidentPhase.Dismissed,
        [(IncidentPhase.Deciding, Trigger.RecoveredOwing)] = IncidentPhase.Mitigated,
        [(IncidentPhase.Deciding, Trigger.TargetGone)] = IncidentPhase.Dismissed,
        [(IncidentPhase.Deciding, Trigger.Broken)] = IncidentPhase.Failed,

        [(IncidentPhase.Acting, Trigger.Applied)] = IncidentPhase.Verifying,
        [(IncidentPhase.Acting, Trigger.Refused)] = IncidentPhase.Orienting,
        [(IncidentPhase.Acting, Trigger.HandedBack)] = IncidentPhase.Mitigated,
        [(IncidentPhase.Acting, Trigger.Denied)] = IncidentPhase.Escalated,
        [(IncidentPhase.Acting, Trigger.OutcomeUnknown)] = IncidentPhase.Escalated,
        [(IncidentPhase.Acting, Trigger.TargetGone)] = IncidentPhase.Escalated,
        [(IncidentPhase.Acting, Trigger.Broken)] = IncidentPhase.Failed,

        [(IncidentPhase.Verifying, Trigger.Verified)] = IncidentPhase.Mitigated,
        [(IncidentPhase.Verifying, Trigger.DidNotHelp)] = IncidentPhase.Orienting,
        [(IncidentPhase.Verifying, Trigger.HandedBack)] = IncidentPhase.Mitigated,
        [(IncidentPhase.Verifying, Trigger.NotVerified)] = IncidentPhase.Escalated,
        [(IncidentPhase.Verifying, Trigger.UndoPlanned)] = IncidentPhase.Acting,
        [(IncidentPhase.Verifying, Trigger.Reapplied)] = IncidentPhase.Escalated,
        [(IncidentPhase.Verifying, Trigger.TargetGone)] = IncidentPhase.Escalated,
        [(IncidentPhase.Verifying, Trigger.Broken)] = IncidentPhase.Failed,

        [(IncidentPhase.Mitigated, Trigger.Permitted)] = IncidentPhase.Acting,
        [(IncidentPhase.Mitigated, Trigger.Outlived)] = IncidentPhase.Resolved,
        [(IncidentPhase.Mitigated, Trigger.Recurred)] = IncidentPhase.Orienting,
        [(IncidentPhase.Mitigated, Trigger.Reapplied)] = IncidentPhase.Escalated,
        [(IncidentPhase.Mitigated, Trigger.TargetGone)] = IncidentPhase.Resolved,

        [(IncidentPhase.Escalated, Trigger.Reconsidered)] = IncidentPhase.Orienting,
        [(IncidentPhase.Escalated, Trigger.Recovered)] = IncidentPhase.Resolved,
        [(IncidentPhase.Escalated, Trigger.RecoveredOwing)] = IncidentPhase.Mitigated,
        [(IncidentPhase.Escalated, Trigger.TargetGone)] = IncidentPhase.Resolved,
    };

    /// <summary>The phase that follows, or null where the trigger cannot happen in the phase.</summary>
    public static IncidentPhase? Next(IncidentPhase? from, Trigger trigger) =>
        Table.TryGetValue((from, trigger), out var to) ? to : null;

    /// <summary>Whether nothing can happen any more.</summary>
    public static bool IsEnd(IncidentPhase? phase) =>
        phase is IncidentPhase.Resolved or IncidentPhase.Failed or IncidentPhase.Dismissed;

    /// <summary>All rows, for documentation and tests.</summary>
    public static IEnumerable<(IncidentPhase? From, Trigger Trigger, IncidentPhase To)> Rows =>
        Table.Select(row => (row.Key.From, row.Key.Trigger, row.Value));
}
