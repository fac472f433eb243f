using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>
/// Reads what is new of every signal that has a baseline or a trend: at first its whole history, a part each time, then a step at a time, and after a gap what was missed. One query for each kind of thing serves
/// the workloads of all namespaces. What was learnt is not kept anywhere; a new process reads the history again.
/// </summary>
/// <param name="sources">Where the series come from.</param>
/// <param name="board">Where it is told what was learnt.</param>
/// <param name="reader">Asks for many namespaces at once, and remembers how they have to be divided. Not that of the evaluations, which ask for less.</param>
public sealed class Learner(ISeriesSources sources, LearntBoard board, SpannedReader? reader = null)
{
    /// <summary>So many values are asked for at once, however many workloads there are: about a second of Prometheus' processor, and a few MiB.</summary>
    private const int MostValues = 200_000;

    /// <summary>So much is read at once of few series: far below the 11,000 points that Prometheus gives.</summary>
    private const int MostSteps = 1440;

    /// <summary>Rather fewer namespaces at once than fewer steps: Prometheus unpacks about 120 samples of a series even for one.</summary>
    private const int FewSteps = 120;

    private readonly SpannedReader _reader = reader ?? new SpannedReader();
    private readonly Dictionary<(WorkloadKey Workload, string Signal), LearntSignal> _learnt = [];

    /// <summary>Whether something but a baseline speaks against the release that a workload runs, so that what it changed is not taken for the usual. Where nothing is said, nothing does.</summary>
    public Func<WorkloadSnapshot, EffectivePolicy, bool> IsDoubted { get; init; } = (_, _) => false;

    /// <summary>Whether samples may come late, as they do live. What is long past has come.</summary>
    public bool WaitsForSamples { get; init; } = true;

    /// <summary>How far back the history is read of what a policy has learnt.</summary>
    public static TimeSpan DepthOf(EffectivePolicy policy) => policy.Signals.Where(signal => signal.IsLearnt).Select(LearntSignal.DepthOf).DefaultIfEmpty().Max();

    /// <summary>Learns what is new up to a time; of what is far behind the next part, so that a new policy's history does not hold up the others.</summary>
    /// <param name="watched">The workloads with the policy that governs each.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How it went. What could not be read is read the next time.</returns>
    public async Task<LearningRound> LearnAsync(
        IReadOnlyList<(WorkloadSnapshot Workload, EffectivePolicy Policy)> watched, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = (from pair in watched
                   from signal in pair.Policy.Signals
                   where signal.IsLearnt
                   select new Due(pair.Workload, pair.Policy, signal, Of(pair.Workload.Key, signal, pair.Policy.Origin))).ToList();
        var keys = due.Select(one => (one.Workload.Key, one.Signal.Name)).ToHashSet();
        foreach (var gone in _learnt.Keys.Where(key => !keys.Contains(key)).ToList())
        {
            _learnt.Remove(gone);
        }

        board.Keep(keys);
        var end = TimeGrid.Until(now, board.Step, 1)[0];
        var failures = new List<SeriesUnavailableException>();
        var isBehind = false;
        var settled = new Dictionary<SeriesOrigin, IReadOnlyDictionary<string, DateTimeOffset>>();
        foreach (var group in due.GroupBy(one => (one.Learnt.Origin, one.Asked, From: one.Learnt.ReadUntil ?? end - LearntSignal.DepthOf(one.Signal))).Where(group => group.Key.From < end))
        {
            var missing = (int)((end - group.Key.From) / board.Step);
            foreach (var batch in Batches(group, MostValues / Math.Min(missing, FewSteps)))
            {
                var steps = Math.Min(missing, StepsAtOnce(batch));
                if (WaitsForSamples && group.Key.From + (board.Step * steps) > end - SettledSteps.LongestWait && !settled.ContainsKey(group.Key.Origin))
                {
                    settled[group.Key.Origin] = await SettledAsync(group.Key.Origin, due, end, now, cancellationToken).ConfigureAwait(false);
                }

                var failed = await ReadOnAsync(
                    group.Key.Origin, group.Key.Asked, batch, group.Key.From, steps, steps == missing, settled.GetValueOrDefault(group.Key.Origin), now, cancellationToken).ConfigureAwait(false);
                failures.AddRange(failed.Values.Distinct());
                isBehind |= steps < missing && batch.Exists(one => !failed.ContainsKey(one.Namespace));
            }
        }

        return new LearningRound(isBehind, failures);
    }

    private LearntSignal Of(WorkloadKey workload, EffectiveSignal signal, SeriesOrigin origin)
    {
        if (!_learnt.TryGetValue((workload, signal.Name), out var learnt) || !learnt.Signal.LearnsAs(signal) || learnt.Origin != origin)
        {
            board.Forget(workload, signal.Name);
            _learnt[(workload, signal.Name)] = learnt = new LearntSignal(signal, origin);
        }

        return learnt;
    }

    /// <summary>What is asked together, in as many parts as it has too many series; a namespace is not divided.</summary>
    private static IEnumerable<List<Due>> Batches(IEnumerable<Due> group, int mostSeries)
    {
        var (batch, series) = (new List<Due>(), 0);
        foreach (var same in group.GroupBy(one => one.Namespace).OrderBy(same => same.Key, StringComparer.Ordinal))
        {
            var more = same.Sum(one => one.Series);
            if (batch.Count > 0 && series + more > mostSeries)
            {
                yield return batch;
                (batch, series) = ([], 0);
            }

            batch.AddRange(same);
            series += more;
        }

        yield return batch;
    }

    private static int StepsAtOnce(List<Due> batch) => Math.Min(Math.Clamp(MostValues / batch.Sum(one => one.Series), 1, MostSteps), batch.Min(one => one.Learnt.MostSteps));

    private Task<IReadOnlyDictionary<string, DateTimeOffset>> SettledAsync(SeriesOrigin origin, List<Due> due, DateTimeOffset end, DateTimeOffset now, CancellationToken ct) => SettledSteps.ReadAsync(
        sources.Of(origin), origin, _reader, [.. due.Where(one => one.Learnt.Origin == origin).Select(one => one.Namespace).Distinct()], end, board.Step, now, ct);

    private Release ReleaseOf(Due one) => new(one.Workload.RolloutStartedAt, one.Workload.RolloutComplete && !IsDoubted(one.Workload, one.Policy), one.Signal.Threshold);

    /// <summary>Reads the next steps.</summary>
    /// <returns>Why nothing was read of some namespaces.</returns>
    private async Task<IReadOnlyDictionary<string, SeriesUnavailableException>> ReadOnAsync(
        SeriesOrigin origin, Asked asked, List<Due> batch, DateTimeOffset start, int steps, bool isLast, IReadOnlyDictionary<string, DateTimeOffset>? settled, DateTimeOffset now, CancellationToken ct)
    {
        var grid = TimeGrid.Until(start + (board.Step * steps), board.Step, steps + 1);
        var answer = await new PastRound(sources.Of(origin), origin, _reader, grid, now).AskAsync(asked, batch, ct).ConfigureAwait(false);
        foreach (var one in batch)
        {
            if (!answer.Failures.TryGetValue(one.Namespace, out var why))
            {
                one.Learnt.Read(answer.Points(one), settled?.TryGetValue(one.Namespace, out var last) == true && last < grid[^1] ? last : grid[^1], isLast, ReleaseOf(one));
                board.Publish(one.Workload.Key, one.Signal, one.Learnt.Readings());
            }
            else if (why.Reason is SeriesReasons.TooLarge or SeriesReasons.Timeout)
            {
                one.Learnt.AskForLess(steps);
            }
        }

        return answer.Failures;
    }
}

/// <summary>How a round of learning went.</summary>
/// <param name="IsBehind">Whether there is more history to be read at once.</param>
/// <param name="Failures">Why queries failed.</param>
public sealed record LearningRound(bool IsBehind, IReadOnlyList<SeriesUnavailableException> Failures);
