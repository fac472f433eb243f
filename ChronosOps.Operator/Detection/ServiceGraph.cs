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
    private const int Steps = 40;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(10);
    private IReadOnlySet<(string Namespace, string Caller, string Callee)> _failing = new HashSet<(string, string, string)>();
    private DateTimeOffset _readAt;

    /// <summary>Why it could not be read when it was read last; null: it could.</summary>
    public SeriesUnavailableException? Failure { get; private set; }

    /// <summary>Whether calls of one workload to another have failed within ten minutes.</summary>
    public bool CallsFail(WorkloadKey caller, WorkloadKey callee) =>
        caller.Namespace == callee.Namespace && Volatile.Read(ref _failing).Contains((caller.Namespace, caller.Name, callee.Name));

    /// <summary>Reads it anew, for the namespaces in which something is ill. Where it cannot be read, what was read last counts for as long as it looks back.</summary>
    public async Task ReadAsync(IReadOnlyCollection<string> namespaces, DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlySet<(string, string, string)> failing = new HashSet<(string, string, string)>();
        if (namespaces.Count > 0)
        {
            try
            {
                var step = Span / Steps > interval ? Span / Steps : interval;
                var grid = TimeGrid.Until(now, step, Steps);
                failing = FailedCalls.In(await source.QueryRangeAsync(FailedCalls.Query(namespaces), grid[0], grid[^1], step, cancellationToken).ConfigureAwait(false), grid[0], ownerOfPod, targetsOf);
                (Failure, _readAt) = (null, now);
            }
            catch (SeriesUnavailableException e)
            {
                // Templates still tell who calls whom.
                Failure = e;
                failing = now - _readAt < Span ? Volatile.Read(ref _failing) : failing;
            }
        }

        Volatile.Write(ref _failing, failing);
    }
}
