namespace ChronosOps.Kubernetes.Tests;

public class QueuePriorityTests
{
    private readonly FakeTime time = new();
    private readonly RateLimitedQueue<string> queue;

    public QueuePriorityTests() => queue = new RateLimitedQueue<string>(time);

    [Fact]
    public async Task WhatJustHappenedComesBeforeReminders()
    {
        queue.Add("old 1", QueuePriority.Low);
        queue.Add("old 2", QueuePriority.Low);
        queue.Add("new 1");
        queue.Add("new 2");
        Assert.Equal(["new 1", "new 2", "old 1", "old 2"], await TakeAsync(4));
    }

    [Fact]
    public async Task AReminderThatSomethingHappensToMovesUpAndComesOnce()
    {
        queue.Add("a", QueuePriority.Low);
        queue.Add("b", QueuePriority.Low);
        queue.Add("b");
        queue.Add("b", QueuePriority.Low);
        Assert.Equal(2, queue.Count);
        Assert.Equal(["b", "a"], await TakeAsync(2));
        Assert.Equal(0, queue.Count);
        queue.ShutDown();
        Assert.False((await queue.GetAsync(TestContext.Current.CancellationToken)).Taken);
    }

    [Fact]
    public async Task WhatHappensDuringTheWorkDecidesWhenItsNextTurnComes()
    {
        queue.Add("a");
        await TakeAsync(1, done: false);
        queue.Add("a", QueuePriority.Low);
        queue.Add("b", QueuePriority.Low);
        queue.Add("a");
        queue.Done("a");
        Assert.Equal(["a", "b"], await TakeAsync(2));
    }

    [Fact]
    public async Task SteadyChangesDoNotStarveReminders()
    {
        queue.Add("reminder", QueuePriority.Low);
        for (var i = 0; i < 20; i++)
            queue.Add($"change {i}");
        Assert.Equal(7, (await TakeAsync(21)).IndexOf("reminder"));
    }

    [Fact]
    public async Task WhatCameAsAReminderComesAgainAsOne()
    {
        queue.Add("reminder", QueuePriority.Low);
        await TakeAsync(1, done: false);
        queue.AddAfter("reminder", TimeSpan.FromSeconds(5));
        queue.Done("reminder");
        queue.AddAfter("other", TimeSpan.FromSeconds(6));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(["other", "reminder"], await TakeAsync(2));
    }

    [Fact]
    public async Task AFailedReminderIsTriedAgainAsOne()
    {
        queue.Add("reminder", QueuePriority.Low);
        await TakeAsync(1, done: false);
        queue.AddRateLimited("reminder");
        queue.Done("reminder");
        time.Advance(TimeSpan.FromSeconds(1));
        queue.Add("change");
        Assert.Equal(["change", "reminder"], await TakeAsync(2));
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(5, 2)]
    public async Task OfWhatIsPutOffTwiceTheHigherPriorityCountsAndTheEarlierTime(int low, int normal)
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(low), QueuePriority.Low);
        queue.AddAfter("a", TimeSpan.FromSeconds(normal), QueuePriority.Normal);
        queue.Add("reminder", QueuePriority.Low);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((2, 0), (queue.Count, queue.DelayedCount));
        Assert.Equal(["a", "reminder"], await TakeAsync(2));
    }

    [Fact]
    public async Task AChangeDuringAReminderIsAChangeFromThenOn()
    {
        queue.Add("a", QueuePriority.Low);
        await TakeAsync(1, done: false);
        queue.Add("a");
        queue.Done("a");
        await TakeAsync(1, done: false);
        queue.AddAfter("a", TimeSpan.FromSeconds(1));
        queue.Done("a");
        queue.Add("reminder", QueuePriority.Low);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a", "reminder"], await TakeAsync(2));
    }

    private async Task<List<string>> TakeAsync(int count, bool done = true)
    {
        var taken = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var (_, key) = await queue.GetAsync(TestContext.Current.CancellationToken);
            taken.Add(key);
            if (done)
                queue.Done(key);
        }
        return taken;
    }
}
