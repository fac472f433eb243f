using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Verification;

namespace ChronosOps.Operator.Controllers.Phases;

/// <summary>Confirms that the trouble lasts: it must still be there two evaluations later. What goes away by itself is dismissed.</summary>
public sealed class ObservingPhase(TimeSpan interval) : IPhase
{
    private const int Confirmations = 2;

    /// <summary>How long a person's report is looked at before it is dismissed because nothing is wrong.</summary>
    private static readonly TimeSpan PersonPatience = TimeSpan.FromMinutes(1);

    /// <summary>How long it may stay unknown whether something is wrong before the evidence is looked at all the same.</summary>
    private static readonly TimeSpan LongestDoubt = TimeSpan.FromMinutes(10);

    /// <summary>For how long trouble is seen before it counts as lasting: two evaluations, which may be late by some.</summary>
    internal static TimeSpan LastsAfter(TimeSpan interval) => (interval * Confirmations) - (interval / 2);

    public Task<PhaseResult> RunAsync(IncidentContext context, CancellationToken cancellationToken) => Task.FromResult(Run(context));

    private PhaseResult Run(IncidentContext context)
    {
        if (context.Workload is null)
        {
            return PhaseResult.Go(Trigger.TargetGone, "WorkloadGone", "the workload is gone");
        }

        if (context.Policy is null)
        {
            return PhaseResult.Go(Trigger.TargetGone, "PolicyGone", "no valid policy governs the workload any more");
        }

        if (context.Reading is not { } reading || reading.Time < context.Entered)
        {
            return PhaseResult.Wait();
        }

        SignalNotes.Update(context.Status, reading, context.Now);
        var seenFor = reading.Time - context.Entered;
        var firing = reading.Firing.FirstOrDefault();
        if (firing is not null)
        {
            return seenFor >= LastsAfter(interval)
                ? PhaseResult.Go(Trigger.Confirmed, "Lasts", $"still there after {Quantities.Format(seenFor)}: {firing.Signal}: {firing.Message}")
                : PhaseResult.Wait();
        }

        var patience = context.Incident.Spec.Source == IncidentSource.Person ? PersonPatience : interval * (Confirmations + 1);
        if (seenFor >= patience && Recovery.IsComplete(reading, context.Status))
        {
            return PhaseResult.Go(Trigger.Recovered, "RecoveredByItself", "nothing fires any more, and nothing was done");
        }

        return seenFor >= LongestDoubt
            ? PhaseResult.Go(Trigger.Confirmed, "CannotBeMeasured", $"after {Quantities.Format(seenFor)} it is still unknown whether something is wrong")
            : PhaseResult.Wait();
    }
}

/// <summary>What counts as recovered: everything that was ever measured is, nothing is bad, something tells that it is over, and no rollout is under way.</summary>
public static class Recovery
{
    public static bool IsComplete(WorkloadReading reading, IncidentStatus status)
    {
        var others = reading.Signals.Where(signal => signal.State != SignalState.Healthy && !IsBeside(signal, status)).ToList();
        return reading.Workload.RolloutComplete
            && others.TrueForAll(signal => signal.State == SignalState.Unknown && !EverMeasured.Is(signal.Signal, reading, status))
            && (others.Count == 0 || reading.Signals.Any(signal => signal.State == SignalState.Healthy && Tells(signal, reading, status)));
    }

    /// <summary>Whether that a signal is well tells that the trouble is over: it was seen in it; or in none, and then whatever the policy measures tells.</summary>
    private static bool Tells(SignalReading signal, WorkloadReading reading, IncidentStatus status) => status.Signals.Count > 0
        ? status.Signals.Exists(record => record.Name == signal.Signal)
        : reading.Policy.Signals.Any(one => one.Name == signal.Signal);

    /// <summary>Services that may not be read any more hold up only an incident that was seen by them.</summary>
    private static bool IsBeside(SignalReading signal, IncidentStatus status) =>
        signal is { Signal: ServiceSigns.EndpointsMissing, State: SignalState.Unknown } && !status.Signals.Exists(record => record.Name == signal.Signal);

    /// <summary>What a recovery is: the end, or a watch where added replicas are still to be handed back.</summary>
    public static Trigger TriggerOf(IncidentStatus status) => BorrowedReplicas.Of(status.Actions) is null ? Trigger.Recovered : Trigger.RecoveredOwing;
}
