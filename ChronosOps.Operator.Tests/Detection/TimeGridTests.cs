using ChronosOps.Operator.Detection;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class TimeGridTests
{
    [Theory]
    [InlineData(0, 0, 15_000)]
    [InlineData(1, 0, 14_999)]
    [InlineData(14_999, 0, 1)]
    [InlineData(0, 250, 250)]
    [InlineData(249, 250, 1)]
    [InlineData(250, 250, 15_000)]
    [InlineData(15_100, 250, 150)]
    public void TheNextMomentIsAnOffsetAfterAWholeMultipleOfTheStepAndNeverNow(int now, int offset, int wait) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(wait),
            TimeGrid.UntilNext(DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(now), TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(offset)));
}
