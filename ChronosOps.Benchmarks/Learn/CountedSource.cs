using System.Diagnostics;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Benchmarks.Learn;

/// <summary>Counts what is asked of a source.</summary>
internal sealed class CountedSource(ISeriesSource inner) : ISeriesSource
{
    private readonly Lock _lock = new();

    public int Queries { get; private set; }

    /// <summary>Values of all series in all answers.</summary>
    public long Points { get; private set; }

    /// <summary>How long the slowest answer took until it was read.</summary>
    public TimeSpan Longest { get; private set; }

    public async Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var series = await inner.QueryRangeAsync(query, start, end, step, cancellationToken);
        var took = Stopwatch.GetElapsedTime(started);
        lock (_lock)
        {
            (Queries, Points, Longest) = (Queries + 1, Points + series.Sum(one => (long)one.Points.Count), took > Longest ? took : Longest);
        }

        return series;
    }
}
