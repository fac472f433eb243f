using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace ChronosOps.Kubernetes.Crds;

internal static class AttributeLookup
{
    /// <summary>The C# property behind a JSON property.</summary>
    public static MemberInfo Member(this JsonPropertyInfo property) => property.AttributeProvider as MemberInfo
        ?? throw new CrdException($"{property.Name}: the JSON context does not tell its C# property");

    public static T? Attribute<T>(this JsonPropertyInfo property)
        where T : Attribute => property.Attributes<T>().FirstOrDefault();

    public static IEnumerable<T> Attributes<T>(this JsonPropertyInfo property)
        where T : Attribute => property.Member().GetCustomAttributes<T>();

    public static bool Has<T>(this JsonPropertyInfo property)
        where T : Attribute => property.Attributes<T>().Any();
}
