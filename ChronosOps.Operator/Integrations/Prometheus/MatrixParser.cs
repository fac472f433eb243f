using System.Globalization;
using System.Text.Json;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>
/// Reads the answer of query_range piece by piece, as it arrives: neither the answer nor a tree of it is ever held as a whole. What it does not know (histograms, fields of newer versions) it
/// passes over. Throws <see cref="JsonException"/> or <see cref="InvalidOperationException"/> where it is not JSON, or not of this form, and <see cref="SeriesUnavailableException"/> where it is of too many series.
/// </summary>
/// <param name="mostSeries">The most series that are kept. One without labels and points has two bytes in the answer, and many more in memory.</param>
internal sealed class MatrixParser(long mostSeries)
{
    private const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
    private const int ExactDigits = 15;
    private readonly Texts _texts = new();
    private readonly List<Series> _series = [];
    private readonly List<Point> _points = [];
    private readonly List<string> _labels = [];
    private readonly HashSet<string> _seen = [];
    private LabelSet? _last;
    private JsonReaderState _state;
    private Place _place = Place.Start;
    private Place _after;
    private int _depth;
    private string? _resultType;
    private bool _hasResult;
    private double _time;

    private enum Place
    {
        Start, Answer, Status, ErrorType, Error, Data, InData, ResultType, Result, InResult, InSeries, Metric, InMetric, Label, Values, InValues, Time, Value, PointEnd, Warnings, InWarnings, Partial, Unknown, Within, End,
    }

    /// <summary>What the answer says of itself.</summary>
    public PrometheusAnswer Answer { get; } = new();

    /// <summary>
    /// Why the answer may lack series, or parts of what was added up: in <c>warnings</c> by Thanos and by Prometheus for remote reads, by <c>isPartial</c> of VictoriaMetrics. Null where it
    /// says nothing of the kind. What the engine says of the query itself, which it marks as PromQL, is not meant.
    /// </summary>
    public string? Lacking { get; private set; }

    /// <summary>The type of the result; null where it names none.</summary>
    public string? ResultType => _resultType;

    /// <summary>The series; null where there is no result at all.</summary>
    public IReadOnlyList<Series>? Series => _hasResult ? _series : null;

    /// <summary>Takes what there is.</summary>
    /// <param name="bytes">What is not consumed yet.</param>
    /// <param name="isLast">Whether nothing comes after it.</param>
    /// <returns>How many bytes were consumed. The others must come again, with more.</returns>
    public int Feed(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var reader = new Utf8JsonReader(bytes, isLast, _state);
        while (reader.Read())
        {
            _place = Next(ref reader);
        }

        _state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    private Place Next(ref Utf8JsonReader reader)
    {
        var token = reader.TokenType;
        switch (_place)
        {
            case Place.Start:
                Expect(token is JsonTokenType.StartObject or JsonTokenType.Null, "an object");
                return token == JsonTokenType.Null ? Place.End : Place.Answer;
            case Place.Answer:
                return token == JsonTokenType.EndObject ? Place.End
                    : Is(ref reader, "status"u8) ? Once("status", Place.Status)
                    : Is(ref reader, "data"u8) ? Once("data", Place.Data)
                    : Is(ref reader, "errorType"u8) ? Once("errorType", Place.ErrorType)
                    : Is(ref reader, "error"u8) ? Once("error", Place.Error)
                    : Is(ref reader, "warnings"u8) ? Once("warnings", Place.Warnings)
                    : Is(ref reader, "isPartial"u8) ? Once("isPartial", Place.Partial)
                    : Unknown(Place.Answer);
            case Place.Warnings:
                return Enter(token, JsonTokenType.StartArray, "warnings", Place.InWarnings, Place.Answer);
            case Place.InWarnings when token == JsonTokenType.EndArray:
                return Place.Answer;
            case Place.InWarnings:
                Expect(token == JsonTokenType.String, "a warning in a string");
                Lacking ??= reader.GetString() is { } warning && !warning.StartsWith("PromQL ", StringComparison.Ordinal) ? warning : null;
                return Place.InWarnings;
            case Place.Partial:
                Expect(token is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null, "true or false");
                Lacking ??= token == JsonTokenType.True ? "isPartial" : null;
                return Place.Answer;
            case Place.Status:
                Answer.Status = TextOrNull(ref reader);
                return Place.Answer;
            case Place.ErrorType:
                Answer.ErrorType = TextOrNull(ref reader);
                return Place.Answer;
            case Place.Error:
                Answer.Error = TextOrNull(ref reader);
                return Place.Answer;
            case Place.Data:
                return Enter(token, JsonTokenType.StartObject, "an object", Place.InData, Place.Answer);
            case Place.InData:
                return token == JsonTokenType.EndObject ? Place.Answer
                    : Is(ref reader, "resultType"u8) ? Once("resultType", Place.ResultType)
                    : Is(ref reader, "result"u8) ? Once("result", Place.Result)
                    : Unknown(Place.InData);
            case Place.ResultType:
                _resultType = TextOrNull(ref reader);
                return Place.InData;
            case Place.Result:
                _hasResult = token == JsonTokenType.StartArray;
                return Enter(token, JsonTokenType.StartArray, "an array", Place.InResult, Place.InData);
            case Place.Unknown:
                _depth = reader.CurrentDepth;
                return token is JsonTokenType.StartObject or JsonTokenType.StartArray ? Place.Within : _after;
            case Place.Within:
                return reader.CurrentDepth == _depth && (token is JsonTokenType.EndObject or JsonTokenType.EndArray) ? _after : Place.Within;
            default:
                return NextOfSeries(ref reader, token);
        }
    }

    private Place NextOfSeries(ref Utf8JsonReader reader, JsonTokenType token)
    {
        switch (_place)
        {
            case Place.InResult:
                Expect(token is JsonTokenType.StartObject or JsonTokenType.EndArray, token == JsonTokenType.Null ? "a series, which is null" : "a series");
                _labels.Clear();
                _points.Clear();
                _seen.Remove("metric");
                _seen.Remove("values");
                return token == JsonTokenType.EndArray ? Place.InData : Place.InSeries;
            case Place.InSeries when token == JsonTokenType.EndObject:
                if (_series.Count >= mostSeries)
                {
                    throw new SeriesUnavailableException(SeriesReasons.TooLarge, $"the answer of Prometheus has more than {mostSeries} series; narrow the query");
                }

                _series.Add(new Series(_last = LabelSet.Of(_labels, _last), Ordered()));
                return Place.InResult;
            case Place.InSeries:
                return Is(ref reader, "metric"u8) ? Once("metric", Place.Metric) : Is(ref reader, "values"u8) ? Once("values", Place.Values) : Unknown(Place.InSeries);
            case Place.Metric:
                return Enter(token, JsonTokenType.StartObject, "labels", Place.InMetric, Place.InSeries);
            case Place.InMetric when token == JsonTokenType.EndObject:
                return Place.InSeries;
            case Place.InMetric:
                _labels.Add(_texts.Of(ref reader));
                return Place.Label;
            case Place.Label:
                Expect(token is JsonTokenType.String or JsonTokenType.Null, "a label's value in a string");
                _labels.Add(token == JsonTokenType.Null ? "" : _texts.Of(ref reader));
                return Place.InMetric;
            case Place.Values:
                return Enter(token, JsonTokenType.StartArray, "points", Place.InValues, Place.InSeries);
            case Place.InValues:
                Expect(token is JsonTokenType.StartArray or JsonTokenType.EndArray, "a point");
                return token == JsonTokenType.EndArray ? Place.InSeries : Place.Time;
            case Place.Time:
                Expect(token == JsonTokenType.Number && (TryWhole(reader.ValueSpan, out _time) || reader.TryGetDouble(out _time)) && _time is >= -62_135_596_800 and <= 253_402_300_799, "a time");
                return Place.Value;
            case Place.Value:
                Expect(token == JsonTokenType.String, "a value in a string");
                _points.Add(new Point(DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(_time * 1000)), ValueOf(ref reader)));
                return Place.PointEnd;
            case Place.PointEnd:
                Expect(token == JsonTokenType.EndArray, "the end of a point");
                return Place.InValues;
            default:
                throw new JsonException("expected nothing more");
        }
    }

    private static Place Enter(JsonTokenType token, JsonTokenType start, string expected, Place inside, Place outside)
    {
        Expect(token == start || token == JsonTokenType.Null, expected);
        return token == start ? inside : outside;
    }

    private Place Unknown(Place after)
    {
        _after = after;
        return Place.Unknown;
    }

    /// <summary>Of a field that stands there twice it is not known which one is meant.</summary>
    private Place Once(string field, Place next)
    {
        Expect(_seen.Add(field), $"{field} once");
        return next;
    }

    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name);

    private static string? TextOrNull(ref Utf8JsonReader reader)
    {
        Expect(reader.TokenType is JsonTokenType.String or JsonTokenType.Null, "a string");
        return reader.GetString();
    }

    /// <summary>Values are strings, since JSON has no NaN and no infinity.</summary>
    private static double ValueOf(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> text = reader.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        if (TryWhole(text, out var value))
        {
            return value;
        }

        if (double.TryParse(text, Number, CultureInfo.InvariantCulture, out value) && double.IsFinite(value))
        {
            return value;
        }

        return text.SequenceEqual("NaN"u8) ? double.NaN
            : text.SequenceEqual("+Inf"u8) || text.SequenceEqual("Inf"u8) ? double.PositiveInfinity
            : text.SequenceEqual("-Inf"u8) ? double.NegativeInfinity
            : throw new JsonException("expected a number");
    }

    /// <summary>A number of digits alone, as counters mostly are, and so few that it is exact: they need not be read as one with a fraction.</summary>
    private static bool TryWhole(ReadOnlySpan<byte> text, out double value)
    {
        var whole = 0L;
        var k = 0;
        for (; k < text.Length && k <= ExactDigits && text[k] is >= (byte)'0' and <= (byte)'9'; k++)
        {
            whole = (whole * 10) + (text[k] - '0');
        }

        value = whole;
        return k == text.Length && k is > 0 and <= ExactDigits;
    }

    /// <summary>By time, and of several points at one time the last. Most series have a point at each step: of those only the values are kept.</summary>
    private IReadOnlyList<Point> Ordered()
    {
        if (EvenPoints.Of(_points) is { } even)
        {
            return even;
        }

        for (var i = 1; i < _points.Count; i++)
        {
            if (_points[i].Time <= _points[i - 1].Time)
            {
                return (Point[])[.. _points.GroupBy(point => point.Time).Select(same => same.Last()).OrderBy(point => point.Time)];
            }
        }

        return _points.ToArray();
    }

    private static void Expect(bool holds, string expected)
    {
        if (!holds)
        {
            throw new JsonException($"expected {expected}");
        }
    }
}
