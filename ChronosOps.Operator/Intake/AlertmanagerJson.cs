using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChronosOps.Operator.Intake;

/// <summary>Alertmanager's webhook, version 4: the fields that are read. Others are ignored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WrittenMessage))]
internal sealed partial class AlertmanagerJson : JsonSerializerContext;

/// <summary>A notification as it is sent.</summary>
internal sealed class WrittenMessage
{
    public string? Version { get; set; }

    public string? Receiver { get; set; }

    public long? TruncatedAlerts { get; set; }

    public List<WrittenAlert?>? Alerts { get; set; }
}

/// <summary>An alert as it is sent.</summary>
internal sealed class WrittenAlert
{
    public string? Status { get; set; }

    public Dictionary<string, string?>? Labels { get; set; }

    public Dictionary<string, string?>? Annotations { get; set; }

    public DateTimeOffset? StartsAt { get; set; }

    public DateTimeOffset? EndsAt { get; set; }

    public string? Fingerprint { get; set; }
}
