using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

/// <summary>Of twenty watched workloads some fall ill, ten seconds after each other.</summary>
public sealed class StormTests
{
    private static readonly StormLimits Limits = StormLimits.Default;

    [Theory]
    [InlineData(6, 10, false)]
    [InlineData(9, 10, false)]
    [InlineData(10, 10, true)]
    [InlineData(10, 33, true)]
    [InlineData(10, 34, false)]
    [InlineData(13, 40, true)]
    public void BothTheNumberAndTheShareMakeAStorm(int ill, int watched, bool isStorm) => Assert.Equal(isStorm, At(Fall(ill), watched, 130) is not null);

    [Fact]
    public void ThoseThatFallIllOverALongerTimeAreNone() => Assert.Null(At(Fall(12, every: 15), 20, 170));

    [Fact]
    public void ItTellsSinceWhenHowManyAndWhichMadeItOne()
    {
        var storm = At(Fall(12), 20, 120)!;
        Assert.Equal((Time(0), Time(110), 12, "incident-09"), (storm.Since, storm.Last, storm.Workloads, storm.Trigger.Incident));
    }

    [Fact]
    public void ItIsOverWhenNoFurtherWorkloadHasFallenIllForAWhile()
    {
        Assert.NotNull(At(Fall(10), 20, 90 + 300));
        Assert.Null(At(Fall(10), 20, 90 + 301));
        Assert.NotNull(At([.. Fall(10), Opening(10, 350)], 20, 600));
    }

    [Fact]
    public void AWorkloadThatFallsIllAgainNeitherMakesNorKeepsOne()
    {
        Assert.Null(At([.. Enumerable.Range(0, 12).Select(k => Opening(k, k * 5) with { Workload = $"uid-{k % 6}" })], 20, 60));
        Assert.Null(At([.. Fall(10), Opening(3, 350)], 20, 400));
    }

    [Fact]
    public void AStormThatIsOverDoesNotMakeTheNextIncidentOne() => Assert.Null(At([.. Fall(10), Opening(10, 1000)], 20, 1001));

    [Fact]
    public void TheOrderInWhichTheyAreReadSaysNothing() => Assert.Equal(At(Fall(14), 20, 200), At([.. Fall(14).AsEnumerable().Reverse()], 20, 200));

    [Fact]
    public void WithALimitOfZeroThereIsNone() => Assert.Null(Storm.At(Fall(20), 20, Limits with { Workloads = 0 }, Time(200)));

    private static Storm? At(StormOpening[] openings, int watched, int seconds) => Storm.At(openings, watched, Limits, Time(seconds));

    private static StormOpening[] Fall(int count, int every = 10) => [.. Enumerable.Range(0, count).Select(k => Opening(k, k * every))];

    private static StormOpening Opening(int workload, int seconds) => new("shop", $"incident-{workload:00}", $"uid-{workload}", Time(seconds));

    private static DateTimeOffset Time(int seconds) => FakeTime.Epoch.AddSeconds(seconds);
}
