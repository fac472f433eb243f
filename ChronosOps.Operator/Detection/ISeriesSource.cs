using System.Runtime.InteropServices;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>Where the series of each policy come from.</summary>
public interface ISeriesSources
{
    /// <summary>The source of an origin. What stands in its way (a Secret that is missing, say) is told by the source's queries.</summary>
    ISeriesSource Of(SeriesOrigin origin);

    /// <summary>The same source for the queries that policies of a namespace bring along: it bears less of each, and what they do to it is held against that namespace's queries alone.</summary>
    ISeriesSource OfOwnQueries(SeriesOrigin origin, string @namespace) => Of(origin);
}

/// <summary>Where series come from: Prometheus, a file, or history alike. Everything that judges reads series through this. One alone is the source of every policy, which is for tests and files.</summary>
public interface ISeriesSource : ISeriesSources
{
    ISeriesSource ISeriesSources.Of(SeriesOrigin origin) => this;

    /// <summary>By how much the source's clock is ahead of ours; null where that is not known.</summary>
    TimeSpan? ClockAhead => null;

    /// <summary>Evaluates a query at regular steps.</summary>
    /// <param name="query">PromQL, already bound to its namespaces.</param>
    /// <param name="start">The first step.</param>
    /// <param name="end">The last step; the same as <paramref name="start"/> for a single one.</param>
    /// <param name="step">The distance between steps.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="SeriesUnavailableException">The source is down, slow, answers with an error or with something that is not an answer.</exception>
    Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken);
}

/// <summary>One series: its labels and its points in order of time. A step without a value has no point. Values may be NaN or infinite; whoever judges treats those as absent.</summary>
public sealed record Series(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<Point> Points)
{
    /// <summary>The points where they lie in memory, for whoever goes through many.</summary>
    internal ReadOnlySpan<Point> AsSpan() => Points switch
    {
        Point[] all => all,
        List<Point> all => CollectionsMarshal.AsSpan(all),
        _ => Points.ToArray(),
    };
}

/// <summary>The steps of a range query.</summary>
public readonly record struct SeriesRange(DateTimeOffset Start, DateTimeOffset End, TimeSpan Step)
{
    /// <summary>Each of them.</summary>
    public List<DateTimeOffset> Grid() => TimeGrid.Until(End, Step, (int)Math.Round((End - Start) / Step) + 1);
}

/// <summary>One value at one time.</summary>
public readonly record struct Point(DateTimeOffset Time, double Value);

/// <summary>Why series could not be read, as <see cref="SeriesUnavailableException.Reason"/>.</summary>
internal static class SeriesReasons
{
    public const string Unreachable = nameof(Unreachable);
    public const string Timeout = nameof(Timeout);
    public const string ServerError = nameof(ServerError);
    public const string BadQuery = nameof(BadQuery);
    public const string BadAnswer = nameof(BadAnswer);
    public const string TooLarge = nameof(TooLarge);
    public const string Late = nameof(Late);
    public const string Secret = nameof(Secret);
    public const string Partial = nameof(Partial);
}

/// <summary>The series could not be read. The reason is one of Unreachable, Timeout, ServerError, BadQuery, BadAnswer, TooLarge, Late, Secret, Partial.</summary>
public sealed class SeriesUnavailableException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why, in one CamelCase word.</summary>
    public string Reason { get; } = reason;

    /// <summary>Who asks is at fault, not the source: the query is refused, or asks for too much, or the Secret is of no use.</summary>
    public bool IsOfTheQuery => Reason is SeriesReasons.BadQuery or SeriesReasons.TooLarge or SeriesReasons.Secret;

    /// <summary>Whether less may be asked for in one query with success.</summary>
    public bool MayBeDivided => Reason is SeriesReasons.TooLarge;

    /// <summary>Whether nothing was asked, since the source is left alone for what failed before: it says nothing of this query.</summary>
    public bool WasNotAsked { get; init; }

    /// <summary>How long the source asked to be left alone; null where it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
