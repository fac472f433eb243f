namespace ChronosOps.Operator.Detection;

/// <summary>The sums of one revision, or one pod, in each step while they are added up: an array for each thing that is counted, since there are thousands of increments in each evaluation.</summary>
/// <param name="grid">The times of the steps, at least two.</param>
internal sealed class StepSums(IReadOnlyList<DateTimeOffset> grid)
{
    private readonly double[] _requests = Unknown(grid.Count);
    private readonly double[] _errors = Unknown(grid.Count);
    private readonly SortedList<double, double[]> _latency = [];

    /// <summary>Adds a pod's requests; NaN where nothing is known.</summary>
    public void AddRequests(double[] increments) => Add(_requests, increments);

    /// <summary>Adds a pod's failed requests.</summary>
    public void AddErrors(double[] increments) => Add(_errors, increments);

    /// <summary>Adds a pod's requests that took at most so many seconds.</summary>
    public void AddLatency(double bound, double[] increments)
    {
        if (!_latency.TryGetValue(bound, out var sums))
        {
            _latency[bound] = sums = Unknown(grid.Count);
        }

        Add(sums, increments);
    }

    /// <summary>The steps of which anything is known, in order of time.</summary>
    public IReadOnlyList<TrafficStep> ToSteps()
    {
        var (step, bounds) = (grid[1] - grid[0], _latency.Keys.ToArray());
        var steps = new List<TrafficStep>(grid.Count);
        for (var k = 0; k < grid.Count; k++)
        {
            var latency = LatencyAt(k, bounds);
            if (!double.IsNaN(_requests[k]) || !double.IsNaN(_errors[k]) || latency != LatencyHistogram.Empty)
            {
                steps.Add(new TrafficStep(grid[k] - step, grid[k], Known(_requests[k]), Known(_errors[k]), latency));
            }
        }

        return steps;
    }

    private LatencyHistogram LatencyAt(int k, double[] bounds)
    {
        var (counts, known) = (new double[bounds.Length], 0);
        for (var b = 0; b < counts.Length; b++)
        {
            counts[b] = _latency.Values[b][k];
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

    private static void Add(double[] sums, double[] increments)
    {
        for (var k = 0; k < sums.Length; k++)
        {
            if (!double.IsNaN(increments[k]))
            {
                sums[k] = Known(sums[k]) + increments[k];
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
