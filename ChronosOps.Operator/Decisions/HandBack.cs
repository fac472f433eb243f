using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Decisions;

/// <summary>What becomes of added replicas.</summary>
/// <param name="Replicas">The replicas to go back to next; null where they stay for now.</param>
/// <param name="Maximum">The autoscaler's maximum with it; null without one.</param>
/// <param name="IsOver">Whether there is nothing to hand back any more: they are somebody else's now, or stay for good.</param>
/// <param name="Message">Why.</param>
public sealed record HandBackChoice(int? Replicas, int? Maximum, bool IsOver, string Message);

/// <summary>When added replicas are handed back, and how many at once. Pure.</summary>
public static class HandBack
{
    /// <summary>In so many steps at most.</summary>
    private const int Steps = 3;

    /// <summary>So many refusals in a row of chances, and it is left.</summary>
    private const int Refusals = 3;

    /// <summary>Each replica may get a little more than it carried before, since no two minutes are alike.</summary>
    public const double Slack = 1.1;

    /// <summary>The next step.</summary>
    /// <param name="borrowed">What was added.</param>
    /// <param name="reading">The newest evaluation.</param>
    /// <param name="done">The actions of the incident.</param>
    public static HandBackChoice Next(BorrowedReplicas borrowed, WorkloadReading reading, IReadOnlyList<ActionRecord> done)
    {
        var workload = reading.Workload;
        if (borrowed.Last.Autoscaler is null && workload.Replicas != borrowed.Now)
        {
            return new HandBackChoice(null, null, IsOver: true, $"somebody set {workload.Replicas} replicas: nothing is handed back");
        }

        var steps = done.Where(action => action.Action == ActionNames.HandBack).ToList();
        if (steps.Exists(step => step.State is ActionState.Failed or ActionState.OutcomeUnknown) || steps.Count(step => step.State == ActionState.Refused) >= Refusals)
        {
            return new HandBackChoice(null, null, IsOver: true, $"handing back did not go well: {borrowed.Now} replicas stay");
        }

        if (!workload.RolloutComplete || workload.Paused)
        {
            return new HandBackChoice(null, null, IsOver: false, workload.Paused ? $"{borrowed.Now} replicas stay: the workload is paused" : $"{borrowed.Now} replicas stay until all are there");
        }

        var step = (int)Math.Ceiling((borrowed.Peak - borrowed.Original) / (double)Steps);

        // An autoscaler that had come to its maximum, and has that again: how many there are is its own affair, as it was. One that had not would go below what the load needs, as it did.
        var isItsOwn = borrowed.Last.Autoscaler is not null && borrowed.Peak > borrowed.OriginalMaximum && borrowed.Now <= borrowed.OriginalMaximum;
        var next = isItsOwn ? borrowed.Original : Math.Max(borrowed.Original, borrowed.Now - step);
        var carriers = isItsOwn ? borrowed.Now : next;
        if (borrowed.RequestsPerReplica is not { } carried || RequestsPerSecond(reading.Traffic) is not { } load)
        {
            return new HandBackChoice(null, null, IsOver: false, $"{borrowed.Now} replicas stay: how much they have to carry is not known");
        }

        return load > carriers * carried * Slack
            ? new HandBackChoice(null, null, IsOver: false, $"{borrowed.Now} replicas stay until at most {Quantities.Format(carriers * carried * Slack)} requests/s are left, which {carriers} carried well before")
            : new HandBackChoice(next, borrowed.OriginalMaximum is { } maximum ? Math.Max(maximum, next) : null, IsOver: false, $"{Quantities.Format(load)} requests/s are few enough for {carriers} replicas{(isItsOwn ? ", and the autoscaler has its bounds back" : "")}");
    }

    /// <summary>Whether what was asked for is still ours to hand back.</summary>
    /// <param name="borrowed">What was added.</param>
    /// <param name="autoscalers">What sets the workload's replicas by now.</param>
    /// <param name="ownership">Who manages the workload by now; null where that could not be found out.</param>
    /// <returns>Who has it now; null where it is ours.</returns>
    public static string? TakenOverBy(BorrowedReplicas borrowed, IReadOnlyList<AutoscalerFact> autoscalers, Ownership? ownership)
    {
        if (borrowed.Last.Autoscaler is not { } name)
        {
            return autoscalers.Count > 0 ? $"autoscaler {autoscalers[0].Name} sets the replicas now"
                : ownership is null ? "it could not be found out who manages the workload now"
                : ownership.IsGitOps ? $"{ownership.Manager} manages the workload now"
                : null;
        }

        var ours = autoscalers.FirstOrDefault(one => one.Uid == borrowed.Last.AutoscalerUid);
        return ours is null ? $"autoscaler {name} no longer sets the replicas, or was made anew"
            : autoscalers.Count > 1 ? "several autoscalers set the replicas now"
            : ours.Manager is { } manager ? $"{manager} has autoscaler {name} now"
            : ours.Key != borrowed.Last.Key || ours.Minimum != borrowed.Now || ours.Maximum != borrowed.Last.ToMaximum ? $"somebody changed autoscaler {name}"
            : null;
    }

    /// <summary>Over the last minute, as far as it was measured; null where nothing was.</summary>
    private static double? RequestsPerSecond(WorkloadTraffic traffic)
    {
        var steps = traffic.Whole();
        return TrafficStep.RequestsPerSecond([.. steps.Where(step => step.To > steps[^1].To - TimeSpan.FromMinutes(1))]);
    }
}
