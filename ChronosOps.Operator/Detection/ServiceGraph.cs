using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// Which calls between workloads of one namespace fail, where Prometheus holds a service graph: that of Tempo and of OpenTelemetry's servicegraph connector, or
/// Istio's, or the metrics of HTTP clients by OpenTelemetry's conventions. It adds to what templates name; where there is none, or it cannot be read, nothing is missing that anything rests on.
/// </summary>
/// <param name="source">Prometheus.</param>
/// <param name="interval">The evaluation interval.</param>
/// <param name="ownerOfPod">The workload of a pod, by namespace and name.</param>
/// <param name="targetsOf">The workloads that a host leads to, by namespace and host.</param>
public sealed class ServiceGraph(ISeriesSource source, TimeSpan interval, Func<string, string, WorkloadKey?> ownerOfPod, Func<string, string, IEnumerable<WorkloadKey>> targetsOf)
{
    /// <summary>Calls that fail by so much more of all are a trouble of their own, and not one that fails now and then.</summary>
    public const double LeastRise = 0.05;
    private const int Steps = 40;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(10);
    private Counted _counted = new(new Dictionary<(string, string, string), CallCounts>(), default);

    /// <summary>Why it could not be read when it was read last; null: it could.</summary>
    public SeriesUnavailableException? Failure { get; private set; }

    /// <summary>Whether a larger share of one workload's calls to another failed since then, or lately, than before, as far as ten minutes back. Where only failed ones are counted, whether several were.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="callee">Who is called.</param>
    /// <param name="since">When the caller's trouble began.</param>
    /// <param name="rise">By how much larger, 0 to 1.</param>
    public bool CallsFail(WorkloadKey caller, WorkloadKey callee, DateTimeOffset since, double rise = LeastRise)
    {
        var counted = Volatile.Read(ref _counted);
        return caller.Namespace == callee.Namespace && counted.Calls.TryGetValue((caller.Namespace, caller.Name, callee.Name), out var calls) && calls.FailMore(since, counted.Until, rise);
    }

    /// <summary>Reads it anew, for the namespaces in which something is ill. Where it cannot be read, what was read last counts for as long as it looks back.</summary>
    public async Task ReadAsync(IReadOnlyCollection<string> namespaces, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var counted = new Counted(new Dictionary<(string, string, string), CallCounts>(), now);
        if (namespaces.Count > 0)
        {
            try
            {
                counted = new Counted(await CountAsync(namespaces, now, cancellationToken).ConfigureAwait(false), now);
                Failure = null;
            }
            catch (SeriesUnavailableException e)
            {
                // Templates still tell who calls whom.
                Failure = e;
                counted = now - _counted.Until < Span ? _counted : counted;
            }
        }

        Volatile.Write(ref _counted, counted);
    }

    private async Task<IReadOnlyDictionary<(string, string, string), CallCounts>> CountAsync(IReadOnlyCollection<string> namespaces, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var step = Span / Steps > interval ? Span / Steps : interval;
        var grid = TimeGrid.Until(now, step, Steps);
        var failed = await QueryAsync(FailedCalls.Query(namespaces)).ConfigureAwait(false);
        var all = failed.Count > 0 ? await AllAsync().ConfigureAwait(false) : failed;
        return failed.ToDictionary(pair => pair.Key, pair => new CallCounts(pair.Value, all.GetValueOrDefault(pair.Key) ?? []));

        async Task<IReadOnlyDictionary<(string Namespace, string Caller, string Callee), IReadOnlyList<Point>>> QueryAsync(string query) =>
            FailedCalls.In(await source.QueryRangeAsync(query, grid[0], grid[^1], step, cancellationToken).ConfigureAwait(false), grid[0], ownerOfPod, targetsOf);

        async Task<IReadOnlyDictionary<(string Namespace, string Caller, string Callee), IReadOnlyList<Point>>> AllAsync()
        {
            try
            {
                return await QueryAsync(FailedCalls.QueryOfAll(namespaces)).ConfigureAwait(false);
            }
            catch (SeriesUnavailableException)
            {
                // That some failed is known all the same.
                return new Dictionary<(string, string, string), IReadOnlyList<Point>>();
            }
        }
    }

    /// <summary>What was counted, and until when.</summary>
    private sealed record Counted(IReadOnlyDictionary<(string Namespace, string Caller, string Callee), CallCounts> Calls, DateTimeOffset Until);
}
