using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>The answers of Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    AllowDuplicateProperties = false,
    Converters = [typeof(PrometheusPointConverter)])]
[JsonSerializable(typeof(PrometheusAnswer))]
internal sealed partial class PrometheusJson : JsonSerializerContext;

internal sealed class PrometheusAnswer
{
    public string? Status { get; set; }
    public string? ErrorType { get; set; }
    public string? Error { get; set; }
    public PrometheusData? Data { get; set; }
}

internal sealed class PrometheusData
{
    public string? ResultType { get; set; }
    public List<PrometheusSeries?>? Result { get; set; }
}

internal sealed class PrometheusSeries
{
    public Dictionary<string, string?>? Metric { get; set; }

    /// <summary>Absent for native histograms, which no query of ours returns.</summary>
    public List<Point>? Values { get; set; }
}

/// <summary>Reads a point, <c>[1700000000.123, "0.5"]</c>. Values are strings, since JSON has no NaN and no infinity.</summary>
internal sealed class PrometheusPointConverter : JsonConverter<Point>
{
    private const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public override Point Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray, "an array");
        var time = 0.0;
        Expect(reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out time) && time is >= -62_135_596_800 and <= 253_402_300_799, "a time");
        Expect(reader.Read() && reader.TokenType == JsonTokenType.String, "a value in a string");
        var value = Value(reader.GetString()!);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.EndArray, "the end of a point");
        return new Point(DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(time * 1000)), value);
    }

    public override void Write(Utf8JsonWriter writer, Point value, JsonSerializerOptions options) => throw new NotSupportedException("points are only read");

    private static double Value(string text) => text switch
    {
        "NaN" => double.NaN,
        "+Inf" or "Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ when double.TryParse(text, Number, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) => value,
        _ => throw new JsonException("expected a number"),
    };

    private static void Expect(bool holds, string expected)
    {
        if (!holds)
        {
            throw new JsonException($"expected {expected}");
        }
    }
}
