using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace ChronosOps.Kubernetes.Crds;

/// <summary>One version of a kind.</summary>
internal sealed record KindVersion(JsonTypeInfo Root, KubernetesEntityAttribute Entity, (int Stage, int Major, int Minor) Priority)
{
    public EntityScope Scope => Root.Type.GetCustomAttribute<EntityScopeAttribute>()?.Scope ?? EntityScope.Namespaced;

    public bool IsMarkedStored => Root.Type.GetCustomAttribute<StorageVersionAttribute>() is not null;
}

/// <summary>The versions of one kind, in Kubernetes' order: stable before beta before alpha, the newest first.</summary>
internal sealed partial record KindVersions(IReadOnlyList<KindVersion> All, KindVersion Stored)
{
    /// <exception cref="CrdException">They are not versions of one kind, or it is not clear which is stored.</exception>
    public static KindVersions Of(IReadOnlyList<JsonTypeInfo> roots)
    {
        var all = roots.Select(Describe).OrderByDescending(version => version.Priority).ToList();
        if (all.Count == 0)
            throw new CrdException("a kind needs a version");
        var first = all[0];
        foreach (var other in all.Skip(1))
        {
            if ((other.Entity.Group, other.Entity.Kind, other.Entity.Plural, other.Scope) != (first.Entity.Group, first.Entity.Kind, first.Entity.Plural, first.Scope))
                throw new CrdException($"{first.Root.Type.Name} and {other.Root.Type.Name} are not versions of one kind: group, kind, plural and scope must be the same");
        }
        if (all.GroupBy(version => version.Entity.ApiVersion).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new CrdException($"{first.Entity.Kind} has version {twice.Key} twice");
        var stored = all.Count == 1 ? all : [.. all.Where(version => version.IsMarkedStored)];
        return stored is [var one]
            ? new KindVersions(all, one)
            : throw new CrdException($"of the versions of {first.Entity.Kind} exactly one must be marked [StorageVersion], not {stored.Count}");
    }

    /// <summary>
    /// Without a conversion of its own, a kind's versions must have the same fields: the server drops what a version does not know when an
    /// object is written through it, and what the stored version does not know always.
    /// </summary>
    /// <exception cref="CrdException">There is a field that would be lost; the message names it.</exception>
    public static void CheckNothingIsLost(string kind, IReadOnlyList<JsonObject> versions)
    {
        var stored = versions.Single(version => (bool)version["storage"]!);
        foreach (var other in versions.Where(version => version != stored))
        {
            foreach (var (from, to) in new[] { (other, stored), (stored, other) })
            {
                if (Lost(Schema(from), Schema(to), kind) is { } field)
                    throw new CrdException($"{field} of version {from["name"]} would be lost: version {to["name"]} has no such field of that type");
            }
        }
    }

    /// <summary>The first field of one schema that another has not, or has with another type.</summary>
    private static string? Lost(JsonObject schema, JsonObject other, string path)
    {
        if ((string?)schema["type"] != (string?)other["type"] || (IsFree(schema) && !IsFree(other)))
            return path;
        foreach (var (name, part) in schema["properties"] as JsonObject ?? [])
        {
            var below = $"{path}.{name}";
            // What is not described is kept where anything may stand; what is described is held to its description.
            var lost = other["properties"]?[name] is JsonObject counterpart ? Lost(part!.AsObject(), counterpart, below) : IsFree(other) ? null : below;
            if (lost is not null)
                return lost;
        }
        foreach (var inner in new[] { "items", "additionalProperties" })
        {
            if (schema[inner] is JsonObject part && (other[inner] is JsonObject counterpart ? Lost(part, counterpart, path + "[]") : path) is { } field)
                return field;
        }
        return null;
    }

    /// <summary>Whether fields may stand there that are not described.</summary>
    private static bool IsFree(JsonObject schema) => schema.ContainsKey("x-kubernetes-preserve-unknown-fields");

    private static JsonObject Schema(JsonObject version) => version["schema"]!["openAPIV3Schema"]!.AsObject();

    private static KindVersion Describe(JsonTypeInfo root)
    {
        var entity = root.Type.GetCustomAttribute<KubernetesEntityAttribute>() ?? throw new CrdException($"{root.Type.Name} has no [KubernetesEntity] attribute");
        if (root.Type.GetCustomAttribute<DeprecatedVersionAttribute>() is { Warning.Length: 0 or > DeprecatedVersionAttribute.LongestWarning })
            throw new CrdException($"{root.Type.Name}: the warning of a deprecated version has 1 to {DeprecatedVersionAttribute.LongestWarning} characters");
        return new KindVersion(root, entity, PriorityOf(entity.ApiVersion));
    }

    private static (int Stage, int Major, int Minor) PriorityOf(string version)
    {
        var match = VersionName().Match(version);
        if (!match.Success)
            return (-1, 0, 0); // Kubernetes puts names of its own kind last
        var stage = match.Groups["stage"].Value switch { "alpha" => 0, "beta" => 1, _ => 2 };
        return (stage, int.Parse(match.Groups["major"].ValueSpan), stage == 2 ? 0 : int.Parse(match.Groups["minor"].ValueSpan));
    }

    [GeneratedRegex("^v(?<major>[1-9][0-9]{0,3})((?<stage>alpha|beta)(?<minor>[1-9][0-9]{0,3}))?\\z")]
    private static partial Regex VersionName();
}
