using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>The sums of one revision, or one pod, in each step while they are added up: an array for each thing that is counted, since there are thousands of increments in each evaluation.</summary>
/// <param name="grid">The times of the steps, at least two.</param>
internal sealed class StepSums(DateTimeOffset[] grid)
{
    private readonly double[] _requests = Unknown(grid.Length);
    private readonly double[] _errors = Unknown(grid.Length);
    private readonly SortedList<double, double[]> _latency = [];
    private bool[]? _uncounted;
    private readonly double[] _added = new double[grid.Length];

    /// <summary>Adds a pod's requests.</summary>
    /// <param name="points">Its counter.</param>
    /// <param name="life">The pod; null where no more than its name is known.</param>
    /// <returns>Of each step whether the pod was seen.</returns>
    public PodSeen[] AddRequests(ReadOnlySpan<Point> points, PodLife? life)
    {
        Add(_requests, points, life, default);
        return Increments.SeenAt(points, grid, life?.From);
    }

    /// <summary>Adds a pod's failed requests. Where it is NaN, how many of all requests of that step failed is not known.</summary>
    /// <param name="points">A counter of them.</param>
    /// <param name="life">The pod; null where no more than its name is known.</param>
    /// <param name="seen">Of each step whether the pod was seen; empty where that is not known.</param>
    public void AddErrors(ReadOnlySpan<Point> points, PodLife? life, ReadOnlySpan<PodSeen> seen)
    {
        Add(_errors, points, life, seen);
        foreach (var point in points)
        {
            if (double.IsNaN(point.Value) && Array.BinarySearch(grid, point.Time) is >= 0 and var step)
            {
                (_uncounted ??= new bool[grid.Length])[step] = true;
            }
        }
    }

    /// <summary>Adds a pod's requests that took at most so many seconds.</summary>
    /// <param name="bound">So many.</param>
    /// <param name="points">The counter of them.</param>
    /// <param name="life">The pod; null where no more than its name is known.</param>
    /// <param name="seen">Of each step whether the pod was seen; empty where that is not known.</param>
    public void AddLatency(double bound, ReadOnlySpan<Point> points, PodLife? life, ReadOnlySpan<PodSeen> seen)
    {
        if (!_latency.TryGetValue(bound, out var sums))
        {
            _latency[bound] = sums = Unknown(grid.Length);
        }

        Add(sums, points, life, seen);
    }

    /// <summary>The steps of which anything is known, in order of time.</summary>
    public IReadOnlyList<TrafficStep> ToSteps()
    {
        var (step, bounds, sums) = (grid[1] - grid[0], _latency.Keys.ToArray(), _latency.Values.ToArray());
        var steps = new List<TrafficStep>(grid.Length);
        for (var k = 0; k < grid.Length; k++)
        {
            var latency = LatencyAt(k, bounds, sums);
            if (!double.IsNaN(_requests[k]) || !double.IsNaN(_errors[k]) || latency != LatencyHistogram.Empty)
            {
                steps.Add(new TrafficStep(grid[k] - step, grid[k], Known(_requests[k]), _uncounted?[k] == true ? double.NaN : Known(_errors[k]), latency));
            }
        }

        return steps;
    }

    private static LatencyHistogram LatencyAt(int k, double[] bounds, double[][] sums)
    {
        if (bounds.Length == 0)
        {
            return LatencyHistogram.Empty;
        }

        var (counts, known) = (new double[bounds.Length], 0);
        for (var b = 0; b < counts.Length; b++)
        {
            counts[b] = sums[b][k];
            known += double.IsNaN(counts[b]) ? 0 : 1;
        }

        if (known == 0)
        {
            return LatencyHistogram.Empty;
        }

        return new LatencyHistogram(known == counts.Length
            ? new Buckets(bounds, counts)
            : new Buckets([.. bounds.Where((_, b) => !double.IsNaN(counts[b]))], [.. counts.Where(count => !double.IsNaN(count))]));
    }

    private void Add(double[] sums, ReadOnlySpan<Point> points, PodLife? life, ReadOnlySpan<PodSeen> seen)
    {
        Increments.ByStep(points, grid, life?.CountsFrom, life?.From, seen, _added);
        for (var k = 0; k < sums.Length; k++)
        {
            if (!double.IsNaN(_added[k]))
            {
                sums[k] = Known(sums[k]) + _added[k];
            }
        }
    }

    private static double Known(double value) => double.IsNaN(value) ? 0 : value;

    private static double[] Unknown(int count)
    {
        var values = new double[count];
        Array.Fill(values, double.NaN);
        return values;
    }
}
