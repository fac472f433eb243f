using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>The namespace's quotas have room for the new pods, and for those of a rollout beside them.</summary>
public sealed class QuotaGate : IGate
{
    public string Name => "QuotaRoom";

    public GateVerdict Evaluate(GateContext context)
    {
        if (context.Bundle.Scaling is not { Needs: { } needs } scaling)
        {
            return GateVerdict.Deny("QuotaUnknown", "the quotas could not be read, or no pod tells what one asks for");
        }

        var pods = Added.Of(context);
        foreach (var quota in scaling.Quotas)
        {
            var taken = quota.TakenBy(needs) * pods;
            if (taken > 0 && !(quota.Left + 1e-6 >= taken))
            {
                return GateVerdict.Deny("QuotaTooSmall", quota.Left is { } left
                    ? $"quota {quota.Quota} has {left:0.###} of {quota.Resource} left, and {pods} more pods, the surge of a rollout included, take {taken:0.###}"
                    : $"what quota {quota.Quota} has left of {quota.Resource} could not be read");
            }
        }

        return GateVerdict.Allow(scaling.Quotas.Count == 0 ? "no quota" : $"the quotas have room for {pods} more pods");
    }
}

/// <summary>How many pods a step adds at most.</summary>
internal static class Added
{
    /// <summary>The new replicas, and those that a later rollout, a rollback among them, may make beyond all replicas.</summary>
    public static int Of(GateContext context)
    {
        var asked = context.Step.Replicas ?? context.Bundle.Workload.Replicas;
        var surge = context.Bundle.Workload.MaxSurge?.Scale(asked, roundUp: true) ?? 0;
        return Math.Max(0, asked - context.Bundle.Workload.Replicas) + surge;
    }
}
