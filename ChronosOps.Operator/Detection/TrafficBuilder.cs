using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>The series of all watched namespaces at one evaluation.</summary>
/// <param name="Grid">The times of the steps.</param>
/// <param name="Requests">Answered requests by namespace and pod.</param>
/// <param name="Errors">Failed ones.</param>
/// <param name="Latency">Durations by bound; null where no policy asks for them.</param>
public sealed record TrafficSeries(
    IReadOnlyList<DateTimeOffset> Grid, IReadOnlyList<Series> Requests, IReadOnlyList<Series> Errors, IReadOnlyList<Series>? Latency);

/// <summary>Attributes series to workloads and their revisions by the pods they come from. Pure.</summary>
public sealed class TrafficBuilder
{
    private readonly TrafficSeries _series;
    private readonly PodIndex _requests;
    private readonly PodIndex _errors;
    private readonly PodIndex _latency;

    public TrafficBuilder(TrafficSeries series)
    {
        _series = series;
        _requests = new PodIndex(series.Requests);
        _errors = new PodIndex(series.Errors);
        _latency = new PodIndex(series.Latency ?? []);
    }

    /// <summary>The traffic of one workload.</summary>
    public WorkloadTraffic Of(WorkloadSnapshot workload) => Of(workload, new PodLives(workload));

    /// <summary>The traffic of one workload.</summary>
    public WorkloadTraffic Of(WorkloadSnapshot workload, PodLives lives) =>
        _series.Grid.Count < 2 ? WorkloadTraffic.None : new WorkloadTraffic(_series.Grid[1] - _series.Grid[0], StepsBy(workload, lives, life => life.Revision));

    /// <summary>The traffic of each pod of a revision, by the pod's name. Of pods that bore the same name one after the other the last counts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TrafficStep>> OfPods(WorkloadSnapshot workload, string revision) =>
        _series.Grid.Count < 2 ? new Dictionary<string, IReadOnlyList<TrafficStep>>() : StepsBy(workload, new PodLives(workload), life => life.Revision == revision && life.Until is null ? life.Pod : null);

    /// <summary>The steps of a workload's pods, added up under a name; null leaves a pod out.</summary>
    private Dictionary<string, IReadOnlyList<TrafficStep>> StepsBy(WorkloadSnapshot workload, PodLives lives, Func<PodLife, string?> nameOf)
    {
        var sums = new Dictionary<string, StepSums>();
        foreach (var (life, requests) in _requests.Of(workload, lives))
        {
            if (nameOf(life) is not { } name)
            {
                continue;
            }

            if (!sums.TryGetValue(name, out var sum))
            {
                sums[name] = sum = new StepSums(_series.Grid);
            }

            AddPod(workload, life, requests, sum);
        }

        return sums.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToSteps())).Where(entry => entry.Value.Count > 0).ToDictionary();
    }

    private void AddPod(WorkloadSnapshot workload, PodLife life, Series requests, StepSums sum)
    {
        var grid = _series.Grid;
        var served = Of(life, requests);
        var live = LiveAt(served, grid);
        sum.AddRequests(Increments.ByStep(served, grid, life.CountsFrom, null));
        foreach (var series in _errors.Of(workload.Key.Namespace, life.Pod))
        {
            sum.AddErrors(Increments.ByStep(Of(life, series), grid, life.CountsFrom, live));
        }

        foreach (var series in _latency.Of(workload.Key.Namespace, life.Pod))
        {
            if (TrafficQueries.TryBound(series.Labels.GetValueOrDefault("le"), out var bound))
            {
                sum.AddLatency(bound, Increments.ByStep(Of(life, series), grid, life.CountsFrom, live));
            }
        }
    }

    /// <summary>Of each step whether there is a point.</summary>
    private static bool[] LiveAt(IReadOnlyList<Point> points, IReadOnlyList<DateTimeOffset> grid)
    {
        var live = new bool[grid.Count];
        for (int k = 0, next = 0; k < live.Length; k++)
        {
            while (next < points.Count && points[next].Time < grid[k])
            {
                next++;
            }

            live[k] = next < points.Count && points[next].Time == grid[k];
        }

        return live;
    }

    private static IReadOnlyList<Point> Of(PodLife life, Series series) =>
        !life.NameIsHandedOn ? series.Points : [.. series.Points.Where(point => life.Covers(point.Time))];
}

/// <summary>The sums of one step while they are added up.</summary>
internal sealed class Cell
{
    public double Requests { get; set; }
    public double Errors { get; set; }
    public Dictionary<double, double> Latency { get; } = [];

    public TrafficStep ToStep(DateTimeOffset from, DateTimeOffset to, ref double[] bounds) =>
        new(from, to, Requests, Errors, Latency.Count == 0 ? LatencyHistogram.Empty : new LatencyHistogram(new Buckets(Latency, ref bounds)));
}
