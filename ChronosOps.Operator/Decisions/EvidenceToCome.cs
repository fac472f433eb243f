using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;

namespace ChronosOps.Operator.Decisions;

/// <summary>
/// What will tell more within minutes of the onset, so that a doubt is not the last word on what the policy could do: how full something is, by a signal that looks back further than the trouble lasts,
/// and which pod is ill, where pods have yet to answer enough requests to be compared. Pure.
/// </summary>
public static class EvidenceToCome
{
    /// <summary>Nobody is kept waiting for longer after the onset.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <summary>What it is worth waiting for; null where there is nothing, or not any more.</summary>
    public static string? Of(EvidenceBundle bundle, EffectivePolicy policy)
    {
        var since = bundle.CollectedAt - bundle.OnsetAt;
        return since >= Longest ? null : Saturation(bundle, policy, since) ?? Pods(bundle, policy);
    }

    private static string? Saturation(EvidenceBundle bundle, EffectivePolicy policy, TimeSpan since)
    {
        if (!policy.Ladder.Contains(RemediationAction.Scale) || !LoadAnalyser.HasRisen(bundle) || bundle.Firing.Any(signal => signal.IsSaturation))
        {
            return null;
        }

        var late = policy.Signals.Where(signal => signal.IsSaturation && since < signal.Window + signal.For && bundle.Signals.Any(reading => reading.Signal == signal.Name && reading.State is SignalState.Healthy or SignalState.Pending))
            .MinBy(signal => signal.Window + signal.For);
        return late is null ? null : $"whether anything is full: {late.Name} looks back on {Quantities.Format(late.Window + late.For)}, and the trouble lasts for {Quantities.Format(since)}";
    }

    private static string? Pods(EvidenceBundle bundle, EffectivePolicy policy) =>
        policy.Ladder.Contains(RemediationAction.Restart) && Settled.IsRelease(bundle) && PodComparison.IsShortOfRequests(bundle)
            ? "whether one pod alone is ill: they have yet to answer enough requests to be compared" : null;
}
