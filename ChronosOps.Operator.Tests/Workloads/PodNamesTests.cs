using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

public sealed class PodNamesTests
{
    [Theory]
    [InlineData(WorkloadKind.Deployment, "web-5f8d6c7b9-x7k2p", "web", "5f8d6c7b9")]
    [InlineData(WorkloadKind.Deployment, "web-api-v2-66bb8d-bcdfg", "web-api-v2", "66bb8d")]
    [InlineData(WorkloadKind.StatefulSet, "db-main-12", "db-main", null)]
    [InlineData(WorkloadKind.DaemonSet, "node-agent-x7k2p", "node-agent", null)]
    public void ANameTellsTheOwner(WorkloadKind kind, string pod, string workload, string? revision) =>
        Assert.Equal(new PodOwner(workload, revision), PodNames.OwnerOf(kind, pod));

    [Theory]
    [InlineData(WorkloadKind.Deployment, "node-agent-x7k2p")]
    [InlineData(WorkloadKind.Deployment, "db-main-12")]
    [InlineData(WorkloadKind.Deployment, "web")]
    [InlineData(WorkloadKind.StatefulSet, "web-5f8d6c7b9-x7k2p")]
    [InlineData(WorkloadKind.DaemonSet, "web-5f8d6c7b9-x7k2p")]
    [InlineData(WorkloadKind.DaemonSet, "db-main-12")]
    [InlineData(WorkloadKind.Job, "backup-x7k2p")]
    public void WhatIsNamedOtherwiseIsNobodys(WorkloadKind kind, string pod) => Assert.Null(PodNames.OwnerOf(kind, pod));
}
