using ChronosOps.Samples.DemoService.Common;

namespace ChronosOps.Samples.DemoService.Load;

/// <summary>
/// Open loop: requests start at a constant rate, evenly or at random, whatever the answers do, because real users do not wait for each other. A closed loop
/// would slow down with the service and hide how many requests suffered.
/// </summary>
internal sealed class LoadGenerator(LoadOptions options, LoadTally tally, JsonLines output, TimeProvider clock)
{
    private int inFlight;

    public async Task RunAsync(CancellationToken stop)
    {
        using var sender = new RequestSender(options, clock);
        var start = clock.GetTimestamp();
        var running = new HashSet<Task>();
        foreach (var due in Starts().TakeWhile(due => options.Duration is null || due < options.Duration))
        {
            await WaitUntilAsync(start, due, stop);
            if (stop.IsCancellationRequested)
            {
                break;
            }

            running.RemoveWhere(static task => task.IsCompleted);
            if (Volatile.Read(ref inFlight) >= options.MaximumInFlight)
            {
                tally.RecordDropped();
                continue;
            }

            Interlocked.Increment(ref inFlight);
            running.Add(SendAsync(sender));
        }

        await Task.WhenAll(running);
    }

    /// <summary>When requests start, after the beginning.</summary>
    private IEnumerable<TimeSpan> Starts()
    {
        var random = options.RandomSeed is { } seed ? new Random(seed) : null;
        var due = 0.0;
        for (long n = 0; ; n++)
        {
            yield return TimeSpan.FromSeconds(due);
            due = random is null ? (n + 1) / options.RequestsPerSecond : due - (Math.Log(1 - random.NextDouble()) / options.RequestsPerSecond);
        }
    }

    private async Task WaitUntilAsync(long start, TimeSpan due, CancellationToken stop)
    {
        var wait = due - clock.GetElapsedTime(start);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAsync(RequestSender sender)
    {
        await Task.Yield();
        var outcome = await sender.SendAsync();
        Interlocked.Decrement(ref inFlight);
        tally.Record(outcome);
        if (outcome.Kind != OutcomeKind.Ok)
        {
            output.Write(json => json.Write(outcome));
        }
    }
}
