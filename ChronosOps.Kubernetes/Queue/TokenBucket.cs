namespace ChronosOps.Kubernetes;

/// <summary>A token bucket. Whoever finds it empty reserves a token of the future and is told how long to wait for it.</summary>
internal sealed class TokenBucket
{
    private readonly Lock gate = new();
    private readonly double perSecond;
    private readonly double burst;
    private readonly TimeProvider time;
    private double tokens;
    private long last;

    public TokenBucket(double perSecond, double burst, TimeProvider time)
    {
        (this.perSecond, this.burst, this.time, tokens) = (perSecond, burst, time, burst);
        last = time.GetTimestamp();
    }

    /// <summary>Takes a token, now or later.</summary>
    public TimeSpan Reserve()
    {
        lock (gate)
        {
            Refill();
            tokens--;
            return tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-tokens / perSecond);
        }
    }

    /// <summary>Takes a token if there is one.</summary>
    public bool TryTake()
    {
        lock (gate)
        {
            Refill();
            if (tokens < 1)
                return false;
            tokens--;
            return true;
        }
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        tokens = Math.Min(burst, tokens + time.GetElapsedTime(last, now).TotalSeconds * perSecond);
        last = now;
    }
}
