using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>How full containers are, measured by a real kubelet's cAdvisor and read from a real Prometheus.</summary>
[Trait("Tier", "cluster")]
public class SaturationTests
{
    [Fact]
    public async Task CpuMemoryAndThrottlingAreMeasuredAndMemoryBeyondItsThresholdIsReported()
    {
        ClusterScripts.Need();
        await OperatorPod.ReadyAsync();
        await using var service = await ServiceUnderTraffic.StartAsync("saturation", "basket");
        await ClusterScripts.KubectlAsync("-n", service.Namespace, "set", "resources", service.Reference, "--containers=app", "--limits=cpu=500m,memory=160Mi");
        await ClusterScripts.RolledOutAsync(service.Namespace, service.Reference);
        var since = ClusterScripts.Now;
        await service.MeasureAsync(("cpu", "CpuSaturation", "100%"), ("throttling", "CpuThrottling", "100%"), ("memory", "MemorySaturation", "1%"));

        var incident = await Waiting.ForAsync(
            "memory to be reported",
            async () => (await service.IncidentsAsync(since)).FirstOrDefault(one => one.Status?.Signals.Exists(signal => signal.Name == "memory") == true),
            async () => string.Join(" | ", (await service.IncidentsAsync(since)).Select(Waiting.Story)),
            TimeSpan.FromMinutes(3));

        Assert.Matches("^[1-9][0-9.]*% of the memory limit, limit 1% of the memory limit", incident.Status!.Signals.Single(signal => signal.Name == "memory").Fired!);
        await service.MeasuredAsync();
        Assert.Empty(OperatorWrites.OfSpecs(since));
        Told.Line("saturation", $"{incident.Status.Signals[0].Fired}; CPU and throttling are measured too; spec writes 0");
    }
}
