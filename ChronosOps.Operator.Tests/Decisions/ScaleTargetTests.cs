using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions;

public sealed class ScaleTargetTests
{
    /// <summary>Three replicas carried so much; each may get a tenth more, and four or as many again may be added at once.</summary>
    [Theory]
    [InlineData(30.0, 60.0, 10, 6)]
    [InlineData(30.0, 66.1, 10, 7)]
    [InlineData(30.0, 600.0, 20, 7)]
    [InlineData(30.0, 600.0, 5, 5)]
    [InlineData(30.0, 600.0, 3, null)]
    [InlineData(30.0, 20.0, 10, 5)]
    [InlineData(0.0, 600.0, 10, 5)]
    public void AsManyAsTheLoadNeeds(double before, double now, int maximum, int? replicas) =>
        Assert.Equal(replicas, Of(new LoadFact(before, now), maximum));

    /// <summary>Two of the three came after the trouble had begun: one carried it all before.</summary>
    [Fact]
    public void WhatEachCarriedIsToldByThePodsThatWereThereThen()
    {
        var bundle = SampleBundle.Overload();
        var young = bundle with { Workload = bundle.Workload with { Pods = [.. bundle.Workload.Pods.Select((pod, k) => k == 0 ? pod : pod with { CreatedAt = bundle.OnsetAt.AddSeconds(5) })] } };
        Assert.Equal((10, 30), (ScaleTarget.PerReplica(bundle, null), ScaleTarget.PerReplica(young, null)));
    }

    [Fact]
    public void HalfAsManyAgainWhereTheLoadIsNotKnown() => Assert.Equal(5, Of(null, 10));

    [Fact]
    public void AfterAStepWhatEachCarriedBeforeItCounts() =>
        Assert.Equal(6, ScaleTarget.Of(SampleBundle.Overload() with { Load = new LoadFact(30, 60) }, SamplePolicy.Effective() with { MaxReplicas = 10 },
            new BorrowedReplicas(1, null, 3, 10, new() { Key = "uid-incident/1", ToReplicas = 3 })));

    private static int? Of(LoadFact? load, int maximum) => ScaleTarget.Of(SampleBundle.Overload() with { Load = load }, SamplePolicy.Effective() with { MaxReplicas = maximum }, null);
}
