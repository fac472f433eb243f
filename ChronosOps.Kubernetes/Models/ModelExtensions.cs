using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>Shorthands for what is asked of every object.</summary>
public static class ModelExtensions
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    /// <summary>The object's name, or an empty string before it has one.</summary>
    public static string Name(this IMetadata<V1ObjectMeta> obj) => obj.Metadata.Name ?? "";

    /// <summary>The object's namespace; null for a cluster-scoped one.</summary>
    public static string? Namespace(this IMetadata<V1ObjectMeta> obj) => obj.Metadata.NamespaceProperty;

    public static string? Uid(this IMetadata<V1ObjectMeta> obj) => obj.Metadata.Uid;

    public static string? ResourceVersion(this IMetadata<V1ObjectMeta> obj) => obj.Metadata.ResourceVersion;

    public static long Generation(this IMetadata<V1ObjectMeta> obj) => obj.Metadata.Generation ?? 0;

    public static bool IsBeingDeleted(this IMetadata<V1ObjectMeta> obj) => obj.Metadata.DeletionTimestamp is not null;

    public static ObjectKey Key(this IMetadata<V1ObjectMeta> obj) => new(obj.Metadata.NamespaceProperty, obj.Metadata.Name ?? "");

    public static IReadOnlyDictionary<string, string> Labels(this IMetadata<V1ObjectMeta> obj) => obj.Metadata.Labels ?? Nothing;

    public static IReadOnlyDictionary<string, string> Annotations(this IMetadata<V1ObjectMeta> obj) => obj.Metadata.Annotations ?? Nothing;

    public static string? GetLabel(this IMetadata<V1ObjectMeta> obj, string key) => obj.Labels().GetValueOrDefault(key);

    public static string? GetAnnotation(this IMetadata<V1ObjectMeta> obj, string key) => obj.Annotations().GetValueOrDefault(key);

    public static void SetLabel(this IMetadata<V1ObjectMeta> obj, string key, string? value) =>
        Set(obj.Metadata.Labels ??= [], key, value);

    public static void SetAnnotation(this IMetadata<V1ObjectMeta> obj, string key, string? value) =>
        Set(obj.Metadata.Annotations ??= [], key, value);

    /// <summary>Whether <paramref name="owner"/> is among the owners, by UID: a namesake that was created anew does not count.</summary>
    public static bool IsOwnedBy(this IMetadata<V1ObjectMeta> obj, IMetadata<V1ObjectMeta> owner) =>
        owner.Metadata.Uid is { Length: > 0 } uid && (obj.Metadata.OwnerReferences ?? []).Any(reference => reference.Uid == uid);

    /// <summary>The owner that manages the object, or null.</summary>
    public static V1OwnerReference? ControllerOf(this IMetadata<V1ObjectMeta> obj) =>
        obj.Metadata.OwnerReferences?.FirstOrDefault(reference => reference.Controller == true);

    public static V1Condition? GetCondition(this IEnumerable<V1Condition>? conditions, string type) =>
        conditions?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>
    /// Sets a condition in place and says whether anything but its age changed. <c>lastTransitionTime</c> moves only when the
    /// status flips, as the API conventions ask.
    /// </summary>
    public static bool SetCondition(this IList<V1Condition> conditions, string type, string status, string reason, string message,
        long? observedGeneration, DateTimeOffset now)
    {
        var condition = conditions.FirstOrDefault(candidate => candidate.Type == type);
        if (condition is null)
            conditions.Add(condition = new V1Condition { Type = type, Status = "" });
        else if ((condition.Status, condition.Reason, condition.Message, condition.ObservedGeneration) == (status, reason, message, observedGeneration))
            return false;

        if (condition.Status != status || condition.LastTransitionTime is null)
            condition.LastTransitionTime = now;
        (condition.Status, condition.Reason, condition.Message, condition.ObservedGeneration) = (status, reason, message, observedGeneration);
        return true;
    }

    /// <summary>A reference to this object, for an event or a status.</summary>
    public static V1ObjectReference Reference(this IKubernetesObject<V1ObjectMeta> obj) => new()
    {
        ApiVersion = obj.ApiVersion,
        Kind = obj.Kind,
        NamespaceProperty = obj.Metadata.NamespaceProperty,
        Name = obj.Metadata.Name,
        Uid = obj.Metadata.Uid,
        ResourceVersion = obj.Metadata.ResourceVersion,
    };

    private static void Set(Dictionary<string, string> map, string key, string? value)
    {
        if (value is null)
            map.Remove(key);
        else
            map[key] = value;
    }
}
