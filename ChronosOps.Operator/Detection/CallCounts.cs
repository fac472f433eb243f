namespace ChronosOps.Operator.Detection;

/// <summary>How many calls of one workload to another were counted, and how long they took, by the end of the step. Pure.</summary>
/// <param name="Failed">Calls that failed.</param>
/// <param name="All">All calls; empty where only those that failed are counted.</param>
public sealed record CallCounts(IReadOnlyList<Point> Failed, IReadOnlyList<Point> All)
{
    /// <summary>Of calls of which only those are counted that failed, so many are more than one now and then.</summary>
    private const double AFew = 5;

    /// <summary>The mean of fewer calls than this says too little.</summary>
    private const double LeastCalls = 10;

    /// <summary>What a call takes varies with what is asked for, and with the load.</summary>
    private const double LeastFactor = 2;

    /// <summary>Trouble travels fast, and calls and requests are not measured at the same moment.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    /// <summary>What began late in a long trouble is a small share of all of it.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(1);

    /// <summary>How many seconds all calls took together; empty where that is not measured.</summary>
    public IReadOnlyList<Point> Seconds { get; init; } = [];

    /// <summary>Whether a larger share of the calls failed since then, or within the last minute, than before it.</summary>
    /// <param name="since">When the trouble began.</param>
    /// <param name="until">Until when it was counted.</param>
    /// <param name="rise">By how much larger, 0 to 1.</param>
    public bool FailMore(DateTimeOffset since, DateTimeOffset until, double rise)
    {
        if (All.Count == 0)
        {
            return Failed.Sum(step => step.Value) >= AFew;
        }

        var limit = Share(step => step.Time + Slack <= since) + rise;
        return Share(step => step.Time > since) >= limit || Share(step => step.Time > until - Lately) >= limit;
    }

    /// <summary>By how much longer calls took on average since then, or within the last minute, than before it: at least twice as long. Null where they did not, or that is not known of enough calls.</summary>
    /// <param name="since">When the trouble began.</param>
    /// <param name="until">Until when it was counted.</param>
    /// <param name="rise">By how many seconds longer, at least.</param>
    public SlowerCalls? TakeLonger(DateTimeOffset since, DateTimeOffset until, double rise)
    {
        if (Mean(step => step.Time + Slack <= since) is not { } before)
        {
            return null;
        }

        double?[] means = [Mean(step => step.Time > since), Mean(step => step.Time > until - Lately)];
        return means.Max() is { } now && now >= before * LeastFactor && now >= before + rise ? new SlowerCalls(before, now) : null;
    }

    /// <summary>Seconds of each call; null where there are too few.</summary>
    private double? Mean(Func<Point, bool> isPart)
    {
        var (seconds, all) = (Seconds.Where(isPart).Sum(step => step.Value), All.Where(isPart).Sum(step => step.Value));
        return Seconds.Count > 0 && all >= LeastCalls ? seconds / all : null;
    }

    private double Share(Func<Point, bool> isPart)
    {
        var (failed, all) = (Failed.Where(isPart).Sum(step => step.Value), All.Where(isPart).Sum(step => step.Value));
        return failed > 0 ? Math.Min(1, failed / all) : 0;
    }
}

/// <summary>Calls that take longer than they did, on average.</summary>
/// <param name="Before">Seconds of each before the trouble.</param>
/// <param name="Now">Seconds of each since.</param>
public sealed record SlowerCalls(double Before, double Now);
