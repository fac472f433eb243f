using System.Reflection;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes.Rbac;

/// <summary>What RBAC calls verbs.</summary>
[Flags]
public enum RbacVerb
{
    None = 0,
    Get = 1,
    List = 2,
    Watch = 4,
    Create = 8,
    Update = 16,
    Patch = 32,
    Delete = 64,
}

/// <summary>A right that the class below needs. <see cref="RbacRule.Collect"/> makes rules of all of them, so that a role says what the code does.</summary>
public abstract class RbacAttribute : Attribute
{
    /// <summary>What is done with the objects.</summary>
    public RbacVerb Verbs { get; set; }

    /// <summary>A subresource instead of the object, such as <c>status</c>.</summary>
    public string? Subresource { get; set; }

    /// <summary>What the right is for, as a comment of the role.</summary>
    public string? Why { get; set; }

    /// <summary>The name of a switch without which the right is not needed.</summary>
    public string? When { get; set; }

    /// <summary>Needed in the program's own namespace only, not where it watches.</summary>
    public bool Own { get; set; }

    /// <summary>The one object that is meant; RBAC cannot narrow create, list and watch by name.</summary>
    public string? ResourceName { get; set; }

    /// <summary>The API group; empty for the core.</summary>
    public abstract string Group { get; }

    /// <summary>The plural name.</summary>
    public abstract string Resource { get; }
}

/// <summary>A right to a kind that has a model.</summary>
/// <param name="entity">A class with a <see cref="KubernetesEntityAttribute"/>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class EntityRbacAttribute(Type entity) : RbacAttribute
{
    private readonly KubernetesEntityAttribute kind = entity.GetCustomAttribute<KubernetesEntityAttribute>()
        ?? throw new ArgumentException($"{entity.Name} has no [KubernetesEntity] attribute");

    /// <inheritdoc/>
    public override string Group => kind.Group;

    /// <inheritdoc/>
    public override string Resource => kind.Plural;
}

/// <summary>A right to a kind by its name.</summary>
/// <param name="group">The API group; empty for the core.</param>
/// <param name="resource">The plural name.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class GenericRbacAttribute(string group, string resource) : RbacAttribute
{
    /// <inheritdoc/>
    public override string Group { get; } = group;

    /// <inheritdoc/>
    public override string Resource { get; } = resource;
}
