using ChronosOps.Operator.Api;
using ChronosOps.Operator.PromQl;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Api;

public sealed class PresetQueriesTests
{
    [Theory]
    [InlineData(SignalKind.CpuSaturation)]
    [InlineData(SignalKind.CpuThrottling)]
    [InlineData(SignalKind.MemorySaturation)]
    [InlineData(SignalKind.QueueLag)]
    public void TheQueryIsBoundToTheNamespaceAndGivesASeriesForEachPod(SignalKind kind)
    {
        var query = PresetQueries.Of(kind, "shop", TimeSpan.FromSeconds(90));
        Assert.True(PromQlScope.TryScope(query, "shop", out _, out var error), error);
        Assert.False(PromQlScope.TryScope(query, "bank", out _, out _));
        Assert.StartsWith("max by (namespace, pod) (", query, StringComparison.Ordinal);
        Assert.Equal(kind is SignalKind.CpuSaturation or SignalKind.CpuThrottling, query.Contains("[90s]", StringComparison.Ordinal));
    }

    [Fact]
    public void OnlySaturationsHaveOne() => Assert.Throws<ArgumentOutOfRangeException>(() => PresetQueries.Of(SignalKind.ErrorRatio, "shop", TimeSpan.FromMinutes(1)));

    [Fact]
    public void GrowthLooksBackAsFarAsItLooksAhead()
    {
        var query = PresetQueries.Growth(["shop"], TimeSpan.FromMinutes(30));
        Assert.True(PromQlScope.TryScope(query, "shop", out _, out var error), error);
        Assert.False(PromQlScope.TryScope(query, "bank", out _, out _));
        Assert.Contains("[600s])", query, StringComparison.Ordinal);
        Assert.Contains("[600s] offset 600s)", query, StringComparison.Ordinal);
        Assert.Contains("[600s] offset 1200s)", query, StringComparison.Ordinal);
    }

    /// <summary>This one was held against series of a leak, a cache that fills, a jump, a saw, a pod that is young and a container that is gone, by Prometheus itself.</summary>
    [Fact]
    public void GrowthIsTheSlowestOfThreePartsOfAContainerThatLivesAndHasLivedForSoLong() => Assert.Equal(
        """
        max by (namespace, pod) (max by (namespace, pod, container) (clamp_min(((deriv(container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"}[60s]) < deriv(container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"}[60s] offset 60s) or deriv(container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"}[60s] offset 60s)) < deriv(container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"}[60s] offset 120s) or deriv(container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"}[60s] offset 120s)) and deriv(container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"}[60s]) and deriv(container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"}[60s] offset 60s) and container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"} offset 180s and timestamp(container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"}) > time() - 120, 0)) / clamp_min(max by (namespace, pod, container) (container_spec_memory_limit_bytes{namespace="shop",container!="",container!="POD"} > 0) - max by (namespace, pod, container) (container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"} and timestamp(container_memory_working_set_bytes{namespace="shop",container!="",container!="POD"}) > time() - 120), 1)) or 0 * max by (namespace, pod) (container_spec_memory_limit_bytes{namespace="shop",container!="",container!="POD"} > 0)
        """,
        PresetQueries.Growth(["shop"], TimeSpan.FromMinutes(3)));

    [Theory]
    [InlineData("30m", 1.0 / 1800)]
    [InlineData("3m", 1.0 / 180)]
    [InlineData("180s", 1.0 / 180)]
    [InlineData("6h", 1.0 / 21600)]
    public void TheLessTimeIsLeftTheLargerIsTheValueOfAGrowth(string threshold, double value)
    {
        var signal = Compile(SignalPreset.MemoryGrowth, threshold).Policy!.Signals[0];
        Assert.Equal((SignalKind.MemoryGrowth, false, true), (signal.Kind, signal.IsSaturation, signal.ReadsContainers));
        Assert.Equal(value, signal.Threshold, 9);
        Assert.Equal(PresetQueries.Growth(["shop"], TimeSpan.FromSeconds(1 / value)), PresetQuery.Of(signal)!.Text(["shop"]));
        Assert.Equal("memory for another 12m00s", signal.Describe(1.0 / 720));
        Assert.Equal("memory that does not run out", signal.Describe(0));
    }

    [Theory]
    [InlineData(SignalPreset.MemoryGrowth, "179s")]
    [InlineData(SignalPreset.MemoryGrowth, "2m")]
    [InlineData(SignalPreset.MemoryGrowth, "7h")]
    [InlineData(SignalPreset.MemoryGrowth, "80%")]
    [InlineData(SignalPreset.MemoryGrowth, "1800")]
    [InlineData(SignalPreset.MemoryGrowth, "0s")]
    [InlineData(SignalPreset.QueueLag, "5%")]
    [InlineData(SignalPreset.QueueLag, "5m")]
    [InlineData(SignalPreset.QueueLag, "0")]
    [InlineData(SignalPreset.MemorySaturation, "5m")]
    [InlineData(SignalPreset.HttpLatencyP95, "5")]
    public void AThresholdOfTheWrongUnitIsRefused(SignalPreset preset, string threshold) =>
        Assert.Equal("spec.signals[0].threshold", Assert.Single(Compile(preset, threshold).Errors).Field);

    [Fact]
    public void AQueueIsASaturation()
    {
        var signal = Compile(SignalPreset.QueueLag, "1000").Policy!.Signals[0];
        Assert.Equal((SignalKind.QueueLag, 1000, true, "1500 records behind"), (signal.Kind, signal.Threshold, signal.IsSaturation, signal.Describe(1500)));
    }

    [Theory]
    [InlineData(SignalPreset.CpuSaturation, SignalKind.CpuSaturation, "90% of the CPU limit")]
    [InlineData(SignalPreset.CpuThrottling, SignalKind.CpuThrottling, "90% of periods throttled")]
    [InlineData(SignalPreset.MemorySaturation, SignalKind.MemorySaturation, "90% of the memory limit")]
    public void APolicyNamesItAsAPreset(SignalPreset preset, SignalKind kind, string described)
    {
        var signal = Compile(preset, "90%").Policy!.Signals[0];
        Assert.Equal((kind, 0.9, true, described), (signal.Kind, signal.Threshold, signal.IsSaturation, signal.Describe(signal.Threshold)));
        Assert.Equal(PresetQueries.Of(kind, "shop", TimeSpan.FromMinutes(1)), PresetQuery.Of(signal)!.Text(["shop"]));
    }

    [Theory]
    [InlineData("500ms")]
    [InlineData("110%")]
    [InlineData("0")]
    public void ItsThresholdIsARatio(string threshold) =>
        Assert.Equal("spec.signals[0].threshold", Assert.Single(Compile(SignalPreset.MemorySaturation, threshold).Errors).Field);

    private static (EffectivePolicy? Policy, IReadOnlyList<FieldError> Errors) Compile(SignalPreset preset, string threshold)
    {
        var applied = SamplePolicy.Applied();
        applied.Spec.Signals = [new SignalSpec { Name = "full", Preset = preset, Threshold = threshold }];
        return PolicyCompiler.Compile(applied);
    }
}
