using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli.Backtest;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

public sealed class OwnerMetricsTests
{
    [Theory]
    [InlineData(WorkloadKind.Deployment, "odd-name", "web", "main-5f8d6c7b9")]
    [InlineData(WorkloadKind.Deployment, "db-0", "", null)]
    [InlineData(WorkloadKind.Deployment, "bare-set-bcdfg", null, null)]
    [InlineData(WorkloadKind.Deployment, "not-told", null, null)]
    [InlineData(WorkloadKind.StatefulSet, "db-0", "db", null)]
    [InlineData(WorkloadKind.StatefulSet, "odd-name", "", null)]
    public async Task WhatKubeStateMetricsSaysOfAnOwnerIsTaken(WorkloadKind kind, string pod, string? workload, string? revision)
    {
        var owners = await OwnerMetrics.ReadAsync(new Source(), SamplePolicy.Effective() with { WorkloadKind = kind }, PastTraffic.At(0), PastTraffic.At(7200), TestContext.Current.CancellationToken);
        Assert.True(owners.IsThere);
        Assert.Equal(workload is null ? null : new PodOwner(workload, revision), owners.OwnerOf(pod));
    }

    private sealed class Source : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Series>>(query.Contains("kube_pod_owner{namespace=\"shop\"", StringComparison.Ordinal)
                ? [Of("pod", "odd-name", "ReplicaSet", "web-main-5f8d6c7b9"), Of("pod", "db-0", "StatefulSet", "db"), Of("pod", "bare-set-bcdfg", "ReplicaSet", "bare-set")]
                : [Of("replicaset", "web-main-5f8d6c7b9", "Deployment", "web")]);

        private static Series Of(string what, string name, string kind, string owner) =>
            new(new Dictionary<string, string> { [what] = name, ["owner_kind"] = kind, ["owner_name"] = owner }, [new Point(PastTraffic.At(0), 1)]);
    }
}
