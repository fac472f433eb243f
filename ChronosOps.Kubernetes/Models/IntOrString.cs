using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes.Models;

/// <summary>A number, or a name or percentage: <c>2</c>, <c>"25%"</c>, <c>"http"</c>.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    public IntOrString(int value) => Number = value;

    public IntOrString(string value) => Text = value;

    /// <summary>The number, when it is one.</summary>
    public int? Number { get; }

    /// <summary>The text, when it is one.</summary>
    public string? Text { get; }

    /// <summary>The value in units of <paramref name="total"/>: a percentage is scaled; null when it is a name.</summary>
    public int? Scale(int total, bool roundUp)
    {
        if (Text is null)
            return Number ?? 0;
        if (!Text.EndsWith('%') || !int.TryParse(Text.AsSpan(0, Text.Length - 1), NumberStyles.Integer, CultureInfo.InvariantCulture, out var percent))
            return null;
        var exact = (double)percent * total / 100;
        return (int)(roundUp ? Math.Ceiling(exact) : Math.Floor(exact));
    }

    public override string ToString() => Text ?? (Number ?? 0).ToString(CultureInfo.InvariantCulture);

    public static implicit operator IntOrString(int value) => new(value);

    public static implicit operator IntOrString(string value) => new(value);
}

/// <summary>Reads and writes <see cref="IntOrString"/> as the JSON number or string that it is.</summary>
public sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => new IntOrString(reader.GetInt32()),
        JsonTokenType.String => new IntOrString(reader.GetString()!),
        _ => throw new JsonException($"expected a number or a string, found {reader.TokenType}"),
    };

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Text is { } text)
            writer.WriteStringValue(text);
        else
            writer.WriteNumberValue(value.Number ?? 0);
    }
}
