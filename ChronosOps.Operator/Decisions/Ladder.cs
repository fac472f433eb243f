using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions;

/// <summary>The next step, or why there is none.</summary>
/// <param name="Step">The step; null when no rung can help.</param>
/// <param name="Reason">Why there is none, in one CamelCase word.</param>
/// <param name="Message">Why this step, or why none.</param>
/// <param name="PassedOver">The policy's rungs that cannot help, and why; empty where all can.</param>
public sealed record LadderChoice(ProposedStep? Step, string Reason, string Message, string PassedOver = "");

/// <summary>Climbs from safe to strong. A rung that cannot help for the cause, or was tried in this incident, is passed over. Pure.</summary>
public static class Ladder
{
    /// <summary>Chooses the next rung.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="bundle">The evidence.</param>
    /// <param name="diagnosis">What it was taken for.</param>
    /// <param name="done">The actions of the incident so far.</param>
    public static LadderChoice Next(EffectivePolicy policy, EvidenceBundle bundle, Diagnosis diagnosis, IReadOnlyList<ActionRecord> done)
    {
        if (bundle.Workload.IsBatch)
        {
            var found = diagnosis.Accepted is { } one ? $"{one.Cause}: {one.Subject}" : "the cause is unknown";
            return new LadderChoice(null, "KindNotActedOn", $"{found}; a {bundle.Workload.Key.Kind} is explained, and never acted on");
        }

        if (diagnosis.Accepted is not { } accepted)
        {
            if (OnlyRevision(bundle, diagnosis) is { } only)
            {
                return only;
            }

            var best = diagnosis.Hypotheses.Count > 0 ? $"the best guess is {diagnosis.Hypotheses[0].Cause} with {Quantities.Format(diagnosis.Hypotheses[0].Confidence)}" : "nothing was found";
            return new LadderChoice(null, "CauseUnknown", $"the cause is unknown: {best}");
        }

        if (policy.Ladder.Count == 0)
        {
            return new LadderChoice(null, "EmptyLadder", "the policy allows no action");
        }

        var helpful = policy.Ladder.Where(action => Rungs.Helps(action, accepted.Cause)).ToList();
        var useless = string.Join("; ", policy.Ladder.Except(helpful).Select(action => $"never {action}: {Rungs.WhyNot(action, accepted.Cause)}"));
        if (helpful.Count == 0)
        {
            return new LadderChoice(null, "NoRungHelps", $"no action of the policy helps against {accepted.Cause}: {accepted.Subject}; {useless}{Offer(bundle, accepted)}");
        }

        var next = helpful.Select(action => Step(action, policy, bundle, accepted.Cause, done)).FirstOrDefault(step => step is not null);
        return next is not null
            ? new LadderChoice(next, "Chosen", $"{next.Action} is the first untried step that helps against {accepted.Cause}", useless)
            : new LadderChoice(null, "LadderExhausted", $"{string.Join(", ", helpful)} was tried and did not last");
    }

    /// <summary>
    /// The step; null where it was taken and cannot be taken further: more replicas may help where some more did not suffice, and an ill node may have more pods.
    /// </summary>
    private static ProposedStep? Step(RemediationAction action, EffectivePolicy policy, EvidenceBundle bundle, Cause cause, IReadOnlyList<ActionRecord> done)
    {
        var isFurther = done.Any(one => one.Action == action.ToString() && one.State != ActionState.Refused);
        return action switch
        {
            RemediationAction.Rollback => isFurther ? null : new ProposedStep(action, Target(bundle)),
            RemediationAction.Restart => RestartTarget.Step(bundle, cause, done, isFurther),
            RemediationAction.Scale => isFurther && bundle.Workload.Replicas >= policy.MaxReplicas ? null : new ProposedStep(action, null, Replicas: ScaleTarget.Of(bundle, policy, BorrowedReplicas.Of(done))),
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "no such action"),
        };
    }

    /// <summary>What a person can put back; empty where nothing is known of what was there before.</summary>
    private static string Offer(EvidenceBundle bundle, Hypothesis accepted) =>
        accepted.Cause == Cause.BadConfiguration && bundle.Configs.FirstOrDefault(config => config.Subject == accepted.Subject)?.Kept is { CanBeRestored: true } kept
            ? $"; what it held before is kept: {kept.Restore} (with --yes it is put back)"
            : "";

    /// <summary>A release that nothing can be compared with or returned to: that is worth saying by name.</summary>
    private static LadderChoice? OnlyRevision(EvidenceBundle bundle, Diagnosis diagnosis)
    {
        if (diagnosis.Hypotheses.Count == 0 || diagnosis.Hypotheses[0].Cause != Cause.BadRelease || bundle.Workload.Previous is not null)
        {
            return null;
        }

        return bundle.Workload.Revisions.Any(revision => revision.Holders.Count > 1)
            ? new LadderChoice(null, "SameTemplate", "every kept revision has the same template; going back changes nothing")
            : new LadderChoice(null, "NoHistory", "no earlier revision is kept (revisionHistoryLimit, or the workload is new)");
    }

    /// <summary>The newest kept revision that is known good and is not the current one.</summary>
    private static Workloads.RevisionSnapshot? Target(EvidenceBundle bundle) =>
        (from good in bundle.KnownGood
         orderby good.LastGoodAt descending
         let revision = bundle.Workload.Revision(good.Revision)
         where revision is not null && revision.Hash != bundle.Workload.Current.Revision
         select revision).FirstOrDefault();
}
