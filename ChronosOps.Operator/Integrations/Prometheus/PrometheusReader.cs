using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>Turns an answer into series. Whatever the answer is, the outcome is series or a <see cref="SeriesUnavailableException"/>.</summary>
internal static class PrometheusReader
{
    private const int MaxErrorText = 300;

    /// <summary>Reads the answer of query_range.</summary>
    public static async Task<IReadOnlyList<Series>> ReadAsync(Stream answer, long maxBytes, CancellationToken cancellationToken)
    {
        var read = await DecodeAsync(answer, maxBytes, PrometheusJson.Default.PrometheusAnswer, cancellationToken);
        return read switch
        {
            { Status: "error" } => throw Refused(read, null),
            { Status: not "success" } => throw Bad($"its status is \"{Shorten(read.Status)}\""),
            { Data: not { ResultType: "matrix" } } => throw Bad($"its result type is \"{Shorten(read.Data?.ResultType)}\", not matrix"),
            { Data.Result: null } => throw Bad("it has no result"),
            { Data.Result: var series } => [.. series.Select(ToSeries)],
        };
    }

    /// <summary>Decodes JSON of any kind within the bound.</summary>
    public static async Task<T> DecodeAsync<T>(Stream answer, long maxBytes, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            await using var bounded = new BoundedStream(answer, maxBytes);
            return await JsonSerializer.DeserializeAsync(bounded, type, cancellationToken) ?? throw Bad("it is null");
        }
        catch (JsonException garbage)
        {
            throw new SeriesUnavailableException(SeriesReasons.BadAnswer, $"what answered is not Prometheus, or its answer broke off: {Shorten(garbage.Message)}", garbage);
        }
    }

    /// <summary>What an answer with status "error" means.</summary>
    public static SeriesUnavailableException Refused(PrometheusAnswer answer, int? httpStatus)
    {
        var (reason, what) = answer.ErrorType switch
        {
            "bad_data" or "execution" => (SeriesReasons.BadQuery, "Prometheus refuses the query"),
            "timeout" => (SeriesReasons.Timeout, "Prometheus ran out of time"),
            _ when httpStatus is 400 or 422 => (SeriesReasons.BadQuery, "Prometheus refuses the query"),
            _ => (SeriesReasons.ServerError, httpStatus is null ? "Prometheus reports an error" : $"Prometheus answers {httpStatus}"),
        };
        return new SeriesUnavailableException(reason, $"{what}: {Shorten(answer.Error)}");
    }

    /// <summary>Makes a text of a stranger fit for a condition's message.</summary>
    public static string Shorten(string? text)
    {
        var line = string.Concat((text ?? "").Take(MaxErrorText).Select(c => char.IsControl(c) ? ' ' : c));
        return text?.Length > MaxErrorText ? line + "…" : line;
    }

    private static Series ToSeries(PrometheusSeries? series)
    {
        if (series is null)
        {
            throw Bad("a series is null");
        }

        // A label without a value is the same as no label.
        var labels = (series.Metric ?? []).Where(l => !string.IsNullOrEmpty(l.Value)).ToDictionary(l => l.Key, l => l.Value!, StringComparer.Ordinal);
        return new Series(labels, Ordered(series.Values ?? []));
    }

    // By time, and of several points at one time the last.
    private static IReadOnlyList<Point> Ordered(List<Point> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            if (points[i].Time <= points[i - 1].Time)
            {
                return [.. points.GroupBy(p => p.Time).Select(p => p.Last()).OrderBy(p => p.Time)];
            }
        }

        return points;
    }

    private static SeriesUnavailableException Bad(string why) => new(SeriesReasons.BadAnswer, $"the answer of Prometheus cannot be used: {why}");
}
