using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace ChronosOps.Kubernetes.Crds;

/// <summary>Walks JSON contracts and writes structural OpenAPI schemas: every node has a type, nothing refers elsewhere.</summary>
internal sealed class SchemaBuilder(CrdOptions options)
{
    private readonly XmlDocumentation documentation = new(options.Documentation);
    private readonly HashSet<Type> within = [];

    /// <summary>The schema of the whole resource. Of its metadata the server allows no description beyond the type.</summary>
    public JsonObject Root(JsonTypeInfo info)
    {
        var schema = Of(info, info.Type.Name);
        schema["properties"]!["metadata"] = new JsonObject { ["type"] = "object" };
        schema["properties"]!["apiVersion"] = new JsonObject { ["type"] = "string" };
        schema["properties"]!["kind"] = new JsonObject { ["type"] = "string" };
        return schema;
    }

    private JsonObject Of(JsonTypeInfo declared, string path)
    {
        var info = Nullable.GetUnderlyingType(declared.Type) is { } underlying ? declared.Options.GetTypeInfo(underlying) : declared;
        var schema = new JsonObject();
        if (documentation.Of(info.Type) is { Length: > 0 } summary)
            schema["description"] = summary;
        if (info.Type.GetCustomAttribute<DescriptionAttribute>() is { } description)
            schema["description"] = description.Text;
        foreach (var (name, value) in Shape(info, path).ToList())
            schema[name] = value?.DeepClone();
        if (info.Type.IsDefined(typeof(PreserveUnknownFieldsAttribute)))
            schema["x-kubernetes-preserve-unknown-fields"] = true;
        SchemaFacets.AddRules(schema, info.Type.GetCustomAttributes<ValidationRuleAttribute>(), options);
        return schema;
    }

    private JsonObject Shape(JsonTypeInfo info, string path)
    {
        if (ScalarSchemas.Of(info) is { } scalar)
            return scalar;
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                return new JsonObject { ["type"] = "array", ["items"] = Of(Element(info, path), path + "[]") };
            case JsonTypeInfoKind.Dictionary when info.KeyType == typeof(string):
                return new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(Element(info, path), path + "{}") };
            case JsonTypeInfoKind.Object:
                return Object(info, path);
            default:
                throw new CrdException($"{path}: the type {info.Type} cannot be described; use a string, number, list, map of strings or class");
        }
    }

    private static JsonTypeInfo Element(JsonTypeInfo info, string path) => info.ElementType is { } element
        ? info.Options.GetTypeInfo(element)
        : throw new CrdException($"{path}: the elements of {info.Type} are not known");

    private JsonObject Object(JsonTypeInfo info, string path)
    {
        if (!within.Add(info.Type))
            throw new CrdException($"{path}: {info.Type.Name} contains itself, which a structural schema cannot express");
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var property in info.Properties.Where(property => !property.IsExtensionData && (property.Get ?? (object?)property.Set) is not null))
        {
            properties[property.Name] = Property(info, property, $"{path}.{property.Name}");
            if (property.IsRequired || property.Has<RequiredAttribute>())
                required.Add((JsonNode)property.Name);
        }
        within.Remove(info.Type);
        var schema = new JsonObject { ["type"] = "object" };
        if (required.Count > 0)
            schema["required"] = required;
        schema["properties"] = properties;
        return schema;
    }

    private JsonObject Property(JsonTypeInfo owner, JsonPropertyInfo property, string path)
    {
        var info = owner.Options.GetTypeInfo(property.PropertyType);
        var schema = Override(property) ?? Of(info, path);
        var text = property.Attribute<DescriptionAttribute>()?.Text ?? documentation.OfMember(property.Member());
        var described = new JsonObject();
        if (text is { Length: > 0 } || schema.ContainsKey("description"))
            described["description"] = (text is { Length: > 0 } ? text : (string)schema["description"]!) + EnumText(info);
        schema.Remove("description");
        foreach (var (name, value) in schema.ToList())
            described[name] = value?.DeepClone();
        SchemaFacets.Apply(described, property, options, path);
        return described;
    }

    private static JsonObject? Override(JsonPropertyInfo property)
    {
        if (property.Has<IntOrStringAttribute>())
            return new JsonObject { ["x-kubernetes-int-or-string"] = true };
        return null;
    }

    /// <summary>What the values of an enum mean, where that is documented.</summary>
    private string EnumText(JsonTypeInfo declared)
    {
        var type = Nullable.GetUnderlyingType(declared.Type) ?? declared.Type;
        if (!type.IsEnum)
            return "";
        var lines = ScalarSchemas.EnumNames(declared.Options.GetTypeInfo(type))
            .Select(name => (name.Written, Text: documentation.OfEnumValue(type, name.ClrName)))
            .Where(line => line.Text is { Length: > 0 })
            .Select(line => $" {line.Written}: {line.Text}");
        return string.Concat(lines);
    }
}
