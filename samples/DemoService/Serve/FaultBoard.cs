using System.Collections.Concurrent;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>Which faults are on, and how strongly. Reading is cheap: it happens on every request.</summary>
internal sealed class FaultBoard(TimeProvider clock)
{
    private readonly ConcurrentDictionary<FaultKind, ActiveFault> active = new();

    /// <summary>The strength of a fault, 0 while it is off. A crash is never "on": it only has a time.</summary>
    public double Strength(FaultKind kind) =>
        active.TryGetValue(kind, out var fault) && (fault.Until is null || clock.GetUtcNow() < fault.Until) ? fault.Value : 0;

    public bool IsOn(FaultKind kind) => Strength(kind) > 0;

    /// <summary>The exit code, once the time to crash has come.</summary>
    public int? CrashDue =>
        active.TryGetValue(FaultKind.Crash, out var fault) && clock.GetUtcNow() >= fault.Until ? (int)fault.Value : null;

    /// <param name="kind">What goes wrong.</param>
    /// <param name="value">How strongly, in the unit of the kind.</param>
    /// <param name="duration">When it ends (for a crash: when it happens). Without it, a fault stays and a crash is immediate.</param>
    public void Set(FaultKind kind, double value, TimeSpan? duration)
    {
        var length = kind == FaultKind.Crash ? duration ?? TimeSpan.Zero : duration;
        active[kind] = new ActiveFault(value, clock.GetUtcNow() + length);
    }

    public void Clear(FaultKind kind) => active.TryRemove(kind, out _);

    public void ClearAll() => active.Clear();

    public IEnumerable<(FaultKind Kind, double Value, DateTimeOffset? Until)> Current() =>
        active.Where(entry => entry.Key == FaultKind.Crash || IsOn(entry.Key))
            .OrderBy(entry => entry.Key)
            .Select(entry => (entry.Key, entry.Value.Value, entry.Value.Until));

    private sealed record ActiveFault(double Value, DateTimeOffset? Until);
}
