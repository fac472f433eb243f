using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

/// <summary>Since when no pod of a dependency is ready.</summary>
public sealed class NoneReadySinceTests
{
    private static readonly PodSnapshot Fresh = SampleWorkload.Pod("cart-1", "c0ffee", SampleWorkload.At(-20), ready: false) with { ReadyChangedAt = SampleWorkload.At(-19) };
    private static readonly PodSnapshot Withdrawn = SampleWorkload.Pod("cart-2", "c0ffee", SampleWorkload.At(-5000), ready: false) with { ReadyChangedAt = SampleWorkload.At(-40) };

    [Fact]
    public void ThePodThatWasReadyLastTellsIt() => Assert.Equal(SampleWorkload.At(-40), Since(null, Fresh, Withdrawn, Withdrawn with { ReadyChangedAt = SampleWorkload.At(-60) }));

    [Fact]
    public void OfPodsThatNeverWereReadyTheRolloutTellsIt() => Assert.Equal(SampleWorkload.At(-50), Since(SampleWorkload.At(-50), Fresh, Withdrawn with { Deleting = true }));

    [Fact]
    public void WithoutARolloutTheyReplaceOthers() => Assert.Equal(SampleWorkload.At(-20), Since(null, Fresh, Fresh with { CreatedAt = SampleWorkload.At(-5), ReadyChangedAt = null }));

    [Fact]
    public void WithoutPodsItIsNotKnown() => Assert.Null(Since(null));

    private static DateTimeOffset? Since(DateTimeOffset? rollingSince, params PodSnapshot[] pods) =>
        DependencyCollector.NoneReadySince(SampleWorkload.Settled() with { RollingSince = rollingSince, Pods = pods });
}
