namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>So many requests a second can be served, and no more: a bucket that fills as fast, and holds half a second's worth.</summary>
internal sealed class Capacity(double? requestsPerSecond, TimeProvider clock)
{
    private readonly Lock gate = new();
    private double room = (requestsPerSecond ?? 0) / 2;
    private long last = clock.GetTimestamp();

    /// <summary>How much of it is in use, 0 to 1; null where there is no bound.</summary>
    public double? Used
    {
        get
        {
            if (requestsPerSecond is not { } rate)
            {
                return null;
            }

            lock (gate)
            {
                var level = Math.Min(Bucket(rate), room + (clock.GetElapsedTime(last).TotalSeconds * rate));
                return Math.Clamp(1 - ((level - 1) / Math.Max(1, Bucket(rate) - 1)), 0, 1);
            }
        }
    }

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
            room = Math.Min(Bucket(rate), room + (clock.GetElapsedTime(last, now).TotalSeconds * rate));
            last = now;
            if (room < 1)
            {
                return false;
            }

            room--;
            return true;
        }
    }

    private static double Bucket(double rate) => Math.Max(1, rate / 2);
}
