using System.Text;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Tests.Support;

namespace ChronosOps.Operator.Tests.Intake;

/// <summary>Notifications as Alertmanager 0.25 sends them.</summary>
internal static class Notification
{
    public const string Fingerprint = "1a30ba71cca2921f";

    /// <summary>One of a group with these alerts.</summary>
    public static JsonObject Of(params JsonNode[] alerts) => new()
    {
        ["receiver"] = "chronosops",
        ["status"] = "firing",
        ["alerts"] = new JsonArray(alerts),
        ["groupLabels"] = new JsonObject { ["namespace"] = "shop" },
        ["commonLabels"] = new JsonObject { ["namespace"] = "shop" },
        ["commonAnnotations"] = new JsonObject(),
        ["externalURL"] = "http://alertmanager:9093",
        ["version"] = "4",
        ["groupKey"] = "{}:{namespace=\"shop\"}",
        ["truncatedAlerts"] = 0,
    };

    /// <summary>An alert of the namespace shop.</summary>
    public static JsonObject Alert(string name = "HighErrorRate", string fingerprint = Fingerprint, double startedAt = -60, double? endedAt = null, params (string Label, string? Value)[] labels)
    {
        var all = new JsonObject { ["alertname"] = name, ["namespace"] = "shop", ["severity"] = "critical" };
        foreach (var (label, value) in labels.Length > 0 ? labels : [("deployment", "checkout")])
        {
            all.Remove(label);
            if (value is not null)
            {
                all[label] = value;
            }
        }

        return new JsonObject
        {
            ["status"] = endedAt is null ? "firing" : "resolved",
            ["labels"] = all,
            ["annotations"] = new JsonObject { ["summary"] = "31% of requests fail" },
            ["startsAt"] = Time(startedAt),
            ["endsAt"] = endedAt is { } end ? Time(end) : "0001-01-01T00:00:00Z",
            ["generatorURL"] = "http://prometheus:9090/graph",
            ["fingerprint"] = fingerprint,
        };
    }

    /// <summary>The notification as the operator reads it.</summary>
    public static AlertmanagerMessage Read(params JsonNode[] alerts) => ReadMessage(Of(alerts));

    public static AlertmanagerMessage ReadMessage(JsonNode message) => AlertmanagerReader.Read(Encoding.UTF8.GetBytes(message.ToJsonString()));

    /// <summary>The one alert of a notification as the operator reads it.</summary>
    public static ReceivedAlert ReadOne(JsonNode alert) => Read(alert).Alerts[0];

    /// <summary>With nine digits, as Go writes times.</summary>
    private static string Time(double seconds) => SampleWorkload.At(seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'456789Z'");
}
