using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers;

/// <summary>Whether an incident is opened for what fires, or a signal that flaps is held down for a while. Pure.</summary>
public static class HoldDown
{
    /// <summary>Whether anything fires that is not held down.</summary>
    public static bool Opens(WorkloadReading reading, IReadOnlyList<FlappingSignal> flapping) =>
        reading.Firing.Any(signal => flapping.FirstOrDefault(one => one.Signal == signal.Signal) is not { } flaps || !IsHeld(reading, signal, flaps));

    /// <summary>Never where pods show it, where it has lasted as long as the hold itself, or where it is far beyond what is allowed. An alert has no value that could be.</summary>
    private static bool IsHeld(WorkloadReading reading, SignalReading signal, FlappingSignal flaps) =>
        !signal.IsKubernetesSign && reading.Time < flaps.Until && !(reading.Time - signal.Since >= flaps.Hold)
        && (signal.IsAlert || (reading.Policy.Signals.FirstOrDefault(one => one.Name == signal.Signal) is { } rule && !IsFarBeyond(signal.Value, rule)));

    /// <summary>Twice the threshold; of a share, which ends at 1, at most half of the way up there.</summary>
    private static bool IsFarBeyond(double? value, EffectiveSignal rule)
    {
        var isShare = rule.Kind is SignalKind.ErrorRatio or SignalKind.CpuSaturation or SignalKind.CpuThrottling or SignalKind.MemorySaturation || (rule.TellsSaturation && rule.Threshold <= 1);
        return value is not { } seen || seen >= (isShare ? Math.Min(rule.Threshold * 2, (1 + rule.Threshold) / 2) : rule.Threshold * 2);
    }
}
