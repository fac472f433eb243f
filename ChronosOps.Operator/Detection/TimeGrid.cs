namespace ChronosOps.Operator.Detection;

/// <summary>The times at which series are read: whole multiples of the step, so that every reader sees the same points. Pure.</summary>
public static class TimeGrid
{
    /// <summary>So many steps in order of time, the last one at or before a moment.</summary>
    public static List<DateTimeOffset> Until(DateTimeOffset now, TimeSpan step, int count)
    {
        var end = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % step.Ticks), TimeSpan.Zero);
        var times = new List<DateTimeOffset>(count);
        for (var k = count - 1; k >= 0; k--)
        {
            times.Add(end.AddTicks(-k * step.Ticks));
        }

        return times;
    }

    /// <summary>How long it is until the next whole multiple of the step, and some time more; never nothing, so that no moment is taken twice.</summary>
    /// <param name="now">The time.</param>
    /// <param name="step">The distance of the multiples.</param>
    /// <param name="offset">How long after each.</param>
    public static TimeSpan UntilNext(DateTimeOffset now, TimeSpan step, TimeSpan offset) =>
        TimeSpan.FromTicks(step.Ticks - ((now - offset).UtcTicks % step.Ticks));
}
