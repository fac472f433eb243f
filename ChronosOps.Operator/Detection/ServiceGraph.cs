using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// Which calls between workloads of one namespace fail or take longer, where Prometheus holds a service graph: that of Tempo and of OpenTelemetry's servicegraph connector, or
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
    private const int LeastSteps = 40;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(10);

    /// <summary>Otherwise a step is as long as those of the signals, so that one ends where the trouble began.</summary>
    private static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(5);
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
        return counted.Of(caller, callee) is { } calls && calls.FailMore(since, counted.Until, rise);
    }

    /// <summary>By how much longer one workload's calls to another took on average since then, or lately, than before, as far as ten minutes back; null where they did not take twice as long, or not by so much.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="callee">Who is called.</param>
    /// <param name="since">When the caller's trouble began.</param>
    /// <param name="rise">By how many seconds longer, at least.</param>
    public SlowerCalls? CallsTakeLonger(WorkloadKey caller, WorkloadKey callee, DateTimeOffset since, double rise)
    {
        var counted = Volatile.Read(ref _counted);
        return counted.Of(caller, callee)?.TakeLonger(since, counted.Until, rise);
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
        var step = interval > ShortestStep ? interval : ShortestStep;
        var grid = TimeGrid.Until(now, step, (int)Math.Max(LeastSteps, Span / step));
        var failed = await QueryAsync(FailedCalls.Query(namespaces)).ConfigureAwait(false);
        var seconds = await ReadableAsync(FailedCalls.QueryOfSeconds(namespaces)).ConfigureAwait(false);
        var all = failed.Count + seconds.Count > 0 ? await ReadableAsync(FailedCalls.QueryOfAll(namespaces)).ConfigureAwait(false) : failed;
        return failed.Keys.Union(seconds.Keys).ToDictionary(
            pair => pair, pair => new CallCounts(failed.GetValueOrDefault(pair) ?? [], all.GetValueOrDefault(pair) ?? []) { Seconds = seconds.GetValueOrDefault(pair) ?? [] });

        async Task<IReadOnlyDictionary<(string Namespace, string Caller, string Callee), IReadOnlyList<Point>>> QueryAsync(string query) =>
            FailedCalls.In(await source.QueryRangeAsync(query, grid[0], grid[^1], step, cancellationToken).ConfigureAwait(false), grid[0], ownerOfPod, targetsOf);

        async Task<IReadOnlyDictionary<(string Namespace, string Caller, string Callee), IReadOnlyList<Point>>> ReadableAsync(string query)
        {
            try
            {
                return await QueryAsync(query).ConfigureAwait(false);
            }
            catch (SeriesUnavailableException)
            {
                // That some failed is known all the same.
                return new Dictionary<(string, string, string), IReadOnlyList<Point>>();
            }
        }
    }

    /// <summary>What was counted, and until when.</summary>
    private sealed record Counted(IReadOnlyDictionary<(string Namespace, string Caller, string Callee), CallCounts> Calls, DateTimeOffset Until)
    {
        /// <summary>What was counted of a pair; null where nothing was.</summary>
        public CallCounts? Of(WorkloadKey caller, WorkloadKey callee) => caller.Namespace == callee.Namespace ? Calls.GetValueOrDefault((caller.Namespace, caller.Name, callee.Name)) : null;
    }
}
