namespace ChronosOps.Operator.Workloads;

/// <summary>A HorizontalPodAutoscaler that sets the replicas of a workload.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its UID.</param>
/// <param name="Minimum">The least replicas that it asks for.</param>
/// <param name="Maximum">The most.</param>
/// <param name="Key">The key of our last action on it.</param>
/// <param name="Manager">Who would revert a change of it: a GitOps controller, or the object that made it; null where nobody is known to.</param>
public sealed record AutoscalerFact(string Name, string Uid, int Minimum, int Maximum, string? Key, string? Manager);
