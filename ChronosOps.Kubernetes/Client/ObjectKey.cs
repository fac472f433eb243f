namespace ChronosOps.Kubernetes;

/// <summary>Names an object within its kind. Written <c>namespace/name</c>, or <c>name</c> for a cluster-scoped one.</summary>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name : $"{Namespace}/{Name}";
}
