using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions;

/// <summary>The next step, or why there is none.</summary>
/// <param name="Step">The step; null when no rung can help.</param>
/// <param name="Reason">Why there is none, in one CamelCase word.</param>
/// <param name="Message">Why this step, or why none.</param>
public sealed record LadderChoice(ProposedStep? Step, string Reason, string Message);

/// <summary>Climbs from safe to strong. A rung that cannot help for the cause, or was tried in this incident, is passed over. Pure.</summary>
public static class Ladder
{
    /// <summary>The causes that each action can help against.</summary>
    private static readonly Dictionary<RemediationAction, Cause[]> Helps = new()
    {
        [RemediationAction.Rollback] = [Cause.BadRelease],
        [RemediationAction.Restart] = [Cause.PodFault],
    };

    /// <summary>Chooses the next rung.</summary>
    public static LadderChoice Next(EffectivePolicy policy, EvidenceBundle bundle, Diagnosis diagnosis, IReadOnlyCollection<string> tried)
    {
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

        var helpful = policy.Ladder.Where(action => Helps[action].Contains(accepted.Cause)).ToList();
        if (helpful.Count == 0)
        {
            return new LadderChoice(null, "NoRungHelps", $"no action of the policy helps against {accepted.Cause}: {accepted.Subject}");
        }

        var next = helpful.Where(action => !tried.Contains(action.ToString())).Select(action => (RemediationAction?)action).FirstOrDefault();
        return next is { } action
            ? new LadderChoice(Step(action, bundle), "Chosen", $"{action} is the first untried step that helps against {accepted.Cause}")
            : new LadderChoice(null, "LadderExhausted", $"{string.Join(", ", helpful)} was tried and did not last");
    }

    private static ProposedStep Step(RemediationAction action, EvidenceBundle bundle) => action switch
    {
        RemediationAction.Rollback => new ProposedStep(action, Target(bundle)),
        RemediationAction.Restart => new ProposedStep(action, null, Pod: IllPod.Find(bundle)),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "no such action"),
    };

    /// <summary>A release that nothing can be compared with or returned to: that is worth saying by name.</summary>
    private static LadderChoice? OnlyRevision(EvidenceBundle bundle, Diagnosis diagnosis)
    {
        if (diagnosis.Hypotheses.Count == 0 || diagnosis.Hypotheses[0].Cause != Cause.BadRelease || bundle.Workload.Revisions.Count > 1)
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
