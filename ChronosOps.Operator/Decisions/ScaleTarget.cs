using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions;

/// <summary>How many replicas the load needs. Pure.</summary>
public static class ScaleTarget
{
    /// <summary>Where the load does not tell.</summary>
    private const double Growth = 1.5;

    /// <summary>So many at least may be added at once; else not more than there are, as a HorizontalPodAutoscaler does by default.</summary>
    private const int SmallStep = 4;

    /// <summary>
    /// As many as let each carry what it carried well before the trouble; half as many again where that is not known, or was not enough. Bounded by the policy and
    /// by what may be added at once.
    /// </summary>
    /// <returns>Null where no more may be asked for.</returns>
    public static int? Of(EvidenceBundle bundle, EffectivePolicy policy, BorrowedReplicas? borrowed)
    {
        var now = bundle.Workload.Replicas;
        var needed = bundle.Load is { } load && PerReplica(bundle, borrowed) is { } carried && carried > 0 ? (int)Math.Min(int.MaxValue, Math.Ceiling(load.Now / (carried * HandBack.Slack))) : 0;
        var wanted = needed > now ? needed : (int)Math.Ceiling(now * Growth);
        var target = Math.Min(Math.Min(wanted, now + Math.Max(now, SmallStep)), policy.MaxReplicas ?? 0);
        return target > now ? target : null;
    }

    /// <summary>Requests per second that a replica carried before the trouble, by the pods that were there then; null where that was not measured.</summary>
    public static double? PerReplica(EvidenceBundle bundle, BorrowedReplicas? borrowed) =>
        borrowed is not null ? borrowed.RequestsPerReplica
        : bundle.Load is { } load && bundle.Workload.Pods.Count(pod => pod.CreatedAt < bundle.OnsetAt && !pod.Deleting) is > 0 and var pods ? load.Before / pods
        : null;
}
