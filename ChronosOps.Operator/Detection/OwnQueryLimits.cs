namespace ChronosOps.Operator.Detection;

/// <summary>What the queries that policies bring along may take of one evaluation, so that those of one team cost the others nothing.</summary>
public sealed record OwnQueryLimits
{
    /// <summary>Takes as long, and as much, as there is: for what evaluates one policy alone, from series that are at hand.</summary>
    public static readonly OwnQueryLimits None = new() { Deadline = Timeout.InfiniteTimeSpan, NamespaceBytes = long.MaxValue, AllBytes = long.MaxValue };

    /// <summary>How long all of them at one source may take together.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>The most bytes of memory that the series of one namespace's may take together.</summary>
    public long NamespaceBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>The most bytes that those of all namespaces may take. Where there are so many namespaces that each having its most would be more, each has an equal part.</summary>
    public long AllBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Tells the deadline.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The operator's: half of the interval is left for everything else, and a query that is asked at once has its whole time.</summary>
    /// <param name="interval">The distance of the evaluations.</param>
    /// <param name="queryTimeout">After how long a query is given up.</param>
    /// <param name="time">The time.</param>
    public static OwnQueryLimits Of(TimeSpan interval, TimeSpan queryTimeout, TimeProvider time) =>
        new() { Deadline = interval / 2 > queryTimeout ? interval / 2 : queryTimeout, Time = time };
}

/// <summary>What the namespaces have taken of one evaluation. Thread-safe.</summary>
/// <param name="limits">What they may.</param>
/// <param name="namespaces">How many have queries of their own.</param>
internal sealed class OwnShares(OwnQueryLimits limits, int namespaces)
{
    private readonly Dictionary<string, long> _taken = new(StringComparer.Ordinal);

    /// <summary>How much each namespace may take.</summary>
    public long Most { get; } = Math.Min(limits.NamespaceBytes, limits.AllBytes / Math.Max(1, namespaces));

    /// <summary>Takes for a query; where that would be more than the namespace may, nothing is taken, and what is left is for its other queries.</summary>
    public bool TryTake(string @namespace, long bytes)
    {
        lock (_taken)
        {
            var taken = _taken.GetValueOrDefault(@namespace);
            if (bytes > Most - taken)
            {
                return false;
            }

            _taken[@namespace] = taken + bytes;
            return true;
        }
    }

    /// <summary>About how many bytes series take in memory.</summary>
    public static long SizeOf(IReadOnlyList<Series> series)
    {
        const int Each = 128;
        const int PerPoint = 16;
        var bytes = 0L;
        foreach (var one in series)
        {
            bytes += Each + (one.Points.Count * PerPoint);
            foreach (var value in one.Labels.Values)
            {
                bytes += value.Length * sizeof(char);
            }
        }

        return bytes;
    }
}
