using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Baselines;
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
        && (signal.IsAlert || (reading.Policy.Signals.FirstOrDefault(one => one.Name == signal.Signal) is { } rule && !(rule.HasThreshold ? IsFarBeyond(signal.Value, rule) : IsFarOff(signal, rule))));

    /// <summary>
    /// Where no threshold tells: what is critically unlike the usual, and twice of what it takes where that is critical itself (sensitivity Low); a trend's limit that is reached. What has no value is not held
    /// either.
    /// </summary>
    private static bool IsFarOff(SignalReading signal, EffectiveSignal rule) =>
        signal.Value is null || signal.TimeLeft <= TimeSpan.Zero
        || (rule.Baseline is { } baseline && signal.Expected?.Sigma >= (baseline.Sensitivity == BaselineSensitivity.Low ? 2 : 1) * Sigmas.Critical);

    /// <summary>Twice the threshold; of a share, which ends at 1, at most half of the way up there.</summary>
    private static bool IsFarBeyond(double? value, EffectiveSignal rule)
    {
        var isShare = rule.Kind is SignalKind.ErrorRatio or SignalKind.CpuSaturation or SignalKind.CpuThrottling or SignalKind.MemorySaturation || (rule.TellsSaturation && rule.Threshold <= 1);
        return value is not { } seen || seen >= (isShare ? Math.Min(rule.Threshold * 2, (1 + rule.Threshold) / 2) : rule.Threshold * 2);
    }
}
