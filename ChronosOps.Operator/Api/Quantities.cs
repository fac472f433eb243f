using System.Globalization;

namespace ChronosOps.Operator.Api;

/// <summary>Reads the durations, ratios and thresholds of the API's string fields.</summary>
public static class Quantities
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>Reads a Go-style duration such as 30s or 1m30s. At most 30 days, where nothing else is said.</summary>
    public static bool TryParseDuration(string? text, out TimeSpan value, TimeSpan? longest = null)
    {
        value = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        double seconds = 0;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var digits = 0;
            while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
            {
                digits++;
            }

            if (digits is 0 or > 9 || !TryUnit(rest[digits..], out var unit, out var length))
            {
                return false;
            }

            seconds += double.Parse(rest[..digits], CultureInfo.InvariantCulture) * unit;
            rest = rest[(digits + length)..];
        }

        if (seconds > (longest ?? Longest).TotalSeconds)
        {
            return false;
        }

        value = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>Reads a threshold: 0.05, 5%, 500ms, 2s or 30m. Percentages become ratios, durations seconds.</summary>
    public static bool TryParseThreshold(string? text, out double value)
    {
        value = 0;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var (number, factor) = text switch
        {
            _ when text.EndsWith('%') => (text[..^1], 0.01),
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 0.001),
            _ when text.EndsWith('s') => (text[..^1], 1.0),
            _ when text.EndsWith('m') => (text[..^1], 60.0),
            _ when text.EndsWith('h') => (text[..^1], 3600.0),
            _ => (text, 1.0),
        };
        if (!TryParseNumber(number, out value))
        {
            return false;
        }

        value *= factor;
        return true;
    }

    /// <summary>Reads a plain, finite decimal number of zero or more.</summary>
    public static bool TryParseNumber(string? text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value) && value >= 0;

    /// <summary>Writes a duration for people: 21s, 1m05s.</summary>
    public static string Format(TimeSpan value)
    {
        var seconds = (long)Math.Round(Math.Max(0, value.TotalSeconds));
        return seconds < 60 ? $"{seconds}s" : seconds < 3600 ? $"{seconds / 60}m{seconds % 60:00}s" : $"{seconds / 3600}h{seconds / 60 % 60:00}m";
    }

    /// <summary>Writes a number for people and scripts, with three significant decimals at most.</summary>
    public static string Format(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>Writes a number of any size with six significant digits, for scripts.</summary>
    public static string FormatAny(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static bool TryUnit(ReadOnlySpan<char> text, out double seconds, out int length)
    {
        foreach (var (unit, factor) in Units)
        {
            if (text.StartsWith(unit, StringComparison.Ordinal))
            {
                (seconds, length) = (factor, unit.Length);
                return true;
            }
        }

        (seconds, length) = (0, 0);
        return false;
    }
}
