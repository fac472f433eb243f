using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Incidents;

/// <summary>Whether an incident speaks against the release that its workload runs, so that what the release changed is not to be learnt as the usual. Pure.</summary>
public static class ReleaseDoubt
{
    /// <summary>
    /// It does as long as it is not left to a person, where something was done in it, and where something fires that no baseline tells. An incident in which nothing else than a baseline fires, and in
    /// which the operator does not act, does not: a person was told, and nobody took the release back.
    /// </summary>
    /// <param name="open">The status of the workload's open incident; null where it has none yet.</param>
    /// <param name="policy">The policy that governs the workload.</param>
    public static bool IsIn(IncidentStatus? open, EffectivePolicy policy) =>
        open is not { Phase: IncidentPhase.Escalated, Actions.Count: 0 }
        || open.Signals.Exists(signal => signal.State == nameof(SignalState.Firing) && policy.Signals.FirstOrDefault(one => one.Name == signal.Name)?.Baseline is null);
}
