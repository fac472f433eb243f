using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>Turns an answer into series. Whatever the answer is, the outcome is series or a <see cref="SeriesUnavailableException"/>.</summary>
internal static class PrometheusReader
{
    private const int MaxErrorText = 300;
    private const int Piece = 64 * 1024;

    /// <summary>About what a series takes in memory, however few bytes it has in the answer: as few as two.</summary>
    private const int LeastBytes = 128;

    /// <summary>How Prometheus, Thanos, Mimir, Cortex and VictoriaMetrics say that a query asks for too much at once.</summary>
    private static readonly string[] TooMuch =
        ["too many samples", "maximum resolution", "maximum number of", "max number of", "exceeded series limit", "exceeds -search.max", "exceed the limit", "larger than max", "limit exceeded"];

    /// <summary>Reads the answer of query_range.</summary>
    public static async Task<IReadOnlyList<Series>> ReadAsync(Stream answer, long maxBytes, bool acceptsPartial, CancellationToken cancellationToken)
    {
        var parser = new MatrixParser(Math.Max(1, maxBytes / LeastBytes));
        try
        {
            await using var bounded = new BoundedStream(answer, maxBytes);
            await FeedAsync(parser, bounded, cancellationToken);
        }
        catch (Exception garbage) when (garbage is JsonException or InvalidOperationException)
        {
            throw Garbage(garbage);
        }

        return parser switch
        {
            { Answer.Status: "error" } => throw Refused(parser.Answer, null),
            { Answer.Status: not "success" } => throw Bad($"its status is \"{Shorten(parser.Answer.Status)}\"{(parser.Answer.Status is null ? ", or it is null" : "")}"),
            { ResultType: not "matrix" } => throw Bad($"its result type is \"{Shorten(parser.ResultType)}\", not matrix"),
            { Lacking: { } why } when !acceptsPartial => throw new SeriesUnavailableException(SeriesReasons.Partial, $"Prometheus answers in part only, and of what it left out nothing is known: {Shorten(why)}"),
            { Series: { } series } => series,
            _ => throw Bad("it has no result"),
        };
    }

    private static async Task FeedAsync(MatrixParser parser, Stream answer, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            var (held, isLast) = (0, false);
            while (!isLast)
            {
                var read = await answer.ReadAsync(buffer.AsMemory(held), cancellationToken);
                (held, isLast) = (held + read, read == 0);
                var consumed = parser.Feed(buffer.AsSpan(0, held), isLast);
                buffer.AsSpan(consumed, held - consumed).CopyTo(buffer);
                held -= consumed;
                buffer = held < buffer.Length ? buffer : Larger(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>One text fills the whole buffer.</summary>
    private static byte[] Larger(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
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
            throw Garbage(garbage);
        }
    }

    /// <summary>What an answer with status "error" means.</summary>
    public static SeriesUnavailableException Refused(PrometheusAnswer answer, int? httpStatus)
    {
        var isTooMuch = httpStatus is null or 400 or 422 or 413 or 500 && TooMuch.Any(words => answer.Error?.Contains(words, StringComparison.OrdinalIgnoreCase) == true);
        var (reason, what) = answer.ErrorType switch
        {
            _ when isTooMuch => (SeriesReasons.TooLarge, "the query asks for more at once than Prometheus allows"),
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

    private static SeriesUnavailableException Garbage(Exception garbage) =>
        new(SeriesReasons.BadAnswer, $"what answered is not Prometheus, or its answer broke off: {Shorten(garbage.Message)}", garbage);

    private static SeriesUnavailableException Bad(string why) => new(SeriesReasons.BadAnswer, $"the answer of Prometheus cannot be used: {why}");
}
