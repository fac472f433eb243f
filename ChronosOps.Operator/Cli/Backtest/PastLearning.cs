using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Detection.Learnt;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>
/// Learns what is usual of one workload by the operator's own learner, as far as it would have known at each tick. It looks right after the evaluation of the same time there: an evaluation knows of
/// what was before it, and nothing of its own moment.
/// </summary>
internal sealed class PastLearning(EffectivePolicy policy, LearntBoard board)
{
    private readonly bool _learns = policy.Signals.Any(signal => signal.IsLearnt);
    private readonly Switch _sources = new();
    private Learner? _learner;
    private DateTimeOffset _until;

    /// <summary>What was learnt.</summary>
    public LearntBoard Board => board;

    /// <summary>The last time of which an evaluation knows.</summary>
    public static DateTimeOffset Before(DateTimeOffset now, TimeSpan step) => TimeGrid.Until(now.AddTicks(-1), step, 1)[0];

    /// <summary>Learns what an evaluation knows.</summary>
    /// <param name="series">The series of the workload.</param>
    /// <param name="workload">The workload as it stands then.</param>
    /// <param name="now">The time of the evaluation.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task LearnAsync(ISeriesSource series, WorkloadSnapshot workload, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!_learns)
        {
            return;
        }

        var end = Before(now, board.Step);
        while (_until < end)
        {
            _until = await ReadOnAsync(series, workload, end, cancellationToken) ? _until : end;
        }
    }

    /// <summary>Reads the next part of what was before a time.</summary>
    /// <returns>Whether there is more.</returns>
    /// <exception cref="SeriesUnavailableException">It cannot be read.</exception>
    public async Task<bool> ReadOnAsync(ISeriesSource series, WorkloadSnapshot workload, DateTimeOffset end, CancellationToken cancellationToken)
    {
        _sources.Source = series;
        var round = await (_learner ??= new Learner(_sources, board) { WaitsForSamples = false }).LearnAsync([(workload, policy)], end, cancellationToken);
        return round.Failures.Count == 0 ? round.IsBehind : throw round.Failures[0];
    }

    /// <summary>One stretch of history after the other.</summary>
    private sealed class Switch : ISeriesSources
    {
        public ISeriesSource? Source { get; set; }

        public ISeriesSource Of(SeriesOrigin origin) => Source!;
    }
}
