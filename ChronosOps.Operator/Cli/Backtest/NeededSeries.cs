using System.Collections.Concurrent;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>A query that an evaluation makes.</summary>
/// <param name="Query">PromQL, bound to the namespace.</param>
/// <param name="Step">The distance of the points.</param>
/// <param name="Span">How far before the evaluation the first point lies.</param>
internal sealed record Need(string Query, TimeSpan Step, TimeSpan Span);

/// <summary>Learns what the evaluation of a policy reads by asking the evaluation itself, so that it need not be told here a second time.</summary>
internal sealed class NeededSeries : ISeriesSource
{
    private readonly ConcurrentBag<(string Query, DateTimeOffset Start, TimeSpan Step)> _asked = [];

    /// <summary>What an evaluation of the policy at a time reads.</summary>
    public static async Task<IReadOnlyList<Need>> OfAsync(EffectivePolicy policy, TimeSpan interval, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var recorder = new NeededSeries();
        var workload = new PastWorkload(new WorkloadKey(policy.WorkloadKind, policy.Namespace, policy.WorkloadName ?? "any"), at).Snapshot;
        await new Evaluation(recorder, interval).RunAsync(workload, policy, at, cancellationToken);
        var learnt = new NeededSeries();
        await new Learner(learnt, new LearntBoard(interval * OperatorHost.LearningSteps)) { WaitsForSamples = false }.LearnAsync([(workload, policy)], at, cancellationToken);
        return
        [
            .. from need in recorder._asked

                   // Another evaluation may lie a step later after a whole multiple of the step than this one.
                   .Select(asked => new Need(asked.Query, asked.Step, at - asked.Start + asked.Step))

                   // What was before the first evaluation is learnt from a history of its own; from then on a step at a time.
                   .Concat(learnt._asked.Select(asked => new Need(asked.Query, asked.Step, asked.Step * 3)))
               group need by (need.Query, need.Step) into same
               orderby same.Key.Query, same.Key.Step
               select same.MaxBy(need => need.Span)!,
        ];
    }

    public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        _asked.Add((query, start, step));
        return Task.FromResult<IReadOnlyList<Series>>([]);
    }
}
