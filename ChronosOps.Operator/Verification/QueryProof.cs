using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Verification;

/// <summary>
/// What the policy's own queries add to a check. They look back, and so go on telling of the time before, and of pods that have ended: what is said of pods of another revision than the target's is
/// none of it, and what names no pods finds fault only once all that it looks back on lies after the rollout. Pure.
/// </summary>
public static class QueryProof
{
    /// <summary>For so long Prometheus may show the last values of pods that are gone, or are still ending.</summary>
    private static readonly TimeSpan Lingering = TimeSpan.FromMinutes(2);

    /// <summary>A query that looks back longer tells too late what came of an action.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>What speaks against it, or cannot be told; null where every query is healthy.</summary>
    /// <param name="action">The action.</param>
    /// <param name="reading">The newest evaluation.</param>
    /// <param name="status">The incident's status.</param>
    /// <param name="texts">Takes what each of them says.</param>
    /// <param name="unmeasured">Takes those that were never measured of the workload, and why they are not.</param>
    public static Check? Look(ActionRecord action, WorkloadReading reading, IncidentStatus status, List<string> texts, List<(string Signal, string Why)> unmeasured)
    {
        foreach (var signal in Queries(reading.Policy))
        {
            var seen = reading.Of(signal.Name);
            if (seen is null or { State: SignalState.Unknown } && !EverMeasured.Is(signal.Name, reading, status))
            {
                unmeasured.Add((signal.Name, seen?.Message ?? "not judged"));
                continue;
            }

            // The same pods were measured before: what the query looks back on has to be after the step.
            if (action.ToReplicas is not null && reading.Time < action.RolledOutAt + signal.LookBack)
            {
                return new Check(CheckResult.Unknown, $"{signal.Name}: the {Quantities.Format(signal.LookBack)} that it looks back on still hold the time before");
            }

            if (seen is null or { State: SignalState.Unknown })
            {
                return new Check(CheckResult.Unknown, $"{signal.Name}: {seen?.Message ?? "not judged"}");
            }

            if (seen.Revision is { } revision && revision != action.ToRevision)
            {
                return new Check(CheckResult.Unknown, $"{signal.Name}: it tells of no pod of revision {action.ToRevision} yet");
            }

            // The pods before a restart are of the same revision.
            if (seen.State != SignalState.Healthy && (action.IsRollingRestart || (action.IsRollout && seen.Revision is null)) && reading.Time < action.RolledOutAt + signal.LookBack + Lingering)
            {
                return new Check(CheckResult.Unknown, $"{signal.Name}: {seen.Message}; that may still be of the pods before");
            }

            if (Verifier.NotUsual(signal, seen, action, reading, seen.MeasuredAt) is { } unhealthy)
            {
                return unhealthy;
            }

            texts.Add($"{signal.Name} {seen.Message}");
        }

        return null;
    }

    /// <summary>Until when all queries of the policy were measured; null where it has none.</summary>
    public static DateTimeOffset? MeasuredAt(WorkloadReading reading) => Queries(reading.Policy).Select(signal => reading.Of(signal.Name)?.MeasuredAt).Min();

    /// <summary>How much longer than others a policy has to wait, whose queries look back themselves; an hour at most.</summary>
    public static TimeSpan LongestRange(EffectivePolicy policy)
    {
        var longest = Queries(policy).Select(signal => signal.Range).DefaultIfEmpty().Max();
        return longest < LongestWait ? longest : LongestWait;
    }

    private static IEnumerable<EffectiveSignal> Queries(EffectivePolicy policy) => policy.Signals.Where(signal => !signal.CountsRequests);
}
