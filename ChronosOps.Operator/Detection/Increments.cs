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
    /// <param name="live">Of each step whether the pod was seen at all: there an absent counter is zero. Empty where only the counter itself tells.</param>
    /// <param name="added">Takes the increment by the end of each step; NaN where nothing is known. As long as the grid.</param>
    public static void ByStep(ReadOnlySpan<Point> points, ReadOnlySpan<DateTimeOffset> grid, DateTimeOffset? podCreatedAt, ReadOnlySpan<bool> live, Span<double> added)
    {
        var walk = new GridWalk(points);
        var previous = double.NaN;
        for (var k = 0; k < added.Length; k++)
        {
            _ = walk.TryNext(grid[k], out var value);
            if (double.IsNaN(value) && !live.IsEmpty && live[k])
            {
                value = double.IsNaN(previous) ? 0 : previous;
            }

            added[k] = !double.IsNaN(previous) ? (value >= previous ? value - previous : value)
                : k > 0 && podCreatedAt > grid[k - 1] - FirstScrape ? value
                : double.NaN;
            previous = double.IsNaN(value) ? previous : value;
        }
    }

    /// <summary>Of each step whether there is a point.</summary>
    /// <param name="points">The points, in order of time.</param>
    /// <param name="grid">The times of the steps, in order.</param>
    public static bool[] LiveAt(ReadOnlySpan<Point> points, ReadOnlySpan<DateTimeOffset> grid)
    {
        var walk = new GridWalk(points);
        var live = new bool[grid.Length];
        for (var k = 0; k < live.Length; k++)
        {
            live[k] = walk.TryNext(grid[k], out _);
        }

        return live;
    }

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
