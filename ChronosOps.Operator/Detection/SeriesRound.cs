using System.Collections.Concurrent;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>Asks one source all that some policies need at the same steps: a query for each kind of thing, over all their namespaces, and their own queries, each once.</summary>
internal sealed class SeriesRound(ISeriesSource source, SeriesOrigin origin, SpannedReader reader, IReadOnlyList<DateTimeOffset> grid, DateTimeOffset now)
{
    private const int OwnQueriesAtOnce = 8;

    private SeriesRange Range => new(grid[0], grid[^1], grid[1] - grid[0]);

    /// <summary>Asks. What is not answered is told by the answers.</summary>
    public async Task<Answers> AskAsync(IReadOnlyList<EffectivePolicy> policies, CancellationToken cancellationToken)
    {
        var counted = Namespaces(policies, NeedsTraffic);
        var presets = policies.SelectMany(policy => policy.Signals).Select(PresetQuery.Of).OfType<PresetQuery>().Distinct().ToList();
        var requests = SpanAsync(TrafficQueries.SpannedRequests, counted);
        var errors = SpanAsync(TrafficQueries.SpannedErrors, counted);
        var latency = SpanAsync(TrafficQueries.SpannedLatency, Namespaces(policies, policy => policy.Signals.Any(signal => signal.Kind == SignalKind.LatencyP95)));
        var newest = reader.ReadAsync(source, origin, Freshness.Query, Namespaces(policies, policy => NeedsTraffic(policy) || policy.Signals.Count > 0),
            Range with { Start = Range.End }, now, cancellationToken);
        var spanned = presets.Select(preset => SpanAsync(new SpannedQuery($"{preset.Kind} {preset.Span}", preset.Text), Namespaces(policies, policy => policy.Signals.Any(signal => PresetQuery.Of(signal) == preset)))).ToList();
        var own = OwnAsync(policies, cancellationToken);
        await Task.WhenAll([requests, errors, latency, newest, own, .. spanned]).ConfigureAwait(false);

        var fresh = Freshness.Read((await newest.ConfigureAwait(false)).Series);
        var indices = new Dictionary<PresetQuery, (PodIndex, IReadOnlyDictionary<string, SeriesUnavailableException>)>();
        foreach (var (preset, task) in presets.Zip(spanned))
        {
            var read = await task.ConfigureAwait(false);
            indices[preset] = (new PodIndex(read.Series), read.Failures);
        }

        var (served, failed, timed) = (await requests.ConfigureAwait(false), await errors.ConfigureAwait(false), await latency.ConfigureAwait(false));
        return new Answers
        {
            Traffic = new TrafficBuilder(new TrafficSeries(grid, Settled(served), Settled(failed), Settled(timed))),
            Uncounted = served.Failures.Concat(failed.Failures).Concat(timed.Failures).DistinctBy(failure => failure.Key).ToDictionary(),
            Presets = indices,
            Own = await own.ConfigureAwait(false),
            Late = (from one in fresh
                    let late = Freshness.TooLate(one.Value, Range.End, Range.Step, source.ClockAhead)
                    where late is not null
                    select KeyValuePair.Create(one.Key, late!)).ToDictionary(),
        };

        Task<SpannedSeries> SpanAsync(SpannedQuery query, List<string> namespaces) => reader.ReadAsync(source, origin, query, namespaces, Range, now, cancellationToken);

        IReadOnlyList<Series> Settled(SpannedSeries read) => Freshness.Settled(read.Series, fresh, Range.Step, Range.End);
    }

    private async Task<IReadOnlyDictionary<(string Namespace, string Query), (PodIndex? Index, SeriesUnavailableException? Failure)>> OwnAsync(
        IReadOnlyList<EffectivePolicy> policies, CancellationToken cancellationToken)
    {
        var result = new ConcurrentDictionary<(string, string), (PodIndex?, SeriesUnavailableException?)>();
        var queries = from policy in policies
                      from signal in policy.Signals
                      where signal.Query is not null && PresetQuery.Of(signal) is null
                      select (policy.Namespace, Query: signal.Query!);
        await AtOnce.ForEachAsync([.. queries.Distinct()], OwnQueriesAtOnce, async (one, ct) =>
        {
            try
            {
                result[one] = (new PodIndex(await source.QueryRangeAsync(one.Query, Range.Start, Range.End, Range.Step, ct).ConfigureAwait(false), one.Namespace), null);
            }
            catch (SeriesUnavailableException e)
            {
                result[one] = (null, e);
            }
        }, cancellationToken).ConfigureAwait(false);
        return result;
    }

    private static List<string> Namespaces(IReadOnlyList<EffectivePolicy> policies, Func<EffectivePolicy, bool> needs) =>
        [.. policies.Where(needs).Select(policy => policy.Namespace).Distinct()];

    private static bool NeedsTraffic(EffectivePolicy policy) =>
        policy.KnownGoodRequests > 0 || policy.Ladder.Contains(RemediationAction.Scale) || policy.Signals.Any(signal => signal.Query is null);
}
