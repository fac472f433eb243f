using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Which incidents must wait while the series cannot be read. What was seen in pod states alone needs no series.</summary>
public static class SeriesNeed
{
    /// <summary>Why the trouble of an incident cannot be measured now; null where it can, or where it was never seen in series.</summary>
    public static string? Unmet(IncidentStatus status, WorkloadReading reading) =>
        SeenInSeries(status, reading) ? reading.SeriesError ?? reading.RequestsError : null;

    /// <summary>
    /// Why it cannot be told now that an incident is over; null where it can. A policy's signals must be readable whatever the incident was seen in, and
    /// what was seen in series is not over because the policy has dropped the signal in the meantime.
    /// </summary>
    public static string? UnmetForTheEnd(IncidentStatus status, WorkloadReading reading) => reading.SeriesError ?? Unmet(status, reading);

    private static bool SeenInSeries(IncidentStatus status, WorkloadReading reading) =>
        status.Signals.Any(record => !reading.Signals.Any(one => one.Signal == record.Name && one.IsKubernetesSign));
}
