using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>Tests that disturb what others need (the operator's process, Prometheus, the processor while times are measured): one after another, when those that bear each other have ended.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneOnTheCluster
{
    public const string Name = "alone on the cluster";
}
