using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChronosOps.Kubernetes.Crds;

/// <summary>Turns defaults into JSON and refuses those that their own schema would refuse: the server does too, but later.</summary>
internal static class DefaultValues
{
    public static JsonNode Of(object value, JsonObject schema, string path)
    {
        var node = ToJson(value, schema, path);
        Check(node, schema, path);
        return node;
    }

    private static JsonNode ToJson(object value, JsonObject schema, string path) => value switch
    {
        string text when (string?)schema["type"] is "string" => JsonValue.Create(text),
        string text when schema.ContainsKey("x-kubernetes-int-or-string") => JsonValue.Create(text),
        string text => Parse(text, path),
        bool flag => JsonValue.Create(flag),
        Enum name => JsonValue.Create(name.ToString()),
        int or long or short or byte => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        float or double => JsonValue.Create(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        _ => throw new CrdException($"{path}: a default of type {value.GetType().Name} cannot be written"),
    };

    private static JsonNode Parse(string text, string path)
    {
        try
        {
            return JsonNode.Parse(text) ?? throw new CrdException($"{path}: the default is null");
        }
        catch (JsonException e)
        {
            throw new CrdException($"{path}: the default is not JSON: {e.Message}");
        }
    }

    private static void Check(JsonNode? value, JsonObject schema, string path)
    {
        if (schema.ContainsKey("x-kubernetes-int-or-string"))
            return;
        if (schema["type"] is { } type && !Fits((string)type!, value))
            throw new CrdException($"{path}: the default {value?.ToJsonString()} is not of type {type}");
        if (schema["enum"] is JsonArray allowed && !allowed.Any(name => JsonNode.DeepEquals(name, value)))
            throw new CrdException($"{path}: the default {value?.ToJsonString()} is not one of {allowed.ToJsonString()}");
        switch (value)
        {
            case JsonArray array when schema["items"] is JsonObject items:
                foreach (var item in array)
                    Check(item, items, path + "[]");
                break;
            case JsonObject obj:
                CheckObject(obj, schema, path);
                break;
            case JsonValue scalar:
                CheckBounds(scalar, schema, path);
                break;
        }
    }

    private static void CheckObject(JsonObject obj, JsonObject schema, string path)
    {
        foreach (var (name, value) in obj)
        {
            var part = schema["properties"]?[name] as JsonObject ?? schema["additionalProperties"] as JsonObject;
            if (part is not null)
                Check(value, part, $"{path}.{name}");
            else if (!schema.ContainsKey("x-kubernetes-preserve-unknown-fields"))
                throw new CrdException($"{path}: the default has the unknown field \"{name}\"");
        }
        foreach (var name in (schema["required"] as JsonArray ?? []).Select(name => (string)name!))
        {
            if (!obj.ContainsKey(name) && schema["properties"]?[name]?["default"] is null)
                throw new CrdException($"{path}: the default lacks the required field \"{name}\"");
        }
    }

    private static void CheckBounds(JsonValue value, JsonObject schema, string path)
    {
        if (value.TryGetValue<string>(out var text))
        {
            var tooLong = schema["maxLength"] is { } longest && text.Length > (long)longest;
            var tooShort = schema["minLength"] is { } shortest && text.Length < (long)shortest;
            var mismatch = schema["pattern"] is { } pattern && !Regex.IsMatch(text, (string)pattern!, RegexOptions.CultureInvariant);
            if (tooLong || tooShort || mismatch)
                throw new CrdException($"{path}: the default \"{text}\" breaks the field's own bounds");
        }
        else if (value.GetValueKind() == JsonValueKind.Number)
        {
            var number = double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
            var tooSmall = schema["minimum"] is { } minimum && (number < Number(minimum) || (number == Number(minimum) && schema.ContainsKey("exclusiveMinimum")));
            var tooLarge = schema["maximum"] is { } maximum && (number > Number(maximum) || (number == Number(maximum) && schema.ContainsKey("exclusiveMaximum")));
            if (tooSmall || tooLarge)
                throw new CrdException($"{path}: the default {value.ToJsonString()} is out of the field's own range");
        }
    }

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static bool Fits(string type, JsonNode? value) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("string", JsonValueKind.String) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => double.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture) % 1 == 0,
        ("array", JsonValueKind.Array) => true,
        ("object", JsonValueKind.Object) => true,
        _ => false,
    };
}
