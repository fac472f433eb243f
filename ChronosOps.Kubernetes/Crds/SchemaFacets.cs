using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace ChronosOps.Kubernetes.Crds;

/// <summary>Writes what attributes say about a field into its schema.</summary>
internal static class SchemaFacets
{
    public static void Apply(JsonObject schema, JsonPropertyInfo property, CrdOptions options, string path)
    {
        ApplyToValue(ValueSchema(schema), property, path);
        if (property.Attribute<ItemsAttribute>() is { } items)
            ApplyCount(schema, items, path);
        if (property.Attribute<XListTypeAttribute>() is { } listType)
            schema["x-kubernetes-list-type"] = listType.Type;
        if (property.Attribute<XListMapKeysAttribute>() is { } keys)
            ApplyMapKeys(schema, keys, path);
        if (property.Has<PreserveUnknownFieldsAttribute>())
            schema["x-kubernetes-preserve-unknown-fields"] = true;
        AddRules(schema, property.Attributes<ValidationRuleAttribute>(), options);
        if (property.Attribute<DefaultValueAttribute>() is { } value)
            schema["default"] = DefaultValues.Of(value.Value, schema, path);
    }

    public static void AddRules(JsonObject schema, IEnumerable<ValidationRuleAttribute> rules, CrdOptions options)
    {
        if (!options.CelRules)
            return;
        foreach (var rule in rules)
        {
            var entry = new JsonObject { ["rule"] = rule.Rule, ["message"] = rule.Message };
            if (rule.Reason is not null)
                entry["reason"] = rule.Reason;
            if (rule.FieldPath is not null)
                entry["fieldPath"] = rule.FieldPath;
            if (schema["x-kubernetes-validations"] is not JsonArray all)
                schema["x-kubernetes-validations"] = all = [];
            all.Add((JsonNode)entry);
        }
    }

    /// <summary>Bounds of a list or map of scalars are those of its values.</summary>
    private static JsonObject ValueSchema(JsonObject schema) =>
        schema["items"] as JsonObject ?? schema["additionalProperties"] as JsonObject ?? schema;

    private static void ApplyToValue(JsonObject schema, JsonPropertyInfo property, string path)
    {
        if (property.Attribute<FormatAttribute>() is { } format)
            schema["format"] = format.Format;
        if (property.Attribute<LengthAttribute>() is { } length)
        {
            Expect(schema, path, "Length", "string");
            SetBound(schema, "minLength", length.Min);
            SetBound(schema, "maxLength", length.Max);
        }
        if (property.Attribute<PatternAttribute>() is { } pattern)
        {
            Expect(schema, path, "Pattern", "string");
            schema["pattern"] = pattern.Pattern;
        }
        if (property.Attribute<EnumValuesAttribute>() is { } values)
        {
            Expect(schema, path, "EnumValues", "string");
            schema["enum"] = new JsonArray([.. values.Values.Select(value => (JsonNode)value)]);
        }
        if (property.Attribute<RangeMinimumAttribute>() is { } minimum)
            ApplyRange(schema, path, "minimum", "exclusiveMinimum", minimum.Minimum, minimum.Exclusive);
        if (property.Attribute<RangeMaximumAttribute>() is { } maximum)
            ApplyRange(schema, path, "maximum", "exclusiveMaximum", maximum.Maximum, maximum.Exclusive);
    }

    private static void ApplyRange(JsonObject schema, string path, string name, string exclusiveName, double bound, bool exclusive)
    {
        Expect(schema, path, name, "integer", "number");
        schema[name] = bound == Math.Floor(bound) && Math.Abs(bound) < 1e15 ? JsonValue.Create((long)bound) : JsonValue.Create(bound);
        if (exclusive)
            schema[exclusiveName] = true;
    }

    private static void ApplyCount(JsonObject schema, ItemsAttribute items, string path)
    {
        var isList = (string?)schema["type"] == "array";
        if (!isList && !schema.ContainsKey("additionalProperties"))
            throw new CrdException($"{path}: [Items] is for lists and maps");
        SetBound(schema, isList ? "minItems" : "minProperties", items.Min);
        SetBound(schema, isList ? "maxItems" : "maxProperties", items.Max);
    }

    /// <summary>The server refuses a key field that may be missing.</summary>
    private static void ApplyMapKeys(JsonObject schema, XListMapKeysAttribute keys, string path)
    {
        var item = schema["items"] as JsonObject ?? throw new CrdException($"{path}: [XListMapKeys] is for lists");
        var required = (item["required"] as JsonArray ?? []).Select(name => (string?)name).ToHashSet();
        foreach (var key in keys.Keys)
        {
            if (!required.Contains(key) && item["properties"]?[key]?["default"] is null)
                throw new CrdException($"{path}: the key \"{key}\" must be required or have a default");
        }
        schema["x-kubernetes-list-map-keys"] = new JsonArray([.. keys.Keys.Select(key => (JsonNode)key)]);
    }

    private static void SetBound(JsonObject schema, string name, long bound)
    {
        if (bound >= 0)
            schema[name] = bound;
    }

    private static void Expect(JsonObject schema, string path, string what, params string[] types)
    {
        if (!types.Contains((string?)schema["type"]))
            throw new CrdException($"{path}: {what} does not fit the type {(string?)schema["type"] ?? "any"}");
    }
}
