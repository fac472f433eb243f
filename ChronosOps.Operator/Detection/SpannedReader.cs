using System.Collections.Concurrent;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>A query over as many namespaces as there are.</summary>
/// <param name="Key">Names it among others.</param>
/// <param name="Text">The PromQL for some namespaces. Every series that it gives names its namespace.</param>
public sealed record SpannedQuery(string Key, Func<IReadOnlyList<string>, string> Text)
{
    /// <summary>A preset's.</summary>
    public static SpannedQuery Of(PresetQuery preset) => new($"{preset.Kind} {preset.Span}", preset.Text);
}

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
    private readonly ConcurrentDictionary<(SeriesOrigin Origin, string Key, TimeSpan Step), Plan> _plans = new();

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

        var plan = _plans.GetOrAdd((origin, query.Key, range.Step), _ => new Plan());
        IReadOnlyList<Part> parts;
        Dictionary<string, SeriesUnavailableException> failures;
        lock (plan)
        {
            (parts, failures) = Spread(plan, query, namespaces, now);
        }

        var answers = new List<IReadOnlyList<Series>>(parts.Count);
        await AtOnce.ForEachAsync(parts, PartsAtOnce, ReadPartAsync, cancellationToken).ConfigureAwait(false);
        return new SpannedSeries(answers is [var only] ? only : [.. answers.SelectMany(answer => answer)], failures);

        async ValueTask ReadPartAsync(Part part, CancellationToken ct)
        {
            try
            {
                var found = await source.QueryRangeAsync(part.Text, range.Start, range.End, range.Step, ct).ConfigureAwait(false);
                lock (failures)
                {
                    answers.Add(found);
                }
            }
            catch (SeriesUnavailableException e) when (e.MayBeDivided && part.Names.Count > 1)
            {
                Divided?.Invoke();
                var (first, second) = Divide(plan, part.Names, now);
                await ReadPartAsync(new Part(first, query.Text(first)), ct).ConfigureAwait(false);
                await ReadPartAsync(new Part(second, query.Text(second)), ct).ConfigureAwait(false);
            }
            catch (SeriesUnavailableException e)
            {
                var why = e.MayBeDivided ? Alone(part.Names[0], e) : e;
                lock (plan)
                {
                    if (e.MayBeDivided)
                    {
                        plan.Shards.GiveUp(part.Names[0], why, now);
                    }
                }

                lock (failures)
                {
                    part.Names.ForEach(name => failures[name] = why);
                }
            }
        }
    }

    /// <summary>The parts to ask for, and why some namespaces are left out. Where nothing is divided, and the namespaces are those of the last time, so are the parts.</summary>
    private (IReadOnlyList<Part> Parts, Dictionary<string, SeriesUnavailableException> LeftOut) Spread(Plan plan, SpannedQuery query, IReadOnlyCollection<string> namespaces, DateTimeOffset now)
    {
        if (plan.Shards.IsWhole && plan.Of is { } last && (ReferenceEquals(last, namespaces) || last.SequenceEqual(namespaces)))
        {
            return (plan.Parts, []);
        }

        var (spread, leftOut) = plan.Shards.Spread(namespaces, now);
        (plan.Of, plan.Parts) = (namespaces, [.. spread.SelectMany(part => Fitting(part, query))]);
        return (plan.Parts, leftOut);
    }

    /// <summary>A part, in as many as its text needs.</summary>
    private IEnumerable<Part> Fitting(List<string> names, SpannedQuery query)
    {
        var text = query.Text(names);
        return names.Count == 1 || text.Length <= longestText ? [new Part(names, text)] : Fitting(names[..(names.Count / 2)], query).Concat(Fitting(names[(names.Count / 2)..], query));
    }

    private static SeriesUnavailableException Alone(string @namespace, SeriesUnavailableException e) => new(
        e.Reason, $"namespace {@namespace} alone has more series than one query may give ({e.Message}): have fewer buckets in its histograms, drop labels where it is scraped, or spread it over several namespaces", e);

    private static (List<string> First, List<string> Second) Divide(Plan plan, List<string> part, DateTimeOffset now)
    {
        lock (plan)
        {
            return plan.Shards.Divide(part, now);
        }
    }

    /// <summary>Namespaces that are asked for together.</summary>
    private sealed record Part(List<string> Names, string Text);

    /// <summary>How one query is divided, and which parts that came to the last time.</summary>
    private sealed class Plan
    {
        public ShardPlan Shards { get; } = new();

        public IReadOnlyCollection<string>? Of { get; set; }

        public IReadOnlyList<Part> Parts { get; set; } = [];
    }
}
