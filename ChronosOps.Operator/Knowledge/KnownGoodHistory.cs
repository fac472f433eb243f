using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Knowledge;

/// <summary>Finds revisions that served well in the series' history, for workloads of which nothing is remembered. Pure.</summary>
public static class KnownGoodHistory
{
    /// <summary>How far back the history is read.</summary>
    public static readonly TimeSpan Depth = TimeSpan.FromHours(1);

    private static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestStep = TimeSpan.FromMinutes(1);

    /// <summary>The distance of the points that are read: a quarter of what a revision has to serve for, from 15 seconds to a minute, since what it served before its first point and after its last is lost.</summary>
    /// <param name="policies">The policies whose workloads are read together, at least one: the shortest duration counts.</param>
    public static TimeSpan StepFor(IEnumerable<EffectivePolicy> policies) =>
        policies.Min(policy => policy.KnownGoodDuration) / 4 is var step && step < ShortestStep ? ShortestStep : step > LongestStep ? LongestStep : step;

    /// <summary>The revisions that served for long enough, with enough requests, and within every limit of the policy, each of them measured, newest first.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="traffic">Its traffic over the past.</param>
    /// <param name="suspects">Revisions that incidents have blamed: never taken for good.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<KnownGoodRevision> Read(
        WorkloadSnapshot workload, EffectivePolicy policy, WorkloadTraffic traffic, IReadOnlyCollection<string> suspects, DateTimeOffset now)
    {
        // What was not measured is not known to be good: the values of queries are not read back, nor is what was usual.
        if (policy.KnownGoodRequests == 0 || policy.Signals.Any(signal => !signal.CountsRequests || !signal.HasThreshold))
        {
            return [];
        }

        return [.. from revision in workload.Revisions
                   where !suspects.Contains(revision.Hash)
                   let steps = traffic.Of(revision.Hash).Where(step => step.Requests > 0).ToList()
                   where steps.Count > 0
                   let sum = TrafficStep.Sum(steps)
                   where sum.To - sum.From >= policy.KnownGoodDuration && sum.Requests >= policy.KnownGoodRequests
                   where policy.Signals.All(signal => TrafficJudge.Value(signal, sum) < signal.Threshold)
                   orderby sum.To descending
                   select new KnownGoodRevision
                   {
                       Revision = revision.Hash,
                       ProvenAt = now,
                       LastGoodAt = sum.To,
                       Source = KnownGoodSource.SeededFromHistory,
                       Measured = [.. policy.Signals.Select(signal => signal.Name)],
                   }];
    }
}
