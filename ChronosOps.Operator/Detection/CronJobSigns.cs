using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>Whether a run of a CronJob was due and has not begun. How its runs end is told by their Jobs. Pure.</summary>
public static class CronJobSigns
{
    public const string RunMissed = "RunMissed";

    /// <summary>The signs of a CronJob.</summary>
    public static IReadOnlyList<SignalReading> Judge(CronJobState cron, DateTimeOffset now)
    {
        var missed = MissedRuns.Of(cron, now);
        return
        [
            new SignalReading
            {
                Signal = RunMissed,
                State = missed.Problem is not null ? SignalState.Unknown : missed.Since is null ? SignalState.Healthy : SignalState.Firing,
                Since = missed.Since,
                Message = missed.Problem is { } problem ? $"it cannot be told when runs are due: {problem}"
                    : missed.Since is { } since ? $"the run that was due at {since:yyyy-MM-dd HH:mm'Z'} has not begun{Further(missed.Count)}"
                    : cron.IsSuspended ? "it is suspended, so that no run is due"
                    : "not seen",
                IsKubernetesSign = true,
            },
        ];
    }

    private static string Further(int count) => count switch
    {
        1 => "",
        MissedRuns.Most => $", nor have more than {MissedRuns.Most - 2} after it",
        2 => ", nor has the next one",
        _ => $", nor have the {count - 1} after it",
    };
}
