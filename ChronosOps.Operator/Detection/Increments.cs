namespace ChronosOps.Operator.Detection;

/// <summary>What the counter of a pod's requests shows at the end of a step.</summary>
public enum PodSeen
{
    /// <summary>The pod was not seen.</summary>
    No,

    /// <summary>It was seen.</summary>
    Yes,

    /// <summary>It was seen, and the counter had fallen: what is summed under the pod's name began anew, or a part of it.</summary>
    Anew,

    /// <summary>The same of a pod that is so new that it counted from zero: what is read under a name that was handed on was the pod's before.</summary>
    FromZero,
}

/// <summary>Turns counters read at regular steps into what was added in each step. Pure.</summary>
public static class Increments
{
    /// <summary>A pod may be this much older than the first sample of its counters and still have counted from zero.</summary>
    private static readonly TimeSpan FirstScrape = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What was added between steps. Of a counter that fell that is not known: it is a sum over containers and routes, and what is left of it may be the whole past of those that went on. It counts from
    /// zero where its pod is as new as that, and so does a counter that appears; otherwise its history is unknown and its first value adds nothing.
    /// </summary>
    /// <param name="points">The counter's values, in order of time.</param>
    /// <param name="grid">The times of the steps, in order.</param>
    /// <param name="countsFrom">From when on the first value is known to count from zero; null where that is not known.</param>
    /// <param name="createdAt">When the pod was created, if that is known.</param>
    /// <param name="seen">Of each step whether the pod was seen: there an absent counter is zero; where its requests began anew nothing is known. Empty where only the counter itself tells.</param>
    /// <param name="added">Takes the increment by the end of each step; NaN where nothing is known. As long as the grid.</param>
    public static void ByStep(ReadOnlySpan<Point> points, ReadOnlySpan<DateTimeOffset> grid, DateTimeOffset? countsFrom, DateTimeOffset? createdAt, ReadOnlySpan<PodSeen> seen, Span<double> added)
    {
        var walk = new GridWalk(points);
        var previous = double.NaN;
        for (var k = 0; k < added.Length; k++)
        {
            _ = walk.TryNext(grid[k], out var value);
            var now = seen.IsEmpty ? PodSeen.No : seen[k];
            if (double.IsNaN(value) && now != PodSeen.No)
            {
                value = double.IsNaN(previous) || now != PodSeen.Yes ? 0 : previous;
            }

            added[k] = now == PodSeen.Anew ? double.NaN
                : now == PodSeen.FromZero || (value < previous && IsNew(createdAt, grid, k)) ? value
                : !double.IsNaN(previous) ? (value >= previous ? value - previous : double.NaN)
                : IsNew(countsFrom, grid, k) ? value
                : double.NaN;
            previous = double.IsNaN(value) ? previous : value;
        }
    }

    /// <summary>Of each step whether there is a point, and whether it is lower than the one before.</summary>
    /// <param name="points">The points, in order of time.</param>
    /// <param name="grid">The times of the steps, in order.</param>
    /// <param name="createdAt">When the pod was created, if that is known.</param>
    public static PodSeen[] SeenAt(ReadOnlySpan<Point> points, ReadOnlySpan<DateTimeOffset> grid, DateTimeOffset? createdAt)
    {
        var walk = new GridWalk(points);
        var seen = new PodSeen[grid.Length];
        var previous = double.NaN;
        for (var k = 0; k < seen.Length; k++)
        {
            seen[k] = !walk.TryNext(grid[k], out var value) ? PodSeen.No
                : !(value < previous) ? PodSeen.Yes
                : IsNew(createdAt, grid, k) ? PodSeen.FromZero
                : PodSeen.Anew;
            previous = double.IsNaN(value) ? previous : value;
        }

        return seen;
    }

    private static bool IsNew(DateTimeOffset? since, ReadOnlySpan<DateTimeOffset> grid, int step) => step > 0 && since > grid[step - 1] - FirstScrape;

    /// <summary>Goes through points in order of time, from one step to the next.</summary>
    private ref struct GridWalk(ReadOnlySpan<Point> points)
    {
        private readonly ReadOnlySpan<Point> _points = points;
        private int _next;

        /// <summary>Whether there is a point at a time, and its value; NaN where it is none that a counter can have.</summary>
        public bool TryNext(DateTimeOffset time, out double value)
        {
            (value, var found) = (double.NaN, false);
            for (; _next < _points.Length && _points[_next].Time <= time; _next++)
            {
                if (_points[_next].Time == time)
                {
                    found = true;
                    value = _points[_next].Value is >= 0 and < double.PositiveInfinity and var count ? count : value;
                }
            }

            return found;
        }
    }
}
