namespace ChronosOps.Kubernetes;

/// <summary>What every object of the Kubernetes API carries: the version of its schema and its kind.</summary>
public interface IKubernetesObject
{
    string? ApiVersion { get; set; }
    string? Kind { get; set; }
}

/// <summary>An object with metadata. It is never null after decoding, also where the server sent none.</summary>
public interface IMetadata<T>
{
    T Metadata { get; set; }
}

/// <summary>An API object with metadata of the given type.</summary>
public interface IKubernetesObject<TMeta> : IKubernetesObject, IMetadata<TMeta>;

/// <summary>An object with a desired state.</summary>
public interface ISpec<T>
{
    T Spec { get; set; }
}

/// <summary>An object with an observed state; null until a controller has written one.</summary>
public interface IStatus<T>
{
    T? Status { get; set; }
}

/// <summary>Where objects of a kind live.</summary>
public enum EntityScope
{
    Namespaced,
    Cluster,
}

/// <summary>Names the kind that a class stands for. <see cref="Group"/> is empty for the core group.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KubernetesEntityAttribute : Attribute
{
    public string Group { get; set; } = "";
    public string ApiVersion { get; set; } = "v1";
    public required string Kind { get; set; }

    /// <summary>The plural name used in URLs; the kind in lower case with an <c>s</c> when not given.</summary>
    public string? PluralName { get; set; }

    internal string Plural => PluralName ?? Kind.ToLowerInvariant() + "s";
}

/// <summary>Marks a kind as namespaced (the default) or cluster scoped.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EntityScopeAttribute(EntityScope scope = EntityScope.Namespaced) : Attribute
{
    public EntityScope Scope { get; } = scope;
}
