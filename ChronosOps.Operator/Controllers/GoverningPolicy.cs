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

    /// <summary>
    /// Notes where another policy governs than the status says, or none. No decision rests on it yet, and so there is no generation of one; nor is there where one governs again after none did.
    /// </summary>
    public static void Note(IncidentContext context)
    {
        var status = context.Status;
        if (context.Policy is not { } now)
        {
            status.PolicyGoneAt = context.Workload is null || status.Policy is null ? null : status.PolicyGoneAt ?? context.Now;
            return;
        }

        if (status.PolicyGoneAt is not null)
        {
            (status.PolicyGoneAt, status.PolicyGeneration) = (null, null);
        }

        if (status.Policy is not { } before || (now.Name == before && (status.PolicyUid ?? now.Uid) == now.Uid))
        {
            return;
        }

        (status.Policy, status.PolicyUid, status.PolicyGeneration) = (now.Name, now.Uid, null);
        Bounded.Add(status, status.Timeline, StatusLimits.Timeline, new TimelineRecord
        {
            Time = context.Now,
            Phase = status.Phase,
            Reason = "PolicyReplaced",
            Message = Bounded.Sentence(now.Name == before ? $"policy {now.Name} was made anew" : $"policy {now.Name} governs the workload now, instead of {before}"),
        });
    }

    /// <summary>Notes under which policy an incident was assessed, or taken up.</summary>
    public static void Remember(IncidentStatus status, EffectivePolicy policy) => (status.PolicyUid, status.PolicyGeneration) = (policy.Uid, policy.Generation);
}
