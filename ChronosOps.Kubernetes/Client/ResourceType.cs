using System.Reflection;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>A kind of the API: where its objects live, and how they are read and written as JSON.</summary>
public sealed class ResourceType<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The kind that the <see cref="KubernetesEntityAttribute"/> of <typeparamref name="T"/> names.</summary>
    /// <exception cref="ArgumentException">The class has no such attribute, or its JSON context does not write camelCase.</exception>
    public ResourceType(JsonTypeInfo<T> json)
        : this(json, EntityOf(), typeof(T).GetCustomAttribute<EntityScopeAttribute>()?.Scope != EntityScope.Cluster)
    {
    }

    /// <summary>A kind named in full, for classes that stand for several (metadata of any kind).</summary>
    public ResourceType(JsonTypeInfo<T> json, string group, string version, string kind, string plural, bool namespaced, bool metadataOnly = false)
        : this(json, new KubernetesEntityAttribute { Group = group, ApiVersion = version, Kind = kind, PluralName = plural }, namespaced) =>
        MetadataOnly = metadataOnly;

    private ResourceType(JsonTypeInfo<T> json, KubernetesEntityAttribute entity, bool namespaced)
    {
        if (json.Properties.All(property => property.Name != "metadata"))
            throw new ArgumentException($"the JSON context of {typeof(T).Name} has no property \"metadata\": it needs PropertyNamingPolicy = CamelCase", nameof(json));
        (Json, Group, Version, Kind) = (json, entity.Group, entity.ApiVersion, entity.Kind);
        Plural = entity.Plural;
        Namespaced = namespaced;
    }

    public string Group { get; }
    public string Version { get; }
    public string Kind { get; }
    public string Plural { get; }
    public bool Namespaced { get; }

    /// <summary>Ask the server for metadata alone; the rest never crosses the wire.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary>The class holds a part of the object only, so a PUT is refused.</summary>
    public bool IsProjection { get; } = typeof(T).IsDefined(typeof(ProjectionAttribute), inherit: false);

    /// <summary>Group and version as objects carry them: <c>apps/v1</c>, or <c>v1</c> for the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public JsonTypeInfo<T> Json { get; }

    /// <summary>The URL path of a collection, an object or a subresource.</summary>
    /// <exception cref="ArgumentException">A segment would change the path: names come from other people's objects.</exception>
    public string Path(string? ns, string? name = null, string? subresource = null)
    {
        var path = new StringBuilder(Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}");
        if (Namespaced && !string.IsNullOrEmpty(ns))
            path.Append("/namespaces/").Append(Segment(ns, "namespace"));
        path.Append('/').Append(Plural);
        if (name is not null)
            path.Append('/').Append(Segment(name, "name"));
        if (subresource is not null)
            path.Append('/').Append(Segment(subresource, "subresource"));
        return path.ToString();
    }

    public override string ToString() => Group.Length == 0 ? $"{Plural}.{Version}" : $"{Plural}.{Version}.{Group}";

    private static KubernetesEntityAttribute EntityOf() => typeof(T).GetCustomAttribute<KubernetesEntityAttribute>()
        ?? throw new ArgumentException($"{typeof(T).Name} has no [KubernetesEntity] attribute");

    private static string Segment(string value, string what) =>
        value is "" or "." or ".." || value.AsSpan().ContainsAny('/', '%')
            ? throw new ArgumentException($"\"{value}\" is not a valid {what} in a path", what)
            : Uri.EscapeDataString(value);
}
