using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>How often a signal of a workload was judged how, and its course.</summary>
internal sealed class SignalTally(EffectiveSignal signal, DateTimeOffset from, DateTimeOffset to)
{
    private readonly int[] _counts = new int[4];

    public EffectiveSignal Signal { get; } = signal;

    public Trace Trace { get; } = new(from, to);

    /// <summary>Why it could not be measured, as it was said last.</summary>
    public string? Unknown { get; private set; }

    public int Total => _counts.Sum();

    public int Of(SignalState state) => _counts[(int)state];

    public void Add(DateTimeOffset time, SignalReading reading)
    {
        _counts[(int)reading.State]++;
        Unknown = reading.State == SignalState.Unknown ? reading.Message : Unknown;
        Trace.Add(time, reading.State == SignalState.Unknown ? null : reading.Value, reading.Expected);
    }
}
