using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Whether the running release is beyond suspicion by its age. Pure.</summary>
internal static class Settled
{
    /// <summary>Long enough, however long the proof took: that of an old release comes when the operator is installed.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(10);

    /// <summary>A first run that was so many times as long as the last one was of another kind.</summary>
    private const double NoLonger = 1.5;

    /// <summary>
    /// Whether the release had proved itself since it came out, and then served as long again or for ten minutes. Of one that had proved itself in an earlier rollout already it is not known when it did so
    /// again: it counts as if that had taken ten minutes. However quiet the pauses are between the ends of a container that ends again and again: that time is over with the first of them, and there was none
    /// where the first run was about as short as the last.
    /// </summary>
    public static bool IsRelease(EvidenceBundle bundle)
    {
        var began = bundle.Workload.RolloutStartedAt;
        if (bundle.KnownGood.FirstOrDefault(good => good.Revision == bundle.Workload.Current.Revision && good.LastGoodAt >= began) is not { } good)
        {
            return false;
        }

        // Since when containers crash is reckoned, and rather too far back; that all was well is seen.
        var seen = good.LastGoodAt > bundle.OnsetAt ? good.LastGoodAt : bundle.OnsetAt;
        var proven = good.ProvenAt >= began ? good.ProvenAt : began + LongEnough;
        var served = ServedUntil(bundle, proven) is { } until && until < seen ? until : seen;
        var (proof, since) = (proven - began, served - proven);
        return since >= (proof < LongEnough ? proof : LongEnough);
    }

    /// <summary>When a container of the release ended first that ends again and again; when its pod was made, where that was there for the proof and never ran for long. Null where none does.</summary>
    private static DateTimeOffset? ServedUntil(EvidenceBundle bundle, DateTimeOffset proven)
    {
        var ends = from pod in bundle.Workload.PodsOf(bundle.Workload.Current.Revision)
                   where !pod.Deleting
                   from container in pod.Containers
                   let first = PodSigns.FirstEnd(container, LongEnough, bundle.CollectedAt)
                   let run = container.TerminatedAt - container.RanSince
                   let isLikeTheLast = pod.CreatedAt <= proven && run < LongEnough && first - pod.CreatedAt < run * NoLonger
                   select isLikeTheLast ? pod.CreatedAt : first;
        return ends.Min();
    }
}

/// <summary>Whether the running release had shown what it can do before the trouble began. Pure.</summary>
internal static class Proof
{
    /// <summary>
    /// Whether it had proved itself since it came out: it had served without trouble for as long and as often as the policy asks of a revision to return to. What an earlier rollout of the same
    /// revision had shown is no proof of this one: what it needs may be gone since.
    /// </summary>
    public static bool IsGiven(EvidenceBundle bundle) => Of(bundle) is not null;

    /// <summary>The proof; null where there is none.</summary>
    public static GoodRevision? Of(EvidenceBundle bundle) =>
        bundle.KnownGood.FirstOrDefault(good => good.Revision == bundle.Workload.Current.Revision && good.ProvenAt <= bundle.OnsetAt && good.LastGoodAt >= bundle.Workload.RolloutStartedAt);

    /// <summary>Memory that grows, or that has run out, may take a release an hour to show: that it served well until then proves nothing.</summary>
    public static bool NeedsTime(EvidenceBundle bundle) =>
        bundle.Signals.Any(signal => signal.State == SignalState.Firing && (signal.TellsGrowth || signal.Signal == PodSigns.OutOfMemory));
}

/// <summary>Whether a new pod would start from where the ones that run did. Pure.</summary>
internal static class Unchanged
{
    /// <summary>Nothing that the revision refers to was written since the oldest of its pods was created. What could not be looked at counts as written.</summary>
    public static bool SincePodsBegan(EvidenceBundle bundle)
    {
        var began = bundle.Workload.PodsOf(bundle.Workload.Current.Revision).Where(pod => !pod.Deleting).Select(pod => pod.CreatedAt).ToList();
        return began.Count > 0 && bundle.Workload.Current.ConfigReferences.All(reference =>
            bundle.Configs.Any(config => (config.Reference.Kind, config.Reference.Name) == (reference.Kind, reference.Name) && config.ChangedAt <= began.Min()));
    }
}
