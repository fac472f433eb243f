using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>Answers the queries of a policy from recorded series: those of its own by the name of the signal, those of the HTTP presets by the metrics that they count.</summary>
internal sealed class CsvHistory : ISeriesSource
{
    /// <summary>Counters for who has no metric of such a name.</summary>
    private const string Requests = "requests";
    private const string Errors = "errors";
    private const string Total = "http_requests_total";
    private const string Otel = "http_server_request_duration_seconds";
    private const string Classic = "http_request_duration_seconds";
    private static readonly string[] Metrics = [Total, $"{Otel}_count", $"{Classic}_count", $"{Otel}_bucket", $"{Classic}_bucket"];
    private static readonly string[] StatusLabels = ["code", "status", "status_code", "http_response_status_code"];
    private readonly Dictionary<string, IReadOnlyList<Sum>> _answers = [];

    /// <param name="policy">The policy.</param>
    /// <param name="series">What was recorded.</param>
    /// <exception cref="CliException">A counter names no pod.</exception>
    public CsvHistory(EffectivePolicy policy, IReadOnlyList<RecordedSeries> series)
    {
        if (series.Count == 0)
        {
            throw new CliException($"the files hold no sample of namespace {policy.Namespace}");
        }

        (From, To) = (series.Min(one => one.Samples[0].Time), series.Max(one => one.Samples[^1].Time));
        string[] own = [policy.Namespace];
        foreach (var signal in policy.Signals.Where(signal => !signal.CountsRequests))
        {
            _answers[PresetQuery.Of(signal)?.Text(own) ?? signal.Query!] =
                [.. series.Where(one => one.Name == signal.Name).Select(one => new Sum(Labels(policy, one.Labels), [one]))];
        }

        var counted = series.Where(one => !policy.Signals.Any(signal => !signal.CountsRequests && signal.Name == one.Name)).ToList();
        if (counted.FirstOrDefault(one => one.Pod is null) is { } podless)
        {
            throw new CliException($"{podless.Name}: the HTTP presets count by pod: name the file {podless.Name}-POD.csv, or add a column pod");
        }

        // Files do not tell when their samples were taken: they are as new as they say.
        _answers[Freshness.Query.Text(own)] = [];
        var byPod = counted.GroupBy(one => one.Pod!).ToList();
        _answers[TrafficQueries.Requests(own)] = [.. byPod.Select(pod => SumOf(policy, pod, [pod.Where(one => one.Name == Requests), .. Counts(pod)])).OfType<Sum>()];
        _answers[TrafficQueries.Errors(own)] = [.. byPod.Select(pod => SumOf(policy, pod, [pod.Where(one => one.Name == Errors), .. Counts(pod).Select(counts => counts.Where(IsError))])).OfType<Sum>()];
        _answers[TrafficQueries.Latency(own)] =
        [
            .. from pod in byPod
               let family = new[] { $"{Otel}_bucket", $"{Classic}_bucket" }.Select(name => pod.Where(one => one.Name == name && one.Labels.ContainsKey("le")).ToList()).FirstOrDefault(buckets => buckets.Count > 0)
               where family is not null
               from bucket in family.GroupBy(one => one.Labels["le"])
               select new Sum(Labels(policy, new Dictionary<string, string> { ["pod"] = pod.Key, ["le"] = bucket.Key }), [.. bucket]),
        ];
    }

    /// <summary>The first sample.</summary>
    public DateTimeOffset From { get; }

    /// <summary>The last one.</summary>
    public DateTimeOffset To { get; }

    /// <summary>What files may be of.</summary>
    public static IReadOnlyCollection<string> NamesOf(EffectivePolicy policy)
    {
        var names = policy.Signals.Where(signal => !signal.CountsRequests).Select(signal => signal.Name);
        return policy.Signals.Any(signal => signal.CountsRequests) || policy.KnownGoodRequests > 0 ? [.. names.Union([Requests, Errors, .. Metrics])] : [.. names];
    }

    public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        if (!_answers.TryGetValue(query, out var sums))
        {
            throw new SeriesUnavailableException(SeriesReasons.BadQuery, $"recorded series cannot answer {query}");
        }

        var count = (int)((end - start) / step) + 1;
        return Task.FromResult<IReadOnlyList<Series>>([.. sums.Select(sum => new Series(sum.Labels, sum.At(start, step, count))).Where(series => series.Points.Count > 0)]);
    }

    private static IEnumerable<RecordedSeries>[] Counts(IEnumerable<RecordedSeries> pod) =>
        [pod.Where(one => one.Name == Total), pod.Where(one => one.Name == $"{Otel}_count"), pod.Where(one => one.Name == $"{Classic}_count")];

    private static bool IsError(RecordedSeries series) =>
        StatusLabels.Select(label => series.Labels.GetValueOrDefault(label)).FirstOrDefault(code => code is not null) is { Length: 3 } status && status[0] == '5';

    /// <summary>The first of several alternatives that is there, as the queries have it.</summary>
    private static Sum? SumOf(EffectivePolicy policy, IGrouping<string, RecordedSeries> pod, IEnumerable<IEnumerable<RecordedSeries>> alternatives) =>
        alternatives.Select(one => one.ToList()).FirstOrDefault(one => one.Count > 0) is { } found
            ? new Sum(Labels(policy, new Dictionary<string, string> { ["pod"] = pod.Key }), found)
            : null;

    private static Dictionary<string, string> Labels(EffectivePolicy policy, IReadOnlyDictionary<string, string> labels) => new(labels) { ["namespace"] = policy.Namespace };

    private sealed record Sum(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<RecordedSeries> Of)
    {
        public List<Point> At(DateTimeOffset start, TimeSpan step, int count)
        {
            var parts = Of.Select(one => one.At(start, step, count)).ToList();
            var points = new List<Point>(count);
            for (var k = 0; k < count; k++)
            {
                var present = parts.Where(part => part[k] is not null).ToList();
                if (present.Count > 0)
                {
                    points.Add(new Point(start + (step * k), present.Sum(part => part[k]!.Value)));
                }
            }

            return points;
        }
    }
}
