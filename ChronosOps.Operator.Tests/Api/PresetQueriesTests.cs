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
    public void TheQueryIsBoundToTheNamespaceAndGivesASeriesForEachPod(SignalKind kind)
    {
        var query = PresetQueries.Of(kind, "shop", TimeSpan.FromSeconds(90));
        Assert.True(PromQlScope.TryScope(query, "shop", out _, out var error), error);
        Assert.False(PromQlScope.TryScope(query, "bank", out _, out _));
        Assert.StartsWith("max by (namespace, pod) (", query, StringComparison.Ordinal);
        Assert.Equal(kind != SignalKind.MemorySaturation, query.Contains("[90s]", StringComparison.Ordinal));
    }

    [Fact]
    public void OnlySaturationsHaveOne() => Assert.Throws<ArgumentOutOfRangeException>(() => PresetQueries.Of(SignalKind.ErrorRatio, "shop", TimeSpan.FromMinutes(1)));

    [Theory]
    [InlineData(SignalPreset.CpuSaturation, SignalKind.CpuSaturation, "90% of the CPU limit")]
    [InlineData(SignalPreset.CpuThrottling, SignalKind.CpuThrottling, "90% of periods throttled")]
    [InlineData(SignalPreset.MemorySaturation, SignalKind.MemorySaturation, "90% of the memory limit")]
    public void APolicyNamesItAsAPreset(SignalPreset preset, SignalKind kind, string described)
    {
        var signal = Compile(preset, "90%").Policy!.Signals[0];
        Assert.Equal((kind, 0.9, true, described), (signal.Kind, signal.Threshold, signal.IsSaturation, signal.Describe(signal.Threshold)));
        Assert.Equal(PresetQueries.Of(kind, "shop", TimeSpan.FromMinutes(1)), signal.Query);
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
