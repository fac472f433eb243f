using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Verification;

/// <summary>How long it may take until it is known whether an action helped. A rollout that gets on is given time, and is measured all the same once it is over. Pure.</summary>
internal static class VerificationTime
{
    /// <summary>A rollout that takes longer than so many times the policy's time is a person's matter.</summary>
    private const int MostOfRollout = 4;

    /// <summary>For how long it could be seen whether the action helped: since it was accepted, without the time in which nobody looked.</summary>
    public static TimeSpan Watched(ActionRecord action, DateTimeOffset now) => now - (action.AppliedAt ?? now) - TimeSpan.FromSeconds(action.UnwatchedSeconds ?? 0);

    /// <summary>The policy's time, and once a rollout is over as long again as the policy's own queries look back on what was before it.</summary>
    public static TimeSpan Of(ActionRecord action, EffectivePolicy policy) => policy.VerificationTimeout + (action.RolledOutAt is null ? TimeSpan.Zero : QueryProof.LongestRange(policy));

    /// <summary>Whether it is up: counted from when the action was accepted, or from the end of a rollout that took longer than that; and not while a rollout gets on.</summary>
    public static bool IsUp(ActionRecord action, EffectivePolicy policy, WorkloadSnapshot workload, DateTimeOffset now)
    {
        var (watched, time) = (Watched(action, now), Of(action, policy));
        if (watched < time)
        {
            return false;
        }

        if (!workload.RolloutComplete)
        {
            return !GetsOn(action, policy, workload, now) || watched >= policy.VerificationTimeout * MostOfRollout;
        }

        var rollout = action.RolledOutAt - action.AppliedAt ?? TimeSpan.Zero;
        return rollout < policy.VerificationTimeout || watched - rollout >= time;
    }

    /// <summary>
    /// Whether a rollout under way gets on: a pod of what it leads to has become ready within the time that a rollout may stand still, or has to stay ready for still before the rollout goes on.
    /// </summary>
    public static bool GetsOn(ActionRecord action, EffectivePolicy policy, WorkloadSnapshot workload, DateTimeOffset now) =>
        !workload.RolloutComplete && workload.PodsOf(action.ToRevision).Any(pod => pod.Serving && now - pod.ReadyChangedAt < (policy.RolloutDeadline ?? StartTime.Allowed(workload)) + workload.MinReady);
}
