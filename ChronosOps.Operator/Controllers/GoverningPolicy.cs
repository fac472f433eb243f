using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Controllers;

/// <summary>Which policy governs an incident: the one that governs its workload, now. A change is written down, so that the status names the policy that is in force.</summary>
public static class GoverningPolicy
{
    /// <summary>
    /// The policy in force, given the one that governs the workload; null where there is none. A person's policyRef guards against another policy
    /// taking over, and goes on doing so when the incident was taken up.
    /// </summary>
    public static EffectivePolicy? Of(Incident incident, EffectivePolicy? ofWorkload) =>
        incident is { Spec: { Source: IncidentSource.Person, PolicyRef: { } reference }, Status.Policy: not null } && reference.Name != ofWorkload?.Name ? null : ofWorkload;

    /// <summary>Notes where another policy governs than the status says. No decision rests on it yet, and so there is no generation of one.</summary>
    public static void Note(IncidentContext context)
    {
        if (context is not { Status.Policy: { } before, Policy: { } now } || now.Name == before)
        {
            return;
        }

        (context.Status.Policy, context.Status.PolicyGeneration) = (now.Name, null);
        Bounded.Add(context.Status, context.Status.Timeline, StatusLimits.Timeline, new TimelineRecord
        {
            Time = context.Now,
            Phase = context.Status.Phase,
            Reason = "PolicyReplaced",
            Message = Bounded.Sentence($"policy {now.Name} governs the workload now, instead of {before}"),
        });
    }
}
