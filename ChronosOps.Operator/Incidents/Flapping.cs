using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Incidents;

/// <summary>A signal that fires and recovers by itself again and again.</summary>
/// <param name="Signal">Its name.</param>
/// <param name="Times">How many incidents within the hour.</param>
/// <param name="Last">When the last of them ended.</param>
/// <param name="Hold">How long after that no further one is opened for it.</param>
public sealed record FlappingSignal(string Signal, int Times, DateTimeOffset Last, TimeSpan Hold)
{
    /// <summary>Until when none is.</summary>
    public DateTimeOffset Until => Last + Hold;
}

/// <summary>Finds signals that flap, from the incidents that exist: a restart changes nothing. Pure.</summary>
public static class Flapping
{
    /// <summary>Incidents that began earlier are forgotten.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromHours(1);
    private const int Often = 3;

    /// <summary>What lasted longer was no flap.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstHold = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(30);

    /// <summary>The signals of a workload that flap.</summary>
    /// <param name="incidents">Incidents of the workload, or of others as well.</param>
    /// <param name="workloadUid">The workload.</param>
    /// <param name="revision">The revision that runs: another one has done nothing of it yet.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<FlappingSignal> Of(IEnumerable<Incident> incidents, string workloadUid, string revision, DateTimeOffset now) =>
    [
        .. from incident in incidents
           where Counts(incident, now) && incident.Status!.WorkloadUid == workloadUid && incident.Status.Suspect?.Hash == revision
           from signal in incident.Status!.Signals
           group incident.Status!.EndedAt!.Value by signal.Name into same
           let times = same.Count()
           where times >= Often
           orderby same.Key
           select new FlappingSignal(same.Key, times, same.Max(), HoldAfter(times)),
    ];

    /// <summary>Whether an incident was a flap: within the hour it began, and was soon over without anything having been done.</summary>
    public static bool Counts(Incident incident, DateTimeOffset now) =>
        incident.Status is { Phase: IncidentPhase.Dismissed or IncidentPhase.Resolved, Reason: "RecoveredByItself" or "RecoveredAfterEscalation", DetectedAt: { } began, EndedAt: { } ended } status
        && now - began <= Within && ended - began <= Soon && status.Actions.TrueForAll(action => action.State == ActionState.Refused);

    /// <summary>Twice as long after each further one.</summary>
    private static TimeSpan HoldAfter(int times)
    {
        var hold = FirstHold * Math.Pow(2, Math.Min(times - Often, 10));
        return hold < LongestHold ? hold : LongestHold;
    }
}
