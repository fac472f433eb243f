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
        bool[]? live = liveAt is null ? null : [.. grid.Select(liveAt.Contains)];
        var result = new Dictionary<DateTimeOffset, double>();
        foreach (var (k, added) in ByStep(points, grid, podCreatedAt, live).Index())
        {
            if (!double.IsNaN(added))
            {
                result[grid[k]] = added;
            }
        }

        return result;
    }

    /// <summary>What was added between steps, as <see cref="Of"/> has it, step by step.</summary>
    /// <param name="points">The counter's values, in order of time.</param>
    /// <param name="grid">The times of the steps, in order.</param>
    /// <param name="podCreatedAt">When the pod was created, if that is known.</param>
    /// <param name="live">Of each step whether the pod was seen at all. Null where only the counter itself tells.</param>
    /// <returns>The increment by the end of each step; NaN where nothing is known.</returns>
    public static double[] ByStep(IReadOnlyList<Point> points, IReadOnlyList<DateTimeOffset> grid, DateTimeOffset? podCreatedAt, bool[]? live)
    {
        var result = new double[grid.Count];
        double? previous = null;
        for (int k = 0, next = 0; k < result.Length; k++)
        {
            var value = At(points, grid[k], ref next) ?? (live?[k] == true ? (double?)(previous ?? 0) : null);
            result[k] = (value, previous) switch
            {
                ({ } now, { } before) => now >= before ? now - before : now,
                ({ } now, null) when k > 0 && podCreatedAt > grid[k - 1] - FirstScrape => now,
                _ => double.NaN,
            };
            previous = value ?? previous;
        }

        return result;
    }

    /// <summary>The value at a time, going on from where the last step was found; null where there is none that a counter can have.</summary>
    private static double? At(IReadOnlyList<Point> points, DateTimeOffset time, ref int next)
    {
        double? value = null;
        for (; next < points.Count && points[next] is var point && point.Time <= time; next++)
        {
            if (point.Time == time && double.IsFinite(point.Value) && point.Value >= 0)
            {
                value = point.Value;
            }
        }

        return value;
    }
}
