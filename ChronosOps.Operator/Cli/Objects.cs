using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace ChronosOps.Operator.Cli;

/// <summary>Objects as JSON, as kubectl prints them.</summary>
internal static class Objects
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Task WriteListAsync<T>(TextWriter output, IEnumerable<T> items, JsonTypeInfo<T> json)
    {
        var nodes = items.Select(item => JsonSerializer.SerializeToNode(item, json)).ToArray();
        return output.WriteLineAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray(nodes) }.ToJsonString(Indented));
    }

    public static Task WriteAsync<T>(TextWriter output, T item, JsonTypeInfo<T> json) => output.WriteLineAsync(JsonSerializer.SerializeToNode(item, json)!.ToJsonString(Indented));
}
