namespace ChronosOps.Kubernetes.Tests;

public sealed class TogetherTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatFailsEndsTheOthersAndIsTold()
    {
        var ended = false;
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Together.RunAsync(Ct, Forever, _ => throw new InvalidOperationException("no")));
        Assert.Equal(("no", true), (failure.Message, ended));

        async Task Forever(CancellationToken ct)
        {
            await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended = true;
        }
    }

    [Fact]
    public async Task WhatEndsEndsTheOthers() => await Together.RunAsync(Ct, ct => Task.Delay(Timeout.Infinite, ct), _ => Task.CompletedTask);

    [Fact]
    public async Task AStopEndsAll()
    {
        using var stop = new CancellationTokenSource();
        var running = Together.RunAsync(stop.Token, ct => Task.Delay(Timeout.Infinite, ct), ct => Task.Delay(Timeout.Infinite, ct));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
