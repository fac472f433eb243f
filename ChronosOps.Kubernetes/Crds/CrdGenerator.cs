using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace ChronosOps.Kubernetes.Crds;

/// <summary>A class that cannot be described to the API server; the message names the field.</summary>
public sealed class CrdException(string message) : Exception(message);

/// <summary>Makes the CustomResourceDefinition of a resource from its C# class, as the API server stores it.</summary>
public static class CrdGenerator
{
    /// <param name="root">The resource's JSON contract, from a source-generated context.</param>
    /// <param name="options">What to include.</param>
    /// <returns>An <c>apiextensions.k8s.io/v1</c> definition with a structural schema.</returns>
    /// <exception cref="CrdException">A field cannot be described; the message names it.</exception>
    public static JsonObject Generate(JsonTypeInfo root, CrdOptions options) => Generate([root], options);

    /// <summary>
    /// A kind with several versions, a class each. Names, scope and short names are those of the stored one. The server turns one
    /// version into another by changing <c>apiVersion</c> and nothing else (conversion <c>None</c>).
    /// </summary>
    /// <param name="roots">The versions; of several, <see cref="StorageVersionAttribute"/> marks the one that is stored.</param>
    /// <param name="options">What to include.</param>
    /// <exception cref="CrdException">They are not versions of one kind, or one has a field that would be lost when it is stored.</exception>
    public static JsonObject Generate(IReadOnlyList<JsonTypeInfo> roots, CrdOptions options)
    {
        var versions = KindVersions.Of(roots);
        var stored = versions.Stored;
        var served = versions.All.Select(version => Version(version, isStored: version == stored, options)).ToList();
        KindVersions.CheckNothingIsLost(stored.Entity.Kind, served);
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = Metadata($"{stored.Entity.Plural}.{stored.Entity.Group}", options),
            ["spec"] = new JsonObject
            {
                ["group"] = stored.Entity.Group,
                ["names"] = Names(stored),
                ["scope"] = stored.Scope.ToString(),
                ["versions"] = new JsonArray([.. served]),
            },
        };
    }

    private static JsonObject Metadata(string name, CrdOptions options)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (Map(options.Labels) is { } labels)
            metadata["labels"] = labels;
        if (Map(options.Annotations) is { } annotations)
            metadata["annotations"] = annotations;
        return metadata;
    }

    private static JsonObject? Map(IReadOnlyDictionary<string, string>? values) => values is not { Count: > 0 }
        ? null
        : new JsonObject(values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private static JsonObject Names(KindVersion stored)
    {
        var (type, entity) = (stored.Root.Type, stored.Entity);
        var names = new JsonObject
        {
            ["plural"] = entity.Plural,
            ["singular"] = entity.Kind.ToLowerInvariant(),
            ["kind"] = entity.Kind,
            ["listKind"] = entity.Kind + "List",
        };
        if (type.GetCustomAttribute<KubernetesEntityShortNamesAttribute>() is { } shortNames)
            names["shortNames"] = new JsonArray([.. shortNames.ShortNames.Select(name => (JsonNode)name)]);
        if (type.GetCustomAttribute<KubernetesEntityCategoriesAttribute>() is { } categories)
            names["categories"] = new JsonArray([.. categories.Categories.Select(name => (JsonNode)name)]);
        return names;
    }

    private static JsonObject Version(KindVersion kind, bool isStored, CrdOptions options)
    {
        var root = kind.Root;
        var schema = new SchemaBuilder(options).Root(root);
        var version = new JsonObject
        {
            ["name"] = kind.Entity.ApiVersion,
            ["served"] = true,
            ["storage"] = isStored,
            ["schema"] = new JsonObject { ["openAPIV3Schema"] = schema },
        };
        if (root.Type.GetCustomAttribute<DeprecatedVersionAttribute>() is { } deprecated)
            (version["deprecated"], version["deprecationWarning"]) = (true, deprecated.Warning);
        if (root.Properties.Any(property => property.Name == "status"))
            version["subresources"] = new JsonObject { ["status"] = new JsonObject() };
        if (PrinterColumns.Of(root) is { Count: > 0 } columns)
            version["additionalPrinterColumns"] = columns;
        return version;
    }
}
