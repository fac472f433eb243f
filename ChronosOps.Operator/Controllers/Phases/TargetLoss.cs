using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>What becomes of an incident whose workload or policy is gone while nothing is being done to it.</summary>
internal static class TargetLoss
{
    /// <summary>There is nothing to look after any more.</summary>
    public static PhaseResult End => PhaseResult.Go(Trigger.TargetGone, "TargetGone", "the workload or its policy is gone");

    /// <summary>While there is trouble: the end, or a person's matter where replicas are still lent to the workload. It goes on with the next policy.</summary>
    public static PhaseResult Of(IncidentContext context) => Lent(context) is { } lent ? PhaseResult.Go(Trigger.Denied, "PolicyGone", lent) : End;

    /// <summary>Which replicas stay for want of a policy; null where none are lent, or the workload is gone with them.</summary>
    public static string? Lent(IncidentContext context) => context.Workload is not null && BorrowedReplicas.Of(context.Status.Actions) is { } borrowed
        ? $"{borrowed.Now} replicas stay: no valid policy governs the workload any more, and without one nothing is handed back"
        : null;
}
