using System.Collections.Concurrent;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>A query over as many namespaces as there are.</summary>
/// <param name="Key">Names it among others.</param>
/// <param name="Text">The PromQL for some namespaces. Every series that it gives names its namespace.</param>
public sealed record SpannedQuery(string Key, Func<IReadOnlyList<string>, string> Text);

/// <summary>What was read, and of which namespaces nothing could be.</summary>
/// <param name="Series">The series of all others.</param>
/// <param name="Failures">Why, by namespace.</param>
public sealed record SpannedSeries(IReadOnlyList<Series> Series, IReadOnlyDictionary<string, SeriesUnavailableException> Failures)
{
    public static readonly SpannedSeries None = new([], new Dictionary<string, SeriesUnavailableException>());
}

/// <summary>Reads one query for all namespaces, in as few parts as the source can bear: a part that is too large is asked for in halves, which the next rounds remember. Thread-safe.</summary>
/// <param name="longestText">The most characters of a query. Proxies bound what they let through, nginx by default at a million bytes.</param>
public sealed class SpannedReader(int longestText = 128 * 1024)
{
    private const int PartsAtOnce = 2;
    private readonly ConcurrentDictionary<(SeriesOrigin Origin, string Key, TimeSpan Step), ShardPlan> _plans = new();

    /// <summary>Raised when an answer was too large and its query is divided.</summary>
    public event Action? Divided;

    /// <summary>Reads a query.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="origin">What names the source: each learns for itself what it can bear.</param>
    /// <param name="query">The query.</param>
    /// <param name="namespaces">The namespaces.</param>
    /// <param name="range">The steps.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SpannedSeries> ReadAsync(
        ISeriesSource source, SeriesOrigin origin, SpannedQuery query, IReadOnlyCollection<string> namespaces, SeriesRange range, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (namespaces.Count == 0)
        {
            return SpannedSeries.None;
        }

        var plan = _plans.GetOrAdd((origin, query.Key, range.Step), _ => new ShardPlan());
        List<List<string>> parts;
        Dictionary<string, SeriesUnavailableException> failures;
        lock (plan)
        {
            (parts, failures) = plan.Spread(namespaces, now);
        }

        var series = new List<Series>();
        await AtOnce.ForEachAsync([.. parts.SelectMany(part => Fitting(part, query))], PartsAtOnce, ReadPartAsync, cancellationToken).ConfigureAwait(false);
        return new SpannedSeries(series, failures);

        async ValueTask ReadPartAsync(List<string> part, CancellationToken ct)
        {
            try
            {
                var found = await source.QueryRangeAsync(query.Text(part), range.Start, range.End, range.Step, ct).ConfigureAwait(false);
                lock (failures)
                {
                    series.AddRange(found);
                }
            }
            catch (SeriesUnavailableException e) when (e.MayBeDivided && part.Count > 1)
            {
                Divided?.Invoke();
                var (first, second) = Divide(plan, part, now);
                await ReadPartAsync(first, ct).ConfigureAwait(false);
                await ReadPartAsync(second, ct).ConfigureAwait(false);
            }
            catch (SeriesUnavailableException e)
            {
                var why = e.MayBeDivided ? Alone(part[0], e) : e;
                lock (plan)
                {
                    if (e.MayBeDivided)
                    {
                        plan.GiveUp(part[0], why, now);
                    }
                }

                lock (failures)
                {
                    part.ForEach(name => failures[name] = why);
                }
            }
        }
    }

    /// <summary>A part, in as many as its text needs.</summary>
    private IEnumerable<List<string>> Fitting(List<string> part, SpannedQuery query) =>
        part.Count == 1 || query.Text(part).Length <= longestText ? [part] : Fitting(part[..(part.Count / 2)], query).Concat(Fitting(part[(part.Count / 2)..], query));

    private static SeriesUnavailableException Alone(string @namespace, SeriesUnavailableException e) => new(
        e.Reason, $"namespace {@namespace} alone has more series than one query may give ({e.Message}): have fewer buckets in its histograms, drop labels where it is scraped, or spread it over several namespaces", e);

    private static (List<string> First, List<string> Second) Divide(ShardPlan plan, List<string> part, DateTimeOffset now)
    {
        lock (plan)
        {
            return plan.Divide(part, now);
        }
    }
}
