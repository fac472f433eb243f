using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>What has to be known before a workload gets more replicas.</summary>
public sealed record ScalingFacts
{
    /// <summary>The HorizontalPodAutoscalers that set the workload's replicas; more than one contradict each other.</summary>
    public IReadOnlyList<AutoscalerFact> Autoscalers { get; init; } = [];

    /// <summary>What one more pod asks for, as one that runs does; null where none runs.</summary>
    public PodNeeds? Needs { get; init; }

    /// <summary>What the namespace's quotas have left of what pods take.</summary>
    public IReadOnlyList<QuotaFact> Quotas { get; init; } = [];

    /// <summary>How many more such pods the nodes take, as far as it matters; null where the nodes cannot be seen.</summary>
    public int? NodeRoom { get; init; }
}

/// <summary>What is left of one resource of a quota.</summary>
/// <param name="Quota">The quota's name.</param>
/// <param name="Resource">The resource as the quota names it.</param>
/// <param name="Left">The limit less what is used; null where it could not be read.</param>
public sealed record QuotaFact(string Quota, string Resource, double? Left)
{
    /// <summary>How much of it one pod takes; null where that cannot be told.</summary>
    public double? TakenBy(PodNeeds needs) => Resource switch
    {
        "pods" or "count/pods" => 1,
        "cpu" or "requests.cpu" => needs.Cpu,
        "memory" or "requests.memory" => needs.Memory,
        "limits.cpu" => needs.CpuLimit,
        "limits.memory" => needs.MemoryLimit,
        _ => 0,
    };
}
