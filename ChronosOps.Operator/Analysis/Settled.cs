using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>Whether the running release is beyond suspicion by its age. Pure.</summary>
internal static class Settled
{
    /// <summary>Long enough, however long the proof took: that of an old release comes when the operator is installed.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(10);

    /// <summary>Whether the release had proved itself, and then served as long again or for ten minutes.</summary>
    public static bool IsRelease(EvidenceBundle bundle)
    {
        if (bundle.KnownGood.FirstOrDefault(good => good.Revision == bundle.Workload.Current.Revision)?.ProvenAt is not { } proven)
        {
            return false;
        }

        var (proof, since) = (proven - bundle.Workload.RolloutStartedAt, bundle.OnsetAt - proven);
        return since >= (proof < LongEnough ? proof : LongEnough);
    }
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
