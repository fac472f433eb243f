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
    private double[] _bounds = [];

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
        var step = _series.Grid[1] - _series.Grid[0];
        var steps = new Dictionary<(string Name, DateTimeOffset To), Cell>();
        foreach (var (life, requests) in _requests.Of(workload, lives))
        {
            if (nameOf(life) is { } name)
            {
                AddPod(workload, life, name, requests, steps);
            }
        }

        return steps.GroupBy(entry => entry.Key.Name).ToDictionary(
            same => same.Key,
            same => (IReadOnlyList<TrafficStep>)[.. from entry in same
                                                    orderby entry.Key.To
                                                    select entry.Value.ToStep(entry.Key.To - step, entry.Key.To, ref _bounds)]);
    }

    private void AddPod(WorkloadSnapshot workload, PodLife life, string name, Series requests, Dictionary<(string, DateTimeOffset), Cell> steps)
    {
        var grid = _series.Grid;
        var served = Of(life, requests);
        var live = served.Select(point => point.Time).ToHashSet();
        foreach (var (to, count) in Increments.Of(served, grid, life.CountsFrom))
        {
            Cell(steps, name, to).Requests += count;
        }

        foreach (var series in _errors.Of(workload.Key.Namespace, life.Pod))
        {
            foreach (var (to, count) in Increments.Of(Of(life, series), grid, life.CountsFrom, live))
            {
                Cell(steps, name, to).Errors += count;
            }
        }

        foreach (var series in _latency.Of(workload.Key.Namespace, life.Pod))
        {
            if (TrafficQueries.TryBound(series.Labels.GetValueOrDefault("le"), out var bound))
            {
                foreach (var (to, count) in Increments.Of(Of(life, series), grid, life.CountsFrom, live))
                {
                    var latency = Cell(steps, name, to).Latency;
                    latency[bound] = latency.GetValueOrDefault(bound) + count;
                }
            }
        }
    }

    private static IReadOnlyList<Point> Of(PodLife life, Series series) =>
        !life.NameIsHandedOn ? series.Points : [.. series.Points.Where(point => life.Covers(point.Time))];

    private static Cell Cell(Dictionary<(string, DateTimeOffset), Cell> steps, string name, DateTimeOffset to)
    {
        if (!steps.TryGetValue((name, to), out var cell))
        {
            steps[(name, to)] = cell = new Cell();
        }

        return cell;
    }
}

/// <summary>The sums of one revision, or one pod, in one step while they are added up.</summary>
internal sealed class Cell
{
    public double Requests { get; set; }
    public double Errors { get; set; }
    public Dictionary<double, double> Latency { get; } = [];

    public TrafficStep ToStep(DateTimeOffset from, DateTimeOffset to, ref double[] bounds) =>
        new(from, to, Requests, Errors, Latency.Count == 0 ? LatencyHistogram.Empty : new LatencyHistogram(new Buckets(Latency, ref bounds)));
}
