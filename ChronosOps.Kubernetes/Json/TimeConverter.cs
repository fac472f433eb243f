using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChronosOps.Kubernetes;

/// <summary>Times as Kubernetes writes them: RFC 3339 in UTC, to the second. Reads any RFC 3339 time.</summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(ref reader);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    internal static DateTimeOffset Parse(ref Utf8JsonReader reader) => reader.TryGetDateTimeOffset(out var time)
        ? time.ToUniversalTime()
        : throw new JsonException($"\"{reader.GetString()}\" is not an RFC 3339 time");
}

/// <summary>Times to the microsecond, as the server demands them in <c>eventTime</c> and leases.</summary>
public sealed class MicroTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TimeConverter.Parse(ref reader);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
}
