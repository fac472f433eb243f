using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>
/// Reads what is new of every signal that has a baseline or a trend: at first its whole history, a part each time, then a step at a time, and after a gap what was missed. One query serves all workloads that
/// ask it. What was learnt is not kept anywhere; a new process reads the history again.
/// </summary>
public sealed class Learner(ISeriesSources sources, LearntBoard board)
{
    /// <summary>How far back the history is read.</summary>
    public static readonly TimeSpan Depth = TimeSpan.FromDays(7);

    /// <summary>So much is read at once: far below the 11,000 points of a series that Prometheus gives, and no heap full of text.</summary>
    private const int QueryPoints = 1440;

    /// <summary>Durations are many series a pod.</summary>
    private const int DurationPoints = 360;

    private readonly Dictionary<(WorkloadKey Workload, string Signal), LearntSignal> _learnt = [];

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
                   select new Due(pair.Workload, signal, Of(pair.Workload.Key, signal, pair.Policy.Origin), pair.Policy.WorkloadName is not null)).ToList();
        var keys = due.Select(one => (one.Workload.Key, one.Signal.Name)).ToHashSet();
        foreach (var gone in _learnt.Keys.Where(key => !keys.Contains(key)).ToList())
        {
            _learnt.Remove(gone);
        }

        board.Keep(keys);
        var end = TimeGrid.Until(now, board.Step, 1)[0];
        var failures = new List<SeriesUnavailableException>();
        var isBehind = false;
        foreach (var group in due.GroupBy(one => (one.Learnt.Origin, one.Signal.Query, one.Workload.Key.Namespace, Durations: one.Signal.Kind == SignalKind.LatencyP95, From: one.Learnt.ReadUntil ?? end - Depth)))
        {
            try
            {
                isBehind |= await ReadOnAsync(sources.Of(group.Key.Origin), [.. group], group.Key.Query, group.Key.Durations, group.Key.From, end, cancellationToken).ConfigureAwait(false);
            }
            catch (SeriesUnavailableException e)
            {
                failures.Add(e);
            }
        }

        return new LearningRound(isBehind, failures);
    }

    private LearntSignal Of(WorkloadKey workload, EffectiveSignal signal, SeriesOrigin origin)
    {
        if (!_learnt.TryGetValue((workload, signal.Name), out var learnt) || learnt.Signal != signal || learnt.Origin != origin)
        {
            board.Forget(workload, signal.Name);
            _learnt[(workload, signal.Name)] = learnt = new LearntSignal(signal, origin);
        }

        return learnt;
    }

    /// <summary>The next part; whether there is more.</summary>
    private async Task<bool> ReadOnAsync(ISeriesSource source, List<Due> group, string? query, bool durations, DateTimeOffset start, DateTimeOffset end, CancellationToken ct)
    {
        if (start >= end)
        {
            return false;
        }

        var part = start + (board.Step * (durations ? DurationPoints : QueryPoints));
        var last = part < end ? part : end;
        if (query is not null)
        {
            var series = await source.QueryRangeAsync(query, start + board.Step, last, board.Step, ct).ConfigureAwait(false);
            Read(group, last, one => WorkloadPoints.OfQuery(one.Signal, one.Workload, series, one.NamesOneWorkload));
            return last < end;
        }

        // A step that counts needs the counter at its beginning.
        var grid = TimeGrid.Until(last, board.Step, (int)((last - start) / board.Step) + 1);
        string[] scope = [group[0].Workload.Key.Namespace];
        var traffic = new TrafficSeries(grid, await QueryAsync(TrafficQueries.Requests(scope)).ConfigureAwait(false), await QueryAsync(TrafficQueries.Errors(scope)).ConfigureAwait(false),
            durations ? await QueryAsync(TrafficQueries.Latency(scope)).ConfigureAwait(false) : null);
        Read(group, last, one => WorkloadPoints.OfTraffic(one.Signal, one.Workload, traffic));
        return last < end;

        Task<IReadOnlyList<Series>> QueryAsync(string text) => source.QueryRangeAsync(text, grid[0], grid[^1], board.Step, ct);
    }

    private void Read(List<Due> group, DateTimeOffset until, Func<Due, IReadOnlyList<Point>> points)
    {
        foreach (var one in group)
        {
            one.Learnt.Read(points(one), until);
            board.Publish(one.Workload.Key, one.Signal, one.Learnt.Readings());
        }
    }

    private sealed record Due(WorkloadSnapshot Workload, EffectiveSignal Signal, LearntSignal Learnt, bool NamesOneWorkload);
}

/// <summary>How a round of learning went.</summary>
/// <param name="IsBehind">Whether there is more history to be read at once.</param>
/// <param name="Failures">Why queries failed.</param>
public sealed record LearningRound(bool IsBehind, IReadOnlyList<SeriesUnavailableException> Failures);
