namespace ChronosOps.Kubernetes.Tests;

public class RateLimitedQueueTests
{
    private readonly FakeTime time = new();
    private readonly RateLimitedQueue<string> queue;
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    public RateLimitedQueueTests() => queue = new RateLimitedQueue<string>(time);

    [Fact]
    public async Task GivesKeysInTheOrderOfTheirArrival()
    {
        foreach (var key in new[] { "b", "a", "c" })
            queue.Add(key);
        Assert.Equal(["b", "a", "c"], [(await queue.GetAsync(Ct)).Key, (await queue.GetAsync(Ct)).Key, (await queue.GetAsync(Ct)).Key]);
    }

    [Fact]
    public void HoldsAKeyOnlyOnce()
    {
        queue.Add("a");
        queue.Add("a");
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task AKeyAddedWhileItIsProcessedRunsAgainAfterwardsAndNotBefore()
    {
        queue.Add("a");
        await queue.GetAsync(Ct);
        queue.Add("a");
        Assert.Equal(0, queue.Count);
        queue.Done("a");
        Assert.Equal(1, queue.Count);
        Assert.Equal("a", (await queue.GetAsync(Ct)).Key);
        queue.Done("a");
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task AWorkerThatWaitsIsWoken()
    {
        var waiting = queue.GetAsync(Ct).AsTask();
        Assert.False(waiting.IsCompleted);
        queue.Add("a");
        Assert.Equal((true, "a"), await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct));
    }

    [Fact]
    public async Task ACancelledWaitTakesNothing()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = queue.GetAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        queue.Add("a");
        Assert.Equal((true, "a"), await queue.GetAsync(Ct));
    }

    [Fact]
    public void ADelayedKeyComesWhenItsTimeHasComeAndNotBefore()
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(9.99));
        Assert.Equal((0, 1), (queue.Count, queue.DelayedCount));
        time.Advance(TimeSpan.FromSeconds(0.01));
        Assert.Equal((1, 0), (queue.Count, queue.DelayedCount));
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(3, 10)]
    public async Task OfSeveralTimesTheEarliestCountsAndTheKeyComesOnce(int first, int second)
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(first));
        queue.AddAfter("a", TimeSpan.FromSeconds(second));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("a", (await queue.GetAsync(Ct)).Key);
        queue.Done("a");
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, queue.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void ADelayOfNothingIsNow(int seconds)
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(seconds));
        Assert.Equal(1, queue.Count);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 10)]
    [InlineData(4, 80)]
    [InlineData(17, 655_360)]
    [InlineData(18, 1_000_000)]
    [InlineData(90, 1_000_000)]
    public void TheDelayDoublesWithEveryFailureUpToItsCap(int failuresBefore, double milliseconds)
    {
        var fast = new RateLimitedQueue<string>(time, retriesPerSecond: 1e9, retryBurst: 1e9);
        for (var i = 0; i < failuresBefore; i++)
            fast.NextRetryDelay("a");
        Assert.Equal(milliseconds, fast.NextRetryDelay("a").TotalMilliseconds, 3);
        Assert.Equal(failuresBefore + 1, fast.Retries("a"));
    }

    [Fact]
    public void ASuccessStartsTheDelaysAnew()
    {
        queue.AddRateLimited("a");
        queue.AddRateLimited("a");
        queue.Forget("a");
        Assert.Equal(0, queue.Retries("a"));
        Assert.Equal(5, queue.NextRetryDelay("a").TotalMilliseconds, 3);
    }

    [Fact]
    public void ManyFailingKeysTogetherAreHeldToTheSharedRate()
    {
        for (var i = 0; i < 100; i++)
            Assert.Equal(5, queue.NextRetryDelay($"key{i}").TotalMilliseconds, 3);
        Assert.Equal(100, queue.NextRetryDelay("one more").TotalMilliseconds, 3);
        Assert.Equal(200, queue.NextRetryDelay("and another").TotalMilliseconds, 3);
    }

    [Fact]
    public async Task AfterShutdownWhatIsDueIsStillGivenOutAndThenEveryWorkerLeaves()
    {
        queue.Add("a");
        var early = queue.GetAsync(Ct);
        queue.Add("b");
        queue.ShutDown();
        queue.Add("too late");
        Assert.Equal("a", (await early).Key);
        Assert.Equal((true, "b"), await queue.GetAsync(Ct));
        Assert.False((await queue.GetAsync(Ct)).Taken);
        Assert.False((await queue.GetAsync(Ct)).Taken);
    }
}
