using System.Collections.Concurrent;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>The PromQL for some namespaces, or for some pods of one. Every series that it gives names its namespace.</summary>
/// <param name="namespaces">The namespaces.</param>
/// <param name="pods">Which of their pods; null for all.</param>
public delegate string SpannedText(IReadOnlyList<string> namespaces, PodEnding? pods = null);

/// <summary>A query over as many namespaces as there are.</summary>
/// <param name="Key">Names it among others.</param>
/// <param name="Text">The PromQL.</param>
public sealed record SpannedQuery(string Key, SpannedText Text)
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

/// <summary>Reads one query for all namespaces, in as few parts as the source can bear: a part that is too large is asked for in halves, of its namespaces or of the pods of one, which the next rounds remember. Thread-safe.</summary>
/// <param name="longestText">The most characters of a query. Proxies bound what they let through, nginx by default at a million bytes.</param>
public sealed class SpannedReader(int longestText = 128 * 1024)
{
    private const int PartsAtOnce = 2;

    /// <summary>How long it is remembered how a query is divided that is not asked any more.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(2);
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

        var plan = PlanOf((origin, query.Key, range.Step), now);
        IReadOnlyList<Part> parts;
        Dictionary<string, SeriesUnavailableException> failures;
        lock (plan)
        {
            (parts, failures) = Spread(plan, query, namespaces, now);
        }

        var answers = new List<IReadOnlyList<Series>>(parts.Count);
        await AtOnce.ForEachAsync(parts, PartsAtOnce, ReadPartAsync, cancellationToken).ConfigureAwait(false);
        return new SpannedSeries(answers is [var only] && failures.Count == 0 ? only : [.. answers.SelectMany(answer => answer).Where(IsWhole)], failures);

        // Of a namespace that was asked for in parts all must have been answered: a sum of some of them looks like less.
        bool IsWhole(Series one) => failures.Count == 0 || !failures.ContainsKey(one.Labels.GetValueOrDefault("namespace", ""));

        async ValueTask ReadPartAsync(Part part, CancellationToken ct)
        {
            lock (failures)
            {
                if (part.Of.Pods is not null && failures.ContainsKey(part.Of.Namespaces[0]))
                {
                    return;
                }
            }

            try
            {
                var found = await source.QueryRangeAsync(part.Text, range.Start, range.End, range.Step, ct).ConfigureAwait(false);
                lock (failures)
                {
                    answers.Add(found);
                }
            }
            catch (SeriesUnavailableException e) when (e.MayBeDivided && part.Of.MayBeDivided)
            {
                Divided?.Invoke();
                var (first, second) = Divide(plan, part.Of, now);
                await ReadPartAsync(new Part(first, query), ct).ConfigureAwait(false);
                await ReadPartAsync(new Part(second, query), ct).ConfigureAwait(false);
            }
            catch (SeriesUnavailableException e)
            {
                var why = e.MayBeDivided ? Alone(part.Of.Namespaces[0], e) : e;
                lock (plan)
                {
                    if (e.MayBeDivided)
                    {
                        plan.Shards.GiveUp(part.Of.Namespaces[0], why, now);
                    }
                }

                lock (failures)
                {
                    foreach (var name in part.Of.Namespaces)
                    {
                        failures[name] = why;
                    }
                }
            }
        }
    }

    private Plan PlanOf((SeriesOrigin Origin, string Key, TimeSpan Step) key, DateTimeOffset now)
    {
        if (!_plans.TryGetValue(key, out var plan))
        {
            foreach (var (old, _) in _plans.Where(one => one.Value.UsedAt < now - Kept))
            {
                _plans.TryRemove(old, out _);
            }

            plan = _plans.GetOrAdd(key, _ => new Plan());
        }

        plan.UsedAt = now;
        return plan;
    }

    /// <summary>The parts to ask for, and why some namespaces are left out. Where nothing is divided, and the namespaces are those of the last time, so are the parts.</summary>
    private (IReadOnlyList<Part> Parts, Dictionary<string, SeriesUnavailableException> LeftOut) Spread(Plan plan, SpannedQuery query, IReadOnlyCollection<string> namespaces, DateTimeOffset now)
    {
        if (plan.Shards.IsWhole && plan.Of is { } last && (ReferenceEquals(last, namespaces) || last.SequenceEqual(namespaces)))
        {
            return (plan.Parts, []);
        }

        var (spread, leftOut) = plan.Shards.Spread(namespaces, now);
        (plan.Of, plan.Parts) = (namespaces, [.. spread.SelectMany(part => Fitting(new Part(part, query), query))]);
        return (plan.Parts, leftOut);
    }

    /// <summary>A part, in as many as its text needs.</summary>
    private IEnumerable<Part> Fitting(Part part, SpannedQuery query)
    {
        var names = part.Of.Namespaces;
        return names.Count == 1 || part.Text.Length <= longestText ? [part]
            : Fitting(new Part(new([.. names.Take(names.Count / 2)]), query), query).Concat(Fitting(new Part(new([.. names.Skip(names.Count / 2)]), query), query));
    }

    private static SeriesUnavailableException Alone(string @namespace, SeriesUnavailableException e) => new(
        e.Reason, $"namespace {@namespace} has more series than a query may give, though it is asked for in parts ({e.Message}): have fewer buckets in its histograms, drop labels where it is scraped, or spread it over several namespaces", e);

    private static (ShardPart First, ShardPart Second) Divide(Plan plan, ShardPart part, DateTimeOffset now)
    {
        lock (plan)
        {
            return plan.Shards.Divide(part, now);
        }
    }

    /// <summary>What is asked for together.</summary>
    private sealed record Part(ShardPart Of, string Text)
    {
        public Part(ShardPart of, SpannedQuery query)
            : this(of, query.Text(of.Namespaces, of.Pods))
        {
        }
    }

    /// <summary>How one query is divided, and which parts that came to the last time.</summary>
    private sealed class Plan
    {
        public ShardPlan Shards { get; } = new();

        public DateTimeOffset UsedAt { get; set; }

        public IReadOnlyCollection<string>? Of { get; set; }

        public IReadOnlyList<Part> Parts { get; set; } = [];
    }
}
