using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>Names a workload.</summary>
public readonly record struct WorkloadKey(WorkloadKind Kind, string Namespace, string Name)
{
    /// <summary>The workload as kubectl takes it: <c>deployment/checkout</c>.</summary>
    public string Reference => $"{WorkloadKinds.NameOf(Kind)}/{Name}";

    /// <summary>The URL path of the workload.</summary>
    /// <exception cref="ArgumentException">A name would change the path.</exception>
    public string Path => WorkloadKinds.Metadata[Kind].Path(Namespace, Name);

    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}
