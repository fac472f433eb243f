using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>What was before the first evaluation, for all workloads to learn from: the learner of each asks for the same parts, and each part is read once and kept until the next. Not to be used by two threads at a time.</summary>
internal sealed class EarlierHistory(ISeriesSource source, EffectivePolicy policy)
{
    private static readonly TimeSpan ShortestPart = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, Part> _parts = [];

    /// <summary>The first time of which there was anything; null: there was nothing.</summary>
    public DateTimeOffset? Begin { get; private set; }

    /// <summary>The part that was asked for last; null: none was.</summary>
    public SeriesRange? Last { get; private set; }

    /// <summary>The series of a workload, by the names of its pods.</summary>
    public ISeriesSource Of(WorkloadKey workload) => new View(this, workload);

    private async Task<IReadOnlyList<Series>> ReadAsync(WorkloadKey workload, string query, SeriesRange range, CancellationToken cancellationToken)
    {
        Last = range;
        if (!_parts.TryGetValue(query, out var part) || part.Range != range)
        {
            var window = new HistoryWindow();
            window.Append(query, range.Step, []);
            await LoadAsync(window, query, range, cancellationToken);
            _parts[query] = part = new Part(range, window, PodsByOwner(window));
            Begin ??= window.OfPods().Concat(window.WithoutPod()).Where(buffer => !buffer.IsEmpty).Select(buffer => (DateTimeOffset?)buffer.Points[0].Time).Min();
        }

        return await part.Window.Of(part.Pods[workload.Name].ToList()).QueryRangeAsync(query, range.Start, range.End, range.Step, cancellationToken);
    }

    /// <summary>Halves what is too large, or takes too long.</summary>
    private async Task LoadAsync(HistoryWindow window, string query, SeriesRange range, CancellationToken cancellationToken)
    {
        try
        {
            window.Append(query, range.Step, await source.QueryRangeAsync(query, range.Start, range.End, range.Step, cancellationToken));
        }
        catch (SeriesUnavailableException e) when (e.Reason is SeriesReasons.TooLarge or SeriesReasons.Timeout && range.End - range.Start > ShortestPart)
        {
            var middle = range.Start + (range.Step * Math.Floor((range.End - range.Start) / range.Step / 2));
            await LoadAsync(window, query, range with { End = middle }, cancellationToken);
            await LoadAsync(window, query, range with { Start = middle + range.Step }, cancellationToken);
        }
    }

    private ILookup<string, string> PodsByOwner(HistoryWindow window) =>
        window.OfPods().Select(buffer => buffer.Pod!).Distinct().ToLookup(pod => PodNames.OwnerOf(policy.WorkloadKind, pod)?.Workload ?? "");

    private sealed record Part(SeriesRange Range, HistoryWindow Window, ILookup<string, string> Pods);

    private sealed class View(EarlierHistory history, WorkloadKey workload) : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken) =>
            history.ReadAsync(workload, query, new SeriesRange(start, end, step), cancellationToken);
    }
}
