namespace ChronosOps.Operator.Detection;

/// <summary>Where series come from: Prometheus, a file, or history alike. Everything that judges reads series through this.</summary>
public interface ISeriesSource
{
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
public sealed record Series(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<Point> Points);

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
}

/// <summary>The series could not be read. The reason is one of Unreachable, Timeout, ServerError, BadQuery, BadAnswer, TooLarge.</summary>
public sealed class SeriesUnavailableException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why, in one CamelCase word.</summary>
    public string Reason { get; } = reason;

    /// <summary>The query is at fault, not the source: it is refused, or asks for too much.</summary>
    public bool IsOfTheQuery => Reason is SeriesReasons.BadQuery or SeriesReasons.TooLarge;
}
