using System.Text.Json.Nodes;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>Reads the operator's writes of an incident's status, as they are on the wire.</summary>
internal static class StatusWrite
{
    /// <summary>The phase that a request writes into an incident; null for any other request.</summary>
    public static string? PhaseOf(string method, string path, string body) =>
        method == "PATCH" && path.Contains("/incidents/", StringComparison.Ordinal) && path.EndsWith("/status", StringComparison.Ordinal)
            ? (string?)JsonNode.Parse(body)!.AsArray().Single(operation => (string?)operation!["path"] == "/status")!["value"]!["phase"]
            : null;
}
