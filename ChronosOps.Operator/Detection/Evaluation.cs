using System.Collections.Concurrent;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>One round of detection over all policies: which queries are needed, and what their answers mean. The queries are few and shared.</summary>
/// <param name="source">Where the series come from.</param>
/// <param name="interval">The distance of the evaluations.</param>
/// <param name="learnt">What is usual, for the signals that are judged by it.</param>
public sealed class Evaluation(ISeriesSource source, TimeSpan interval, LearntBoard learnt)
{
    private const int MaxSteps = 60;
    private const int QueriesAtOnce = 8;

    /// <summary>Reads the series once and judges every workload.</summary>
    /// <param name="watched">The workloads with the policy that governs each.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends the round.</param>
    public async Task<IReadOnlyList<WorkloadReading>> RunAsync(
        IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var readings = new List<WorkloadReading>();
        foreach (var group in watched.GroupBy(pair => StepOf(pair.Policy)))
        {
            readings.AddRange(await RunGroupAsync([.. group], group.Key, now, cancellationToken).ConfigureAwait(false));
        }

        return readings;
    }

    /// <summary>Policies that look equally far back share their queries; one that looks back for an hour does not make the others coarser.</summary>
    private async Task<IReadOnlyList<WorkloadReading>> RunGroupAsync(
        List<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, TimeSpan step, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var policies = watched.Select(pair => pair.Policy).Distinct().ToList();
        var grid = Grid(policies, step, now);
        var traffic = await TryAsync(() => TrafficAsync(policies, grid, cancellationToken)).ConfigureAwait(false);
        var queries = await QueriesAsync(policies, grid, cancellationToken).ConfigureAwait(false);
        var builder = traffic.Value is { } counted ? new TrafficBuilder(counted) : null;
        return [.. watched.Select(pair =>
        {
            var seen = builder?.Of(pair.Workload) ?? WorkloadTraffic.None;
            var failures = pair.Policy.Signals.Select(signal => FailureOf(signal, traffic.Failure, queries)).OfType<SeriesUnavailableException>().ToList();
            return new WorkloadReading
            {
                Time = now,
                Workload = pair.Workload,
                Policy = pair.Policy,
                Traffic = seen,
                SeriesError = failures.Select(Say).FirstOrDefault(),
                RequestsError = traffic.Failure is { } uncounted ? Say(uncounted) : null,
                SourceFailed = traffic.Failure is not null || failures.Exists(failure => !failure.IsOfTheQuery),
                Signals =
                [
                    .. pair.Policy.Signals.Select(signal => Judge(signal, pair.Workload, pair.Policy, seen, FailureOf(signal, traffic.Failure, queries), queries, grid, now)),
                    .. pair.Workload.Job is { } job
                        ? JobSigns.Judge(pair.Workload, job, now)
                        : [.. PodSigns.Judge(pair.Workload, pair.Policy.RolloutDeadline, now), .. ServiceSigns.Judge(pair.Workload, now)],
                ],
            };
        })];
    }

    private SignalReading Judge(
        EffectiveSignal signal, WorkloadSnapshot workload, EffectivePolicy policy, WorkloadTraffic traffic, SeriesUnavailableException? failure,
        Dictionary<string, (IReadOnlyList<Series>? Series, SeriesUnavailableException? Failure)> queries, List<DateTimeOffset> grid, DateTimeOffset now)
    {
        if (failure is not null)
        {
            return new SignalReading { Signal = signal.Name, State = SignalState.Unknown, Message = $"the series could not be read: {Say(failure)}" };
        }

        var byLimit = signal.Query is null
            ? TrafficJudge.Judge(signal, workload, traffic, now)
            : QueryJudge.Judge(signal, workload, queries[signal.Query].Series!, policy.WorkloadName is not null, grid[1] - grid[0], now);
        return signal.IsLearnt ? MixedJudge.Judge(signal, workload, byLimit, learnt.Find(workload.Key, signal), learnt.Step, now) : byLimit;
    }

    private static SeriesUnavailableException? FailureOf(
        EffectiveSignal signal, SeriesUnavailableException? uncounted, Dictionary<string, (IReadOnlyList<Series>? Series, SeriesUnavailableException? Failure)> queries) =>
        signal.Query is null ? uncounted : queries[signal.Query].Failure;

    private static string Say(SeriesUnavailableException failure) => $"{failure.Reason}: {failure.Message}";

    private async Task<TrafficSeries?> TrafficAsync(List<EffectivePolicy> policies, List<DateTimeOffset> grid, CancellationToken cancellationToken)
    {
        var namespaces = policies.Where(NeedsTraffic).Select(policy => policy.Namespace).Distinct().ToList();
        if (namespaces.Count == 0)
        {
            return new TrafficSeries(grid, [], [], null);
        }

        var timed = policies.Where(policy => policy.Signals.Any(s => s.Kind == SignalKind.LatencyP95)).Select(policy => policy.Namespace).Distinct().ToList();
        var requests = QueryAsync(TrafficQueries.Requests(namespaces), grid, cancellationToken);
        var errors = QueryAsync(TrafficQueries.Errors(namespaces), grid, cancellationToken);
        var latency = timed.Count == 0 ? null : QueryAsync(TrafficQueries.Latency(timed), grid, cancellationToken);
        await Task.WhenAll(new[] { requests, errors, latency ?? requests }).ConfigureAwait(false);
        return new TrafficSeries(grid, await requests.ConfigureAwait(false), await errors.ConfigureAwait(false), latency is null ? null : await latency.ConfigureAwait(false));
    }

    private async Task<Dictionary<string, (IReadOnlyList<Series>? Series, SeriesUnavailableException? Failure)>> QueriesAsync(
        List<EffectivePolicy> policies, List<DateTimeOffset> grid, CancellationToken cancellationToken)
    {
        var result = new ConcurrentDictionary<string, (IReadOnlyList<Series>?, SeriesUnavailableException?)>();
        var queries = policies.SelectMany(policy => policy.Signals).Select(signal => signal.Query).OfType<string>().Distinct();
        var limit = new ParallelOptions { MaxDegreeOfParallelism = QueriesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(queries, limit, async (query, ct) =>
            result[query] = await TryAsync<IReadOnlyList<Series>>(async () => await QueryAsync(query, grid, ct).ConfigureAwait(false)).ConfigureAwait(false)).ConfigureAwait(false);
        return result.ToDictionary();
    }

    private Task<IReadOnlyList<Series>> QueryAsync(string query, List<DateTimeOffset> grid, CancellationToken cancellationToken) =>
        source.QueryRangeAsync(query, grid[0], grid[^1], grid[1] - grid[0], cancellationToken);

    private static async Task<(T? Value, SeriesUnavailableException? Failure)> TryAsync<T>(Func<Task<T?>> query)
        where T : class
    {
        try
        {
            return (await query().ConfigureAwait(false), null);
        }
        catch (SeriesUnavailableException e)
        {
            return (null, e);
        }
    }

    private static bool NeedsTraffic(EffectivePolicy policy) =>
        policy.KnownGoodRequests > 0 || policy.Ladder.Contains(RemediationAction.Scale) || policy.Signals.Any(signal => signal.Query is null);

    /// <summary>Steps at whole multiples of the interval, so that every evaluation sees the same points.</summary>
    private List<DateTimeOffset> Grid(List<EffectivePolicy> policies, TimeSpan step, DateTimeOffset now)
    {
        var longest = policies.Max(LookBack);
        var count = (int)Math.Ceiling(longest / step) + 2;
        return TimeGrid.Until(now, step, count);
    }

    /// <summary>The interval, or a multiple of it where the policy looks back so far that there would be too many points.</summary>
    private TimeSpan StepOf(EffectivePolicy policy) => interval * Math.Max(1, Math.Ceiling(LookBack(policy) / (interval * MaxSteps)));

    private TimeSpan LookBack(EffectivePolicy policy) =>
        policy.Signals.Select(signal => Max(signal.Window, signal.For + interval)).DefaultIfEmpty(interval * 4).Max();

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
