using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli.Backtest;

/// <summary>Which stretch of history is meant.</summary>
internal static class BacktestTime
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>From when to when.</summary>
    /// <param name="from">--from.</param>
    /// <param name="to">--to.</param>
    /// <param name="last">--last.</param>
    /// <param name="recorded">What is recorded, where that is known.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="CliException">They make no sense together, or one is no time.</exception>
    public static (DateTimeOffset From, DateTimeOffset To) Read(string? from, string? to, string? last, (DateTimeOffset From, DateTimeOffset To)? recorded, DateTimeOffset now)
    {
        if (last is not null && from is not null)
        {
            throw new CliException("--last and --from exclude each other", ExitCodes.Usage);
        }

        var end = to is null ? recorded?.To ?? now : Time("--to", to);
        var begin = from is not null ? Time("--from", from)
            : last is not null ? end - Duration(last)
            : recorded?.From ?? end - TimeSpan.FromDays(7);
        return begin < end && end - begin <= Longest ? (begin, end) : throw new CliException($"from {Terminal.Time(begin)} to {Terminal.Time(end)} is no stretch of at most a year", ExitCodes.Usage);
    }

    private static DateTimeOffset Time(string option, string text) =>
        CsvSeries.TryTime(text, out var seconds) && seconds is > 0 and < 2.5e11
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : throw new CliException($"{option}: '{Terminal.Safe(text)}' is not a time such as 2026-11-01T06:00:00Z", ExitCodes.Usage);

    private static TimeSpan Duration(string text)
    {
        var (number, hours) = text.Length == 0 ? ("", 0) : text[^1] switch { 'd' => (text[..^1], 24), 'w' => (text[..^1], 168), _ => ("", 0) };
        return (hours > 0 && Quantities.TryParseDuration($"{number}h", out var value, Longest) && (value *= hours) <= Longest) || Quantities.TryParseDuration(text, out value, Longest)
            ? value
            : throw new CliException($"--last: '{Terminal.Safe(text)}' is not a duration such as 7d, 12h or 90m", ExitCodes.Usage);
    }
}
