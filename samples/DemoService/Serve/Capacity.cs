namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>So many requests a second can be served, and no more: a bucket that fills as fast, and holds half a second's worth.</summary>
internal sealed class Capacity(double? requestsPerSecond, TimeProvider clock)
{
    private readonly Lock gate = new();
    private double room = (requestsPerSecond ?? 0) / 2;
    private long last = clock.GetTimestamp();

    /// <summary>Whether there was room for one more request.</summary>
    public bool Take()
    {
        if (requestsPerSecond is not { } rate)
        {
            return true;
        }

        lock (gate)
        {
            var now = clock.GetTimestamp();
            room = Math.Min(Math.Max(1, rate / 2), room + (clock.GetElapsedTime(last, now).TotalSeconds * rate));
            last = now;
            if (room < 1)
            {
                return false;
            }

            room--;
            return true;
        }
    }
}
