using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

/// <summary>The revision that is well came a day ago, and was last seen to be so a minute ago.</summary>
public sealed class KnownGoodCollectorTests
{
    private static readonly PastRollback[] None = [];

    /// <summary>Pods start after the revision of theirs came: of one that nobody watched that is all that is known.</summary>
    [Theory]
    [InlineData(-3600, -60, -3600)]
    [InlineData(null, -60, -86400)]
    [InlineData(-90000, -60, -86400)]
    [InlineData(-90000, -86401, -90000)] // it served well before what holds its template now, and not since
    [InlineData(null, -86401, null)]
    public void WhenItsPodsStartedIsRememberedOrFollowsFromWhenItCame(int? remembered, int lastGood, int? expected)
    {
        var good = new KnownGoodRevision { Revision = SampleWorkload.Old, ProvenAt = SampleWorkload.At(-95000), LastGoodAt = SampleWorkload.At(lastGood), StartedAt = At(remembered) };
        Assert.Equal(At(expected), Assert.Single(KnownGoodCollector.Of(SampleWorkload.Rolling(), [good], None)).StartedAt);
    }

    [Fact]
    public void OfARevisionThatIsNoLongerKeptOnlyWhatIsRememberedIsKnown()
    {
        var good = new KnownGoodRevision { Revision = "b5d4", ProvenAt = SampleWorkload.At(-95000), LastGoodAt = SampleWorkload.At(-90000) };
        Assert.Null(Assert.Single(KnownGoodCollector.Of(SampleWorkload.Rolling(), [good], None)).StartedAt);
    }

    /// <summary>The revision that is well had been rolled back once, under another stamp.</summary>
    [Fact]
    public void WhatWasRolledBackIsNoTargetWhateverItsStamp()
    {
        var stamped = SampleWorkload.Stamped("registry.example/checkout:1");
        var workload = SampleWorkload.Rolling() with { Revisions = [SampleWorkload.NewRevision, SampleWorkload.OldRevision, SampleWorkload.Revision(stamped, 1, "checkout-6d9f7c5b8", SampleWorkload.At(-90000))] };
        var good = new KnownGoodRevision { Revision = SampleWorkload.Old, ProvenAt = SampleWorkload.At(-95000), LastGoodAt = SampleWorkload.At(-60) };
        Assert.Empty(KnownGoodCollector.Of(workload, [good], [new PastRollback(stamped.Revision, "an-earlier-one", "checkout-1", SampleWorkload.At(-60))]));
        Assert.Single(KnownGoodCollector.Of(workload, [good], [new PastRollback(stamped.Revision, SampleWorkload.Old, "checkout-1", SampleWorkload.At(-60))]));
    }

    [Theory]
    [InlineData(-61, 0)]
    [InlineData(-60, 0)]
    [InlineData(-59, 1)]
    [InlineData(null, 0)]
    public void WhatProvedItselfAfterItsRollbackIsATargetAgain(int? lastGood, int targets)
    {
        var good = new KnownGoodRevision { Revision = SampleWorkload.Old, ProvenAt = SampleWorkload.At(-95000), LastGoodAt = At(lastGood) };
        Assert.Equal(targets, KnownGoodCollector.Of(SampleWorkload.Rolling(), [good], [new PastRollback(SampleWorkload.Old, "an-earlier-one", "checkout-1", SampleWorkload.At(-60))]).Count);
    }

    private static DateTimeOffset? At(int? seconds) => seconds is { } at ? SampleWorkload.At(at) : null;
}
