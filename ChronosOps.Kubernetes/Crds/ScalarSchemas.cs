using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Crds;

/// <summary>Schemas of types that have no parts.</summary>
internal static class ScalarSchemas
{
    private static readonly Dictionary<Type, (string Type, string? Format)> Known = new()
    {
        [typeof(string)] = ("string", null),
        [typeof(bool)] = ("boolean", null),
        [typeof(byte)] = ("integer", "int32"),
        [typeof(short)] = ("integer", "int32"),
        [typeof(int)] = ("integer", "int32"),
        [typeof(uint)] = ("integer", "int64"),
        [typeof(long)] = ("integer", "int64"),
        [typeof(float)] = ("number", "float"),
        [typeof(double)] = ("number", "double"),
        [typeof(decimal)] = ("number", null),
        [typeof(DateTimeOffset)] = ("string", "date-time"),
        [typeof(DateTime)] = ("string", "date-time"),
        [typeof(Guid)] = ("string", "uuid"),
        [typeof(Uri)] = ("string", "uri"),
    };

    /// <summary>The schema, or null where the type has parts or is not known.</summary>
    public static JsonObject? Of(JsonTypeInfo info)
    {
        if (info.Type.IsEnum)
            return new JsonObject { ["type"] = "string", ["enum"] = Names(info) };
        if (info.Type == typeof(IntOrString))
            return new JsonObject { ["x-kubernetes-int-or-string"] = true };
        if (info.Type == typeof(JsonObject))
            return new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        if (info.Type == typeof(JsonNode) || info.Type == typeof(JsonElement))
            return new JsonObject { ["x-kubernetes-preserve-unknown-fields"] = true };
        if (!Known.TryGetValue(info.Type, out var known))
            return null;
        var schema = new JsonObject { ["type"] = known.Type };
        if (known.Format is not null)
            schema["format"] = known.Format;
        return schema;
    }

    /// <summary>The names as they are written, in the order of their values.</summary>
    public static IEnumerable<(string ClrName, string Written)> EnumNames(JsonTypeInfo info) =>
        Enum.GetNames(info.Type).Select(name => (name, JsonSerializer.SerializeToNode(Enum.Parse(info.Type, name), info) is JsonValue value
            && value.TryGetValue<string>(out var text)
                ? text
                : throw new CrdException($"the enum {info.Type.Name} is written as a number: give it [JsonConverter(typeof(StrictEnumConverter<{info.Type.Name}>))]")));

    private static JsonArray Names(JsonTypeInfo info) => new([.. EnumNames(info).Select(name => (JsonNode)name.Written)]);
}
