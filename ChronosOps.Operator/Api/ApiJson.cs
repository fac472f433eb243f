using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ChronosOps.Kubernetes;

namespace ChronosOps.Operator.Api;

/// <summary>How the operator's own resources are written: camelCase, nulls left out, enums by name only, times in UTC to the millisecond.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    Converters = [typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(RemediationPolicy))]
[JsonSerializable(typeof(Incident))]
public sealed partial class ChronosJson : JsonSerializerContext;

/// <summary>The operator's own kinds, read so that neither a null nor a spec that makes no sense hides an object.</summary>
public static class ApiResources
{
    private static readonly JsonSerializerOptions Options = new(ChronosJson.Default.Options)
    {
        TypeInfoResolver = ChronosJson.Default.WithAddedModifier(NullTolerance.Apply),
        Converters = { new WrittenSpecConverter<RemediationPolicySpec>(ChronosJson.Default.RemediationPolicySpec), new WrittenSpecConverter<IncidentSpec>(ChronosJson.Default.IncidentSpec) },
    };

    public static ResourceType<RemediationPolicy> Policies { get; } = new(Json<RemediationPolicy>());
    public static ResourceType<Incident> Incidents { get; } = new(Json<Incident>());

    private static JsonTypeInfo<T> Json<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
}

/// <summary>Times in our own fields: RFC 3339 in UTC, to the millisecond, since what happens in an incident happens within seconds. Reads any RFC 3339 time.</summary>
public sealed class ApiTimeConverter : JsonConverter<DateTimeOffset>
{
    private static readonly TimeConverter Reader = new();

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Reader.Read(ref reader, typeToConvert, options);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
