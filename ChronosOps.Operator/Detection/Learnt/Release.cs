namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>The release that a workload runs, as far as it matters to what is usual.</summary>
/// <param name="BeganAt">When its rollout began.</param>
/// <param name="Stands">Whether it has come to stay, as far as anybody can tell: its rollout is complete, and nothing but what is unusual speaks against it. What it changed may then become the usual.</param>
/// <param name="Limit">The signal's limit: what is beyond it is not.</param>
public readonly record struct Release(DateTimeOffset BeganAt, bool Stands, double Limit);
