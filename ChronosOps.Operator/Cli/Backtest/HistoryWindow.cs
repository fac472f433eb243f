using System.Runtime.InteropServices;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>A stretch of history in memory: what was read of each query, for the evaluations of some hours at a time.</summary>
internal sealed class HistoryWindow
{
    private readonly Dictionary<(string Query, TimeSpan Step), QueryPoints> _queries = new(QueryComparer.Instance);

    /// <summary>Adds what a query gave. Points that are not newer than those that are there are dropped.</summary>
    public void Append(string query, TimeSpan step, IReadOnlyList<Series> series)
    {
        if (!_queries.TryGetValue((query, step), out var points))
        {
            _queries[(query, step)] = points = new QueryPoints();
        }

        foreach (var one in series)
        {
            points.Append(one);
        }
    }

    /// <summary>Forgets what is older than a time.</summary>
    public void Trim(DateTimeOffset before)
    {
        foreach (var points in _queries.Values)
        {
            points.Trim(before);
        }
    }

    /// <summary>All series that bear a pod's name.</summary>
    public IEnumerable<PointBuffer> OfPods() => _queries.Values.SelectMany(points => points.All).Where(buffer => buffer.Pod is not null);

    /// <summary>All series that name no pod.</summary>
    public IEnumerable<PointBuffer> WithoutPod() => _queries.Values.SelectMany(points => points.All).Where(buffer => buffer.Pod is null);

    /// <summary>
    /// What the judges of one workload can make use of: the series of its pods. Series of other pods never count for it, so the reading is the same. Where a
    /// query gives a series without a pod, how many there are counts, and all are given.
    /// </summary>
    public ISeriesSource Of(IReadOnlyCollection<string> pods) => new View(_queries, query => query.Of(pods));

    /// <summary>The series of every workload.</summary>
    public ISeriesSource Whole() => new View(_queries, query => query.All);

    /// <summary>Some of the series. One query is not to be asked by two threads at a time: it goes on from where it was found the last time.</summary>
    private sealed class View(Dictionary<(string Query, TimeSpan Step), QueryPoints> queries, Func<QueryPoints, IReadOnlyList<PointBuffer>> which) : ISeriesSource
    {
        private readonly Dictionary<(string Query, TimeSpan Step), PointReader[]> _readers =
            queries.ToDictionary(entry => entry.Key, entry => which(entry.Value).Select(buffer => new PointReader(buffer)).ToArray(), QueryComparer.Instance);

        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            if (!_readers.TryGetValue((query, step), out var readers))
            {
                throw new InvalidOperationException($"an evaluation reads what was not foreseen: {query} at {step}");
            }

            var found = new List<Series>(readers.Length);
            foreach (var reader in readers)
            {
                // A series without a point in the range is not in Prometheus' answer either.
                if (reader.Between(start, end) is { Length: > 0 } points)
                {
                    found.Add(new Series(reader.Labels, points));
                }
            }

            return Task.FromResult<IReadOnlyList<Series>>(found);
        }
    }

    /// <summary>The texts of queries are long, and few are of one length.</summary>
    private sealed class QueryComparer : IEqualityComparer<(string Query, TimeSpan Step)>
    {
        public static readonly QueryComparer Instance = new();

        public bool Equals((string Query, TimeSpan Step) x, (string Query, TimeSpan Step) y) => x.Step == y.Step && x.Query == y.Query;

        public int GetHashCode((string Query, TimeSpan Step) key) => HashCode.Combine(key.Query.Length, key.Step);
    }
}

/// <summary>The series of one query.</summary>
internal sealed class QueryPoints
{
    private readonly Dictionary<string, PointBuffer> _byLabels = [];
    private readonly Dictionary<string, List<PointBuffer>> _byPod = [];
    private int _without;

    public List<PointBuffer> All { get; } = [];

    public void Append(Series series)
    {
        var key = string.Join('\n', series.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}\t{label.Value}"));
        if (!_byLabels.TryGetValue(key, out var buffer))
        {
            _byLabels[key] = buffer = new PointBuffer(key, series.Labels);
            All.Add(buffer);
            if (buffer.Pod is not { } pod)
            {
                _without++;
            }
            else if (_byPod.TryGetValue(pod, out var others))
            {
                others.Add(buffer);
            }
            else
            {
                _byPod[pod] = [buffer];
            }
        }

        buffer.Append(series.AsSpan());
    }

    public void Trim(DateTimeOffset before)
    {
        foreach (var buffer in All)
        {
            buffer.Trim(before);
        }

        foreach (var buffer in All.Where(buffer => buffer.IsEmpty))
        {
            Forget(buffer);
        }

        All.RemoveAll(buffer => buffer.IsEmpty);
    }

    public IReadOnlyList<PointBuffer> Of(IReadOnlyCollection<string> pods) =>
        _without > 0 ? All : [.. pods.Order(StringComparer.Ordinal).SelectMany(pod => _byPod.GetValueOrDefault(pod) ?? [])];

    private void Forget(PointBuffer buffer)
    {
        _byLabels.Remove(buffer.Key);
        if (buffer.Pod is not { } pod)
        {
            _without--;
        }
        else if (_byPod.TryGetValue(pod, out var others) && others.Remove(buffer) && others.Count == 0)
        {
            _byPod.Remove(pod);
        }
    }
}

/// <summary>The points of one series, in order of time.</summary>
internal sealed class PointBuffer(string key, IReadOnlyDictionary<string, string> labels)
{
    private const int Close = 3;
    private readonly List<Point> _points = [];

    /// <summary>Its labels as one text.</summary>
    public string Key { get; } = key;

    public IReadOnlyDictionary<string, string> Labels { get; } = labels;

    public string? Pod { get; } = labels.GetValueOrDefault("pod");

    public bool IsEmpty => _points.Count == 0;

    public ReadOnlySpan<Point> Points => CollectionsMarshal.AsSpan(_points);

    public void Append(ReadOnlySpan<Point> points)
    {
        foreach (var point in points)
        {
            if (_points.Count == 0 || point.Time > _points[^1].Time)
            {
                _points.Add(point);
            }
        }
    }

    public void Trim(DateTimeOffset before) => _points.RemoveRange(0, FirstFrom(before));

    /// <summary>The points from one index up to before another.</summary>
    public Point[] Between(int first, int last) => last > first ? Points[first..last].ToArray() : [];

    /// <summary>The index of the first point at or after a time.</summary>
    public int FirstFrom(DateTimeOffset time)
    {
        var (low, high) = (0, _points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _points[middle].Time < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The index of the first point at or after a time, which is mostly close after another index.</summary>
    public int FirstFrom(DateTimeOffset time, int near)
    {
        var points = Points;
        for (var k = near; k < near + Close && k <= points.Length; k++)
        {
            if ((k == points.Length || points[k].Time >= time) && (k == 0 || points[k - 1].Time < time))
            {
                return k;
            }
        }

        return FirstFrom(time);
    }
}

/// <summary>Reads the points of one series, a little further each time.</summary>
internal sealed class PointReader(PointBuffer buffer)
{
    private int _first;
    private int _last;

    public IReadOnlyDictionary<string, string> Labels => buffer.Labels;

    /// <summary>The points from one time to another, both included.</summary>
    public Point[] Between(DateTimeOffset start, DateTimeOffset end)
    {
        _first = buffer.FirstFrom(start, _first);
        _last = buffer.FirstFrom(end.AddTicks(1), _last);
        return buffer.Between(_first, _last);
    }
}
