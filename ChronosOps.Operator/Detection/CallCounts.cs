namespace ChronosOps.Operator.Detection;

/// <summary>How many calls of one workload to another were counted, by the end of the step. Pure.</summary>
/// <param name="Failed">Calls that failed.</param>
/// <param name="All">All calls; empty where only those that failed are counted.</param>
public sealed record CallCounts(IReadOnlyList<Point> Failed, IReadOnlyList<Point> All)
{
    /// <summary>Of calls of which only those are counted that failed, so many are more than one now and then.</summary>
    private const double AFew = 5;

    /// <summary>Trouble travels fast, and calls and requests are not measured at the same moment.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    /// <summary>What began late in a long trouble is a small share of all of it.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(1);

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

    private double Share(Func<Point, bool> isPart)
    {
        var (failed, all) = (Failed.Where(isPart).Sum(step => step.Value), All.Where(isPart).Sum(step => step.Value));
        return failed > 0 ? Math.Min(1, failed / all) : 0;
    }
}
