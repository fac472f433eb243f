namespace ChronosOps.Kubernetes;

/// <summary>The class holds a part of the object only. Such objects may be created and patched; a PUT is refused, as it would lose the rest.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ProjectionAttribute : Attribute;
