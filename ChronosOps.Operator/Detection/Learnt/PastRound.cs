using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>Asks one source for a stretch of the past of some signals that are read by the same.</summary>
/// <param name="source">Where from.</param>
/// <param name="origin">What names the source.</param>
/// <param name="reader">Asks for many namespaces at once.</param>
/// <param name="grid">The steps; the first is the one before those that are new, since a step that counts needs the counter at its beginning.</param>
/// <param name="now">The time.</param>
internal sealed class PastRound(ISeriesSource source, SeriesOrigin origin, SpannedReader reader, IReadOnlyList<DateTimeOffset> grid, DateTimeOffset now)
{
    private static readonly IReadOnlyDictionary<string, SeriesUnavailableException> NoFailures = new Dictionary<string, SeriesUnavailableException>();

    private SeriesRange New => new(grid[1], grid[^1], grid[1] - grid[0]);

    /// <summary>Asks. What is not answered is told by the answer.</summary>
    public async Task<PastAnswer> AskAsync(Asked asked, IReadOnlyList<Due> signals, CancellationToken cancellationToken) =>
        asked.Query is { } query ? await OwnAsync(query, asked.Namespace!, cancellationToken).ConfigureAwait(false)
        : asked.Preset is { } preset ? OfQuery(await SpanAsync(SpannedQuery.Of(preset), New, signals, cancellationToken).ConfigureAwait(false))
        : await TrafficAsync(signals, cancellationToken).ConfigureAwait(false);

    private async Task<PastAnswer> OwnAsync(string query, string @namespace, CancellationToken ct)
    {
        try
        {
            return OfQuery(new PodIndex(await source.QueryRangeAsync(query, New.Start, New.End, New.Step, ct).ConfigureAwait(false), @namespace), NoFailures);
        }
        catch (SeriesUnavailableException e)
        {
            return new PastAnswer(_ => [], new Dictionary<string, SeriesUnavailableException> { [@namespace] = e });
        }
    }

    private async Task<PastAnswer> TrafficAsync(IReadOnlyList<Due> signals, CancellationToken ct)
    {
        var whole = New with { Start = grid[0] };
        var requests = await SpanAsync(TrafficQueries.SpannedRequests, whole, signals, ct).ConfigureAwait(false);
        var errors = await SpanAsync(TrafficQueries.SpannedErrors, whole, signals, ct).ConfigureAwait(false);
        var latency = await SpanAsync(TrafficQueries.SpannedLatency, whole, signals.Where(one => one.Signal.Kind == SignalKind.LatencyP95), ct).ConfigureAwait(false);
        var counters = new PastCounters(grid, new PodIndex(requests.Series), new PodIndex(errors.Series), new PodIndex(latency.Series));
        return new PastAnswer(
            one => WorkloadPoints.OfTraffic(one.Signal, one.Workload, counters), requests.Failures.Concat(errors.Failures).Concat(latency.Failures).DistinctBy(failure => failure.Key).ToDictionary());
    }

    private Task<SpannedSeries> SpanAsync(SpannedQuery query, SeriesRange range, IEnumerable<Due> signals, CancellationToken ct) =>
        reader.ReadAsync(source, origin, query, [.. signals.Select(one => one.Namespace).Distinct()], range, now, ct);

    private static PastAnswer OfQuery(SpannedSeries read) => OfQuery(new PodIndex(read.Series), read.Failures);

    private static PastAnswer OfQuery(PodIndex series, IReadOnlyDictionary<string, SeriesUnavailableException> failures) =>
        new(one => WorkloadPoints.OfQuery(one.Signal, one.Workload, series, one.NamesOneWorkload), failures);
}

/// <summary>What was answered.</summary>
/// <param name="Points">The points of a signal.</param>
/// <param name="Failures">Why there are none, by namespace.</param>
internal sealed record PastAnswer(Func<Due, IReadOnlyList<Point>> Points, IReadOnlyDictionary<string, SeriesUnavailableException> Failures);

/// <summary>A signal of a workload, with what was learnt of it by now.</summary>
internal sealed record Due(WorkloadSnapshot Workload, EffectivePolicy Policy, EffectiveSignal Signal, LearntSignal Learnt)
{
    /// <summary>As many as the histograms of most client libraries have.</summary>
    private const int Buckets = 12;

    public string Namespace => Workload.Key.Namespace;

    public bool NamesOneWorkload => Policy.WorkloadName is not null;

    /// <summary>What it is read by.</summary>
    public Asked Asked { get; } = new(Signal.Query, Signal.Query is null ? null : Workload.Key.Namespace, PresetQuery.Of(Signal));

    /// <summary>About how many series are read for it.</summary>
    public int Series => Math.Max(1, Workload.Pods.Count) * (Signal.Kind == SignalKind.LatencyP95 ? Buckets + 2 : Signal.CountsRequests ? 2 : 1);
}

/// <summary>What a signal is read by: a policy's own query in its namespace, a preset's, or, with neither, the counters of requests. Signals with the same are read together.</summary>
internal sealed record Asked(string? Query, string? Namespace, PresetQuery? Preset);
