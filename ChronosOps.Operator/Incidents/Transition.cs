using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Incidents;

/// <summary>Something that happened, with the reason that people read.</summary>
/// <param name="Trigger">What happened.</param>
/// <param name="Reason">Why, in one CamelCase word.</param>
/// <param name="Message">Why, in a sentence.</param>
public sealed record Happening(Trigger Trigger, string Reason, string Message);

/// <summary>The one place where an incident changes its phase. Pure but for the status that it is given to change.</summary>
public static class Transition
{
    /// <summary>Applies what happened to the status: phase, conditions, times and timeline.</summary>
    /// <exception cref="InvalidOperationException">The phase table has no such row.</exception>
    public static void Apply(IncidentStatus status, Happening happening, long? generation, DateTimeOffset now)
    {
        var to = PhaseTable.Next(status.Phase, happening.Trigger)
            ?? throw new InvalidOperationException($"{happening.Trigger} cannot happen in phase {status.Phase?.ToString() ?? "(none)"}");
        status.ObservedGeneration = generation;
        status.Phase = to;
        status.Reason = happening.Reason;
        status.Message = Bounded.Sentence(happening.Message);
        Bounded.Add(status, status.Timeline, StatusLimits.Timeline, new TimelineRecord
        {
            Time = now,
            Phase = to,
            Reason = happening.Reason,
            Message = Bounded.Sentence(happening.Message),
        });
        SetTimes(status, happening.Trigger, to, now);
        SetConditions(status, to, generation, now);
    }

    private static void SetTimes(IncidentStatus status, Trigger trigger, IncidentPhase to, DateTimeOffset now)
    {
        var onset = status.OnsetAt ?? status.DetectedAt ?? now;
        if (to == IncidentPhase.Observing)
        {
            status.DetectedAt ??= now;
            status.TimeToDetect = Quantities.Format(status.DetectedAt.Value - onset);
        }

        // It was mitigated before, by what is handed back now, or by nothing that was done.
        if (to == IncidentPhase.Mitigated && trigger is not (Trigger.HandedBack or Trigger.RecoveredOwing))
        {
            status.MitigatedAt = now;
            status.TimeToMitigate = Quantities.Format(now - onset);
        }

        if (PhaseTable.IsEnd(to))
        {
            status.EndedAt = now;
        }
    }

    /// <summary>Ready, Reconciling and Stalled follow kstatus: Stalled tells Argo CD and Flux that a person must look.</summary>
    private static void SetConditions(IncidentStatus status, IncidentPhase to, long? generation, DateTimeOffset now)
    {
        var over = PhaseTable.IsEnd(to) || to == IncidentPhase.Mitigated;
        var stalled = to is IncidentPhase.Escalated or IncidentPhase.Failed;
        Set("Ready", over && !stalled);
        Set("Reconciling", !over && !stalled);
        Set("Stalled", stalled);
        if (status.Cause is { } cause)
        {
            Write("Diagnosed", "True", cause, Bounded.Sentence(status.Hypotheses.FirstOrDefault(h => h.Verdict == "Accepted")?.Subject ?? "no cause was accepted"));
        }
        else
        {
            Keep("Diagnosed", false);
        }

        var handsBack = to is IncidentPhase.Acting or IncidentPhase.Verifying && status.Actions.LastOrDefault()?.IsReturn == true;
        Keep("Mitigated", handsBack || to is IncidentPhase.Mitigated or IncidentPhase.Resolved);
        Keep("Resolved", to == IncidentPhase.Resolved);

        void Set(string type, bool value) => Write(type, value ? "True" : "False", status.Reason ?? "Unknown", status.Message ?? "");

        // It goes on saying what made it so.
        void Keep(string type, bool value)
        {
            var known = status.Conditions.GetCondition(type);
            if (known is null || known.Status != (value ? "True" : "False"))
            {
                Set(type, value);
            }
            else
            {
                known.ObservedGeneration = generation;
            }
        }

        void Write(string type, string value, string reason, string message) => status.Conditions.SetCondition(type, value, reason, message, generation, now);
    }
}
