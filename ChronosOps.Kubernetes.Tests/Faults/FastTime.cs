namespace ChronosOps.Kubernetes.Tests;

/// <summary>A clock that runs faster than the real one, so that time limits and pauses of minutes take seconds.</summary>
internal sealed class FastTime(int factor) : TimeProvider
{
    private readonly DateTimeOffset began = System.GetUtcNow();
    private readonly long start = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => began + (System.GetElapsedTime(start) * factor);

    public override long GetTimestamp() => (System.GetTimestamp() - start) * factor;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(factor, System.CreateTimer(callback, state, Real(dueTime, factor), Real(period, factor)));

    private static TimeSpan Real(TimeSpan time, int factor) => time <= TimeSpan.Zero ? time : time / factor;

    private sealed class Timer(int factor, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Real(dueTime, factor), Real(period, factor));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
