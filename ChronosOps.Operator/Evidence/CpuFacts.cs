namespace ChronosOps.Operator.Evidence;

/// <summary>Who uses the processors of the nodes on which the workload's pods stand.</summary>
public sealed record CpuFacts
{
    /// <summary>One for each node that could be measured.</summary>
    public IReadOnlyList<NodeCpu> Nodes { get; init; } = [];

    /// <summary>Why some could not be, where that is so.</summary>
    public string? Missing { get; init; }
}

/// <summary>The processors of one node, in cores, on average since the trouble began.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Cores">How many pods may have.</param>
/// <param name="Own">How much of them the workload's pods use.</param>
/// <param name="Others">How much all other pods use, as far as they are measured.</param>
/// <param name="OthersBefore">The same, right before the trouble; null where that is not known.</param>
/// <param name="Largest">The pod of the workload's own namespace that uses most beside it; null where none does. Pods of other namespaces are not named.</param>
/// <param name="Throttled">Of the workload's pods there, the highest share of periods in which their own limit held one up; null where none has a limit, or it is not measured.</param>
public sealed record NodeCpu(string Node, double Cores, double Own, double Others, double? OthersBefore, PodCpu? Largest, double? Throttled);

/// <summary>How many cores a pod uses.</summary>
public sealed record PodCpu(string Pod, double Cores);
