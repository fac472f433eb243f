using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>Fills the window by range queries, each of no more points than Prometheus gives in one answer.</summary>
internal sealed class HistoryLoader(ISeriesSource source, HistoryWindow window, IReadOnlyList<Need> needs)
{
    /// <summary>Prometheus answers at most 11,000 points of a series.</summary>
    private const int MostPoints = 10_000;
    private static readonly TimeSpan LongestStretch = TimeSpan.FromHours(6);
    private static readonly TimeSpan ShortestStretch = TimeSpan.FromMinutes(5);
    private readonly Dictionary<Need, DateTimeOffset> _until = [];

    /// <summary>How far ahead the next load goes. Halved where answers are too large or come too late.</summary>
    public TimeSpan Stretch { get; private set; } = LongestStretch;

    /// <summary>How far back an evaluation looks.</summary>
    public TimeSpan LookBack { get; } = needs.Select(need => need.Span).DefaultIfEmpty(TimeSpan.Zero).Max();

    /// <summary>The finest distance of points.</summary>
    public TimeSpan Step { get; } = needs.Select(need => need.Step).DefaultIfEmpty(TimeSpan.FromSeconds(15)).Min();

    /// <summary>Reads what the evaluations from one time on need.</summary>
    /// <param name="from">The first evaluation.</param>
    /// <param name="end">The last one of all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Up to which time it was read.</returns>
    /// <exception cref="CliException">It cannot be read.</exception>
    public async Task<DateTimeOffset> LoadAsync(DateTimeOffset from, DateTimeOffset end, CancellationToken cancellationToken)
    {
        while (true)
        {
            var until = from + Stretch < end ? from + Stretch : end;
            try
            {
                foreach (var need in needs)
                {
                    await LoadAsync(need, from, until, cancellationToken);
                }

                return until;
            }
            catch (SeriesUnavailableException e) when (e.Reason is SeriesReasons.TooLarge or SeriesReasons.Timeout && Stretch > ShortestStretch && until > from)
            {
                Stretch /= 2;
            }
            catch (SeriesUnavailableException e)
            {
                throw new CliException($"the history from {Terminal.Time(from)} on cannot be read: {e.Reason}: {e.Message}");
            }
        }
    }

    private async Task LoadAsync(Need need, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var last = TimeGrid.Until(until, need.Step, 1)[0];
        var next = _until.TryGetValue(need, out var loaded) ? loaded + need.Step : TimeGrid.Until(from - need.Span, need.Step, 1)[0];
        while (next <= last)
        {
            var most = next + (need.Step * MostPoints);
            var to = most < last ? most : last;
            window.Append(need.Query, need.Step, await source.QueryRangeAsync(need.Query, next, to, need.Step, cancellationToken));
            (_until[need], next) = (to, to + need.Step);
        }
    }
}
