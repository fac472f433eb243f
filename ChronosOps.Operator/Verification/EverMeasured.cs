using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Verification;

/// <summary>
/// Whether a signal was ever measured of a workload. One that never was is not waited for, as it is not where a revision proves itself; one that was and is no longer is missing, and what is missing is
/// never taken for healthy. Pure.
/// </summary>
public static class EverMeasured
{
    /// <summary>
    /// Whether a signal is measured now, or was: while a revision proved itself, before an action of the incident, or as it fired in it. While series cannot be read none is known never to have been; and
    /// what no series tells, such as states of pods, always is.
    /// </summary>
    /// <param name="signal">The signal's name.</param>
    /// <param name="reading">The newest evaluation.</param>
    /// <param name="status">The incident's status.</param>
    public static bool Is(string signal, WorkloadReading reading, IncidentStatus status) =>
        reading.SeriesError is not null
        || reading.Policy.Signals.All(one => one.Name != signal)
        || reading.Measured.Contains(signal)
        || (reading.Of(signal) is { } seen && IsMeasured(seen))
        || status.Signals.Exists(record => record.Name == signal)
        || status.Actions.Exists(action => action.Before.Exists(measure => measure.Signal == signal));

    /// <summary>Whether it is measured now. What is beyond its limit in the grace is, too; what is judged by what is usual alone is not before that is known, whatever its value.</summary>
    public static bool IsMeasured(SignalReading seen) => seen.State != SignalState.Unknown || seen.Since is not null || (seen.Value is not null && seen.Learning is null);
}
