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
    private readonly DateTimeOffset[] _grid;
    private readonly PodIndex _requests;
    private readonly PodIndex _errors;
    private readonly PodIndex _latency;

    public TrafficBuilder(TrafficSeries series)
    {
        _grid = [.. series.Grid];
        _requests = new PodIndex(series.Requests);
        _errors = new PodIndex(series.Errors);
        _latency = new PodIndex(series.Latency ?? []);
    }

    /// <summary>The traffic of one workload.</summary>
    public WorkloadTraffic Of(WorkloadSnapshot workload) => Of(workload, new PodLives(workload));

    /// <summary>The traffic of one workload.</summary>
    public WorkloadTraffic Of(WorkloadSnapshot workload, PodLives lives) =>
        _grid.Length < 2 ? WorkloadTraffic.None : new WorkloadTraffic(_grid[1] - _grid[0], StepsBy(workload, lives, life => life.Revision));

    /// <summary>The traffic of each pod of a revision, by the pod's name. Of pods that bore the same name one after the other the last counts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TrafficStep>> OfPods(WorkloadSnapshot workload, string revision) =>
        _grid.Length < 2 ? new Dictionary<string, IReadOnlyList<TrafficStep>>() : StepsBy(workload, new PodLives(workload), life => life.Revision == revision && life.Until is null ? life.Pod : null);

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
                sums[name] = sum = new StepSums(_grid);
            }

            AddPod(workload, life, requests, sum);
        }

        var found = new Dictionary<string, IReadOnlyList<TrafficStep>>(sums.Count);
        foreach (var (name, sum) in sums)
        {
            if (sum.ToSteps() is { Count: > 0 } steps)
            {
                found[name] = steps;
            }
        }

        return found;
    }

    private void AddPod(WorkloadSnapshot workload, PodLife life, Series requests, StepSums sum)
    {
        var seen = sum.AddRequests(Of(life, requests), life);
        foreach (var series in _errors.Of(workload.Key.Namespace, life.Pod))
        {
            sum.AddErrors(Of(life, series), life, seen);
        }

        foreach (var series in _latency.Of(workload.Key.Namespace, life.Pod))
        {
            if (TrafficQueries.TryBound(series.Labels.GetValueOrDefault("le"), out var bound))
            {
                sum.AddLatency(bound, Of(life, series), life, seen);
            }
        }
    }

    private static ReadOnlySpan<Point> Of(PodLife life, Series series) =>
        !life.NameIsHandedOn ? series.AsSpan() : series.Points.Where(point => life.Covers(point.Time)).ToArray();
}
