using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>
/// Reads what is new of every signal that has a baseline or a trend: at first its whole history, a part each time, then a step at a time, and after a gap what was missed. One query for each kind of thing serves
/// the workloads of all namespaces. What was learnt is not kept anywhere; a new process reads the history again. All sources are read at once; of each what is read for everyone comes first, and then the policies'
/// own queries, each namespace's within a time.
/// </summary>
/// <param name="sources">Where the series come from.</param>
/// <param name="board">Where it is told what was learnt.</param>
/// <param name="reader">Asks for many namespaces at once, and remembers how they have to be divided. Not that of the evaluations, which ask for less.</param>
/// <param name="time">Tells how long own queries take; null: they may take as long as they do.</param>
public sealed class Learner(ISeriesSources sources, LearntBoard board, SpannedReader? reader = null, TimeProvider? time = null)
{
    /// <summary>So many values are asked for at once, however many workloads there are: about a second of Prometheus' processor, and a few MiB.</summary>
    private const int MostValues = 200_000;

    /// <summary>Of an own query, whose answers may be smaller.</summary>
    private const int MostOwnValues = MostValues / 2;

    /// <summary>So much is read at once of few series: far below the 11,000 points that Prometheus gives.</summary>
    private const int MostSteps = 1440;

    /// <summary>Rather fewer namespaces at once than fewer steps: Prometheus unpacks about 120 samples of a series even for one.</summary>
    private const int FewSteps = 120;

    private readonly SpannedReader _reader = reader ?? new SpannedReader();
    private readonly Dictionary<(WorkloadKey Workload, string Signal), LearntSignal> _learnt = [];
    private readonly OwnTurns _turns = new(time, board.Step);

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
        _turns.Begin(end);
        var groups = from one in due
                     let start = one.Learnt.ReadUntil ?? end - LearntSignal.DepthOf(one.Signal)
                     where start < end
                     group one by (one.Learnt.Origin, one.Asked, start) into same
                     select new Group(same.Key.Origin, same.Key.Asked, same.Key.start, [.. same]);
        var rounds = await Task.WhenAll(groups.ToList().GroupBy(group => group.Origin).Select(origin => ReadOriginAsync(origin.Key, [.. origin], end, now, cancellationToken))).ConfigureAwait(false);
        return new LearningRound(Array.Exists(rounds, round => round.IsBehind), [.. rounds.SelectMany(round => round.Failures)]);
    }

    /// <summary>What is read for everyone first: the guard of the source is that of everyone, and own queries may be slow.</summary>
    private async Task<LearningRound> ReadOriginAsync(SeriesOrigin origin, List<Group> groups, DateTimeOffset end, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var round = new Progress(() => SettledSteps.ReadAsync(
            sources.Of(origin), origin, _reader, [.. groups.SelectMany(group => group.Signals).Select(one => one.Namespace).Distinct()], end, board.Step, now, cancellationToken));
        foreach (var group in groups.Where(group => group.Asked.Query is null))
        {
            await ReadGroupAsync(group, end, round, now, cancellationToken).ConfigureAwait(false);
        }

        var own = groups.Where(group => group.Asked.Query is not null).GroupBy(group => group.Asked.Namespace!).OrderBy(same => same.Key, StringComparer.Ordinal).ToList();
        await _turns.ForEachAsync(origin, own, (group, ct) => ReadGroupAsync(group, end, round, now, ct), round.Fail, cancellationToken).ConfigureAwait(false);
        return round.Result();
    }

    private async Task ReadGroupAsync(Group group, DateTimeOffset end, Progress round, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var missing = (int)((end - group.Start) / board.Step);
        var most = group.Asked.Query is null ? MostValues : MostOwnValues;
        foreach (var batch in Batches(group.Signals, most / Math.Min(missing, FewSteps)))
        {
            var steps = Math.Min(missing, StepsAtOnce(batch, most, now));
            var mayBeLate = WaitsForSamples && group.Start + (board.Step * steps) > end - SettledSteps.LongestWait;
            var settled = mayBeLate ? await round.Settled.Value.ConfigureAwait(false) : null;
            var failed = await ReadOnAsync(group, batch, steps, steps == missing, settled, now, cancellationToken).ConfigureAwait(false);
            round.Note(steps < missing && batch.Exists(one => !failed.ContainsKey(one.Namespace)), failed.Values.Distinct());
        }
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

    private static int StepsAtOnce(List<Due> batch, int mostValues, DateTimeOffset now) =>
        Math.Min(Math.Clamp(mostValues / batch.Sum(one => one.Series), 1, MostSteps), batch.Min(one => one.Learnt.MostSteps(now)));

    private Release ReleaseOf(Due one) => new(one.Workload.RolloutStartedAt, one.Workload.RolloutComplete && !IsDoubted(one.Workload, one.Policy), one.Signal.Threshold);

    /// <summary>Reads the next steps.</summary>
    /// <returns>Why nothing was read of some namespaces.</returns>
    private async Task<IReadOnlyDictionary<string, SeriesUnavailableException>> ReadOnAsync(
        Group group, List<Due> batch, int steps, bool isLast, IReadOnlyDictionary<string, DateTimeOffset>? settled, DateTimeOffset now, CancellationToken ct)
    {
        var grid = TimeGrid.Until(group.Start + (board.Step * steps), board.Step, steps + 1);
        var source = group.Asked.Query is null ? sources.Of(group.Origin) : sources.OfOwnQueries(group.Origin, group.Asked.Namespace!);
        var answer = await new PastRound(source, group.Origin, _reader, grid, now).AskAsync(group.Asked, batch, ct).ConfigureAwait(false);
        foreach (var one in batch)
        {
            if (!answer.Failures.TryGetValue(one.Namespace, out var why))
            {
                one.Learnt.Read(answer.Points(one), settled?.TryGetValue(one.Namespace, out var last) == true && last < grid[^1] ? last : grid[^1], isLast, ReleaseOf(one));
                board.Publish(one.Workload.Key, one.Signal, one.Learnt.Readings());
            }
            else if (!why.WasNotAsked && why.Reason is SeriesReasons.TooLarge or SeriesReasons.Timeout)
            {
                one.Learnt.AskForLess(steps, now);
            }
        }

        return answer.Failures;
    }

    /// <summary>Signals that are read together.</summary>
    private sealed record Group(SeriesOrigin Origin, Asked Asked, DateTimeOffset Start, List<Due> Signals);

    /// <summary>How the round of one source goes on. Thread-safe.</summary>
    /// <param name="settled">Asks up to when the samples of each namespace have come.</param>
    private sealed class Progress(Func<Task<IReadOnlyDictionary<string, DateTimeOffset>>> settled)
    {
        private readonly List<SeriesUnavailableException> _failures = [];
        private bool _isBehind;

        /// <summary>Up to when the samples of each namespace have come, asked once in a round.</summary>
        public Lazy<Task<IReadOnlyDictionary<string, DateTimeOffset>>> Settled { get; } = new(settled);

        public void Note(bool isBehind, IEnumerable<SeriesUnavailableException> failures)
        {
            lock (_failures)
            {
                _isBehind |= isBehind;
                _failures.AddRange(failures);
            }
        }

        public void Fail(SeriesUnavailableException failure) => Note(false, [failure]);

        public LearningRound Result() => new(_isBehind, _failures);
    }
}

/// <summary>How a round of learning went.</summary>
/// <param name="IsBehind">Whether there is more history to be read at once.</param>
/// <param name="Failures">Why queries failed.</param>
public sealed record LearningRound(bool IsBehind, IReadOnlyList<SeriesUnavailableException> Failures);
