using System.Text.Json;
using System.Text.Json.Serialization;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Incidents;

/// <summary>What an incident knows of one alert, in an annotation of its own.</summary>
public sealed record AlertRecord
{
    /// <summary>The rule's name.</summary>
    public required string Name { get; init; }

    /// <summary>Since when it fires.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When it ended; null while it fires.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>When Alertmanager spoke of it last, to within a minute.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>How bad it is, in the words of the rule.</summary>
    public string? Severity { get; init; }

    /// <summary>What it says, cut.</summary>
    public string? Summary { get; init; }
}

/// <summary>The annotations in which incidents keep alerts: Alertmanager speaks of an alert only every few hours, and a restart must not lose it. Pure.</summary>
public static class AlertAnnotations
{
    /// <summary>Before the fingerprint of an alert.</summary>
    public const string Prefix = "alerts.chronosops.io/";

    /// <summary>How many alerts of a group Alertmanager left out of its last notification.</summary>
    public const string Truncated = Prefix + "truncated";

    /// <summary>The most alerts that one incident keeps.</summary>
    public const int Most = 16;

    /// <summary>More than this is none of ours.</summary>
    private const int LongestRecord = 4096;

    /// <summary>The annotation of an alert.</summary>
    public static string KeyOf(string fingerprint) => Prefix + fingerprint;

    /// <summary>The alerts that an incident has annotations of, whatever is in them.</summary>
    public static IEnumerable<string> FingerprintsOf(Incident incident) =>
        from key in incident.Metadata.Annotations?.Keys ?? Enumerable.Empty<string>()
        where key.StartsWith(Prefix, StringComparison.Ordinal) && key != Truncated
        select key[Prefix.Length..];

    /// <summary>The alerts by fingerprint; null for one that cannot be read.</summary>
    public static IReadOnlyDictionary<string, AlertRecord?> Read(Incident incident) =>
        (from annotation in incident.Metadata.Annotations ?? []
         where annotation.Key.StartsWith(Prefix, StringComparison.Ordinal) && annotation.Key != Truncated
         orderby annotation.Key
         select annotation).Take(Most).ToDictionary(one => one.Key[Prefix.Length..], one => Parse(one.Value));

    /// <summary>
    /// The alerts that an incident which is over keeps for the next one: they began anew after its end, fire, and are held down for the time being. None where it is open.
    /// </summary>
    public static IReadOnlyDictionary<string, AlertRecord> Waiting(Incident incident) =>
        (from alert in incident.Status?.EndedAt is null ? new Dictionary<string, AlertRecord?>() : Read(incident)
         where alert.Value is { EndsAt: null } record && record.SeenAt > incident.Status!.EndedAt
         select alert).ToDictionary(one => one.Key, one => one.Value!);

    /// <summary>What the incident knows of an alert; null where it knows nothing, or nothing that can be read.</summary>
    public static AlertRecord? Find(Incident incident, string fingerprint) =>
        incident.Metadata.Annotations?.TryGetValue(KeyOf(fingerprint), out var text) == true ? Parse(text) : null;

    /// <summary>The record as it is written.</summary>
    public static string Write(AlertRecord record) => JsonSerializer.Serialize(record, AlertJson.Default.AlertRecord);

    private static AlertRecord? Parse(string? text)
    {
        try
        {
            return text is { Length: <= LongestRecord } ? JsonSerializer.Deserialize(text, AlertJson.Default.AlertRecord) : null;
        }
        catch (JsonException)
        {
            return null; // somebody else wrote it
        }
    }
}

/// <summary>How the annotations are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(AlertRecord))]
internal sealed partial class AlertJson : JsonSerializerContext;
