namespace ChronosOps.Operator.Detection;

/// <summary>Turns counters read at regular steps into what was added in each step. Pure.</summary>
public static class Increments
{
    /// <summary>A pod may be this much older than the first sample of its counters and still have counted from zero.</summary>
    private static readonly TimeSpan FirstScrape = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What was added between steps. A counter that fell was reset and counts from zero. A counter that appears counts from zero where its pod is
    /// as new as that; otherwise its history is unknown and its first value adds nothing.
    /// </summary>
    /// <param name="points">The counter's values, in order of time.</param>
    /// <param name="grid">The times of the steps, in order.</param>
    /// <param name="podCreatedAt">When the pod was created, if that is known.</param>
    /// <param name="liveAt">The steps at which the pod was seen at all: there an absent counter is zero. Null where only the counter itself tells.</param>
    /// <returns>The increment by the end of each step; steps about which nothing is known are left out.</returns>
    public static Dictionary<DateTimeOffset, double> Of(
        IReadOnlyList<Point> points, IReadOnlyList<DateTimeOffset> grid, DateTimeOffset? podCreatedAt, IReadOnlySet<DateTimeOffset>? liveAt = null)
    {
        var values = new Dictionary<DateTimeOffset, double>();
        foreach (var point in points)
        {
            if (double.IsFinite(point.Value) && point.Value >= 0)
            {
                values[point.Time] = point.Value;
            }
        }

        var result = new Dictionary<DateTimeOffset, double>();
        double? previous = null;
        for (var k = 0; k < grid.Count; k++)
        {
            var present = values.TryGetValue(grid[k], out var value);
            if (!present && liveAt?.Contains(grid[k]) == true)
            {
                (present, value) = (true, previous ?? 0);
            }

            if (!present)
            {
                continue;
            }

            if (previous is { } before)
            {
                result[grid[k]] = value >= before ? value - before : value;
            }
            else if (k > 0 && podCreatedAt is { } created && created > grid[k - 1] - FirstScrape)
            {
                result[grid[k]] = value;
            }

            previous = value;
        }

        return result;
    }
}
