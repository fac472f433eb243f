using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Analysis;

/// <summary>What changed in the workload itself, and when, held against the onset.</summary>
public sealed class RolloutAnalyser : IAnalyser
{
    /// <summary>A release this long before the onset is still the first suspect.</summary>
    private static readonly TimeSpan Close = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Distant = TimeSpan.FromHours(1);

    /// <summary>Of a release that has yet to show what it can do.</summary>
    private const double Fresh = 0.75;

    /// <summary>Of one that has, that came out longer ago, or that changed nothing that runs: by series alone it is not rolled back.</summary>
    private const double Weak = 0.4;

    /// <summary>How many changes are told besides the images.</summary>
    private const int MostChanges = 6;

    /// <summary>Clocks of the API server and of Prometheus differ, and so do the times at which they look.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(15);

    public void Analyse(EvidenceBundle bundle, Case @case)
    {
        var subject = Analysers.ReleaseOf(bundle);
        var workload = bundle.Workload;
        @case.Consider(Cause.BadRelease, subject);
        var before = bundle.OnsetAt - workload.RolloutStartedAt;
        var reference = $"{workload.Key.Reference} revision {workload.CurrentRevision?.Number}";
        if (workload.Previous is not { } previous)
        {
            var only = @case.Find(EvidenceKind.Change, "rollout", workload.RolloutStartedAt, 0.5, "the workload has never run another revision", reference);
            @case.Against(Cause.BadRelease, subject, only, 0.3);
            return;
        }

        if (before < -ClockSlack)
        {
            var later = @case.Find(EvidenceKind.Change, "rollout", workload.RolloutStartedAt, 0.9,
                $"the release began {Quantities.Format(-before)} after the trouble", reference);
            @case.Against(Cause.BadRelease, subject, later);
            return;
        }

        var isProven = Proof.IsGiven(bundle) && !Proof.NeedsTime(bundle);
        if (before <= Distant && isProven && Settled.IsRelease(bundle))
        {
            var settled = @case.Find(EvidenceKind.Change, "rollout", workload.RolloutStartedAt, 0.6,
                $"the release began {Quantities.Format(before)} before the trouble, proved itself, and served well for as long again", reference);
            @case.Against(Cause.BadRelease, subject, settled);
        }
        else if (before <= Distant)
        {
            var finding = @case.Find(EvidenceKind.Change, "rollout", workload.RolloutStartedAt, before <= Close && !isProven && !Cosmetic.IsRelease(bundle) ? Fresh : Weak,
                $"the release began {Quantities.Format(before)} before the trouble{(isProven ? " and had proved itself" : "")}; {Change(previous.Facts.Images, workload.Current.Images, bundle.TemplateChanges)}", reference);
            @case.For(Cause.BadRelease, subject, finding);
        }
        else
        {
            var old = @case.Find(EvidenceKind.Change, "rollout", workload.RolloutStartedAt, 0.6,
                $"the running release is {Quantities.Format(before)} older than the trouble", reference);
            @case.Against(Cause.BadRelease, subject, old);
        }
    }

    private static string Change(string oldImages, string newImages, IReadOnlyList<string>? changes)
    {
        var others = (changes ?? []).Where(change => !change.Contains("].image from ", StringComparison.Ordinal)).ToList();
        var told = string.Join(", ", others.Take(MostChanges)) + (others.Count > MostChanges ? $" and {others.Count - MostChanges} more" : "");
        return (oldImages == newImages, others.Count > 0) switch
        {
            (true, true) => $"the images stayed the same ({newImages}); {told}",
            (true, false) => $"the images stayed the same ({newImages}), other parts of the template changed",
            (false, true) => $"images changed from {oldImages} to {newImages}; {told}",
            (false, false) => $"images changed from {oldImages} to {newImages}",
        };
    }
}
