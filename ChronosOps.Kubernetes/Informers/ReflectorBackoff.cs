namespace ChronosOps.Kubernetes;

/// <summary>Growing pauses between attempts, for ever; the first one again after two quiet minutes.</summary>
internal sealed class ReflectorBackoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAsked = ResponseErrors.LongestRetryAfter;
    private static readonly TimeSpan ResetAfter = TimeSpan.FromMinutes(2);
    private TimeSpan next = First;
    private long last = time.GetTimestamp();

    /// <param name="atLeast">When the server wants to be asked again; what is longer than five minutes is not believed.</param>
    public TimeSpan Next(TimeSpan? atLeast = null)
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(last, now) > ResetAfter)
            next = First;
        last = now;
        var delay = next * (1 + Random.Shared.NextDouble()); // spreads many clients after one outage
        next = next * 2 > Longest ? Longest : next * 2;
        var asked = atLeast > LongestAsked ? LongestAsked : atLeast;
        return asked > delay ? asked.Value * (1 + (Random.Shared.NextDouble() / 10)) : delay;
    }
}
