using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers;

/// <summary>
/// Trouble of a release that came out after an incident of missing pods had escalated. Pods that are missing say nothing of how those serve that are there, and the revision before served well: what is new is
/// judged by its own onset. Where anything else had fired before the release, what ran was not known to be well; and where anything was done, it may be our own doing. That is left to a person. Pure.
/// </summary>
internal static class LaterTrouble
{
    /// <summary>The reason, and that of the note in the timeline before it is confirmed.</summary>
    public const string Reason = "ReleaseFellIll";

    /// <summary>Clocks of the API server and of Prometheus differ, and so do the times at which they look.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(15);

    /// <summary>
    /// What fires of such a release, the first to begin first; null where nothing does. A release that has run for as long as a proof takes would have proved itself without the missing pods: that is left to a person.
    /// </summary>
    /// <param name="status">The escalated incident, the signals of this evaluation noted.</param>
    /// <param name="reading">The newest evaluation.</param>
    public static SignalReading? Of(IncidentStatus status, WorkloadReading reading)
    {
        var (current, released) = (reading.Workload.Current.Revision, reading.Workload.RolloutStartedAt);
        return IsOfMissingPods(status) && status.Suspect?.Hash is { } judged && judged != current
            && !status.Actions.Exists(action => action.State != ActionState.Refused)
            && status.Signals.TrueForAll(signal => signal.Name == PodSigns.RolloutNotProgressing || signal.FirstSeen >= released - ClockSlack)
                ? reading.Firing
                    .Where(signal => signal is { IsAlert: false, Signal: not PodSigns.RolloutNotProgressing } && signal.Revision == current
                        && signal.Since >= released - ClockSlack && signal.Since < released + reading.Policy.KnownGoodDuration)
                    .MinBy(signal => signal.Since)
                : null;
    }

    /// <summary>Whether the incident was taken up anew for such trouble, and nothing had been done by then.</summary>
    public static bool IsIn(IncidentStatus status) =>
        status.RecurredAt is { } since && !status.Actions.Exists(action => action.State != ActionState.Refused && !(action.PlannedAt > since));

    /// <summary>The onset that the evidence is held against. Once only pods are missing again, that is the trouble, and it began when they did; null where it is not known.</summary>
    public static DateTimeOffset? OnsetOf(IncidentStatus status, WorkloadReading reading)
    {
        var firing = reading.Firing.Where(signal => !signal.IsAlert).ToList();
        return IsIn(status) && firing.Count > 0 && firing.TrueForAll(one => status.Signals.Exists(signal => signal.Name == one.Signal && signal.FirstSeen < status.RecurredAt))
            ? status.OnsetAt
            : status.RecurredAt ?? status.OnsetAt;
    }

    /// <summary>Since when it has been noted that the trouble is there, as long as it lasts without a pause. The first look writes the note.</summary>
    public static DateTimeOffset Noted(IncidentStatus status, WorkloadReading reading, SignalReading trouble)
    {
        var note = status.Timeline.LastOrDefault(record => record.Reason == Reason && record.Time >= reading.Workload.RolloutStartedAt);
        if (note is null)
        {
            note = new TimelineRecord { Phase = status.Phase, Reason = Reason };
            Bounded.Add(status, status.Timeline, StatusLimits.Timeline, note);
        }

        if (!(note.Time >= trouble.Since))
        {
            (note.Time, note.Message) = (reading.Time, Bounded.Sentence($"revision {reading.Workload.Current.Revision}, released since: {trouble.Signal}: {trouble.Message}"));
        }

        return note.Time!.Value;
    }

    private static bool IsOfMissingPods(IncidentStatus status) => status is { Reason: "NoRungHelps", Cause: nameof(Cause.Quota) or nameof(Cause.NoRoom) };
}
