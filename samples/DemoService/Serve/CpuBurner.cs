namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>One thread that keeps a share of one core busy.</summary>
internal sealed class CpuBurner
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider clock;
    private readonly AutoResetEvent changed = new(false);
    private double share;

    public CpuBurner(TimeProvider clock)
    {
        this.clock = clock;
        new Thread(Run) { IsBackground = true, Name = "cpu-burn" }.Start();
    }

    /// <summary>Busy part of the time, 0 to 1.</summary>
    public double Share
    {
        get => Volatile.Read(ref share);
        set
        {
            if (Interlocked.Exchange(ref share, value) != value)
            {
                changed.Set();
            }
        }
    }

    private void Run()
    {
        while (true)
        {
            var busy = Period * Share;
            for (var start = clock.GetTimestamp(); clock.GetElapsedTime(start) < busy;)
            {
                Thread.SpinWait(500);
            }

            if (busy < Period)
            {
                changed.WaitOne(busy == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : Period - busy);
            }
        }
    }
}
