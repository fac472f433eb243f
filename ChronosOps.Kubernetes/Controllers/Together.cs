namespace ChronosOps.Kubernetes;

/// <summary>Parts that make no sense without each other.</summary>
public static class Together
{
    /// <summary>Runs all parts. When one ends or fails, the others are told to end, and what became of that one is what becomes of all.</summary>
    public static async Task RunAsync(CancellationToken ct, params Func<CancellationToken, Task>[] parts)
    {
        using var running = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] tasks = [.. parts.Select(part => Task.Run(() => part(running.Token), CancellationToken.None))];
        var first = await Task.WhenAny(tasks).ConfigureAwait(false);
        await running.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
    }
}
