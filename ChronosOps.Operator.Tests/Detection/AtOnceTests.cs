using ChronosOps.Operator.Detection;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class AtOnceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoMoreAreUnderWayThanMayBe()
    {
        var (underWay, most, done) = (0, 0, 0);
        await AtOnce.ForEachAsync([.. Enumerable.Range(0, 20)], 3, async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref underWay));
            await Task.Yield();
            Interlocked.Decrement(ref underWay);
            Interlocked.Increment(ref done);
        }, Ct);
        Assert.Equal((20, true), (done, most <= 3));
    }

    [Fact]
    public async Task WhatNeedNotWaitNeedsNoOtherThread()
    {
        var threads = new HashSet<int>();
        var all = AtOnce.ForEachAsync([1, 2, 3], 2, (_, _) =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return ValueTask.CompletedTask;
        }, Ct);
        Assert.True(all.IsCompletedSuccessfully);
        await all;
        Assert.Equal([Environment.CurrentManagedThreadId], threads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task WhatFailsIsTold(int most) =>
        await Assert.ThrowsAsync<FormatException>(() => AtOnce.ForEachAsync([1, 2, 3], most, async (item, _) =>
        {
            await Task.Yield();
            if (item == 2)
            {
                throw new FormatException();
            }
        }, Ct));
}
