namespace ChronosOps.Operator.Tests.Support;

/// <summary>A clock that moves only when a test says so. Drives Task.Delay, PeriodicTimer and CancellationTokenSource alike.</summary>
internal sealed class FakeTime(DateTimeOffset start) : TimeProvider
{
    /// <summary>Where a clock starts when a test does not care.</summary>
    public static readonly DateTimeOffset Epoch = new(2024, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<FakeTimer, (long Due, long Order)> _timers = new();
    private long _now = start.UtcTicks;
    private long _order;

    public FakeTime()
        : this(Epoch)
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait. A test may wait for code under test to have armed one.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_lock)
            {
                return Armed.Count();
            }
        }
    }

    /// <summary>In how long the next timer falls due; null where none waits.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_lock)
            {
                return Armed.Min(due => (long?)due) is { } ticks ? TimeSpan.FromTicks(ticks - Interlocked.Read(ref _now)) : null;
            }
        }
    }

    private IEnumerable<long> Armed => _timers.UnorderedItems.Where(t => t.Element.IsDueAt(t.Priority.Due)).Select(t => t.Priority.Due);

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _now), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock and fires what falls due, in order, each at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        var until = Interlocked.Read(ref _now) + by.Ticks;
        while (TakeDue(until) is { } timer)
        {
            timer.Fire();
        }

        Interlocked.Exchange(ref _now, until);
    }

    private FakeTimer? TakeDue(long until)
    {
        lock (_lock)
        {
            while (_timers.TryPeek(out var timer, out var when) && when.Due <= until)
            {
                _timers.Dequeue();
                if (timer.IsDueAt(when.Due))
                {
                    Interlocked.Exchange(ref _now, Math.Max(when.Due, Interlocked.Read(ref _now)));
                    timer.Rearm(when.Due);
                    return timer;
                }
            }

            return null;
        }
    }

    private sealed class FakeTimer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        private long _due = -1;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public bool IsDueAt(long due) => _due == due;

        public void Fire() => callback(state);

        public void Rearm(long firedAt) => Arm(_period > TimeSpan.Zero ? firedAt + _period.Ticks : -1);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                _period = period;
                Arm(dueTime < TimeSpan.Zero ? -1 : time._now + dueTime.Ticks);
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(long due)
        {
            _due = due;
            if (due >= 0)
            {
                time._timers.Enqueue(this, (due, time._order++));
            }
        }
    }
}
