using System.Globalization;

namespace ChronosOps.Operator.PromQl;

/// <summary>Finds the end of numbers and durations, and tells how long a duration is. The values of numbers do not matter here.</summary>
internal static class PromQlNumbers
{
    private static readonly string[] Units = ["ms", "s", "m", "h", "d", "w", "y"];
    private static readonly double[] UnitSeconds = [0.001, 1, 60, 3600, 86400, 604800, 31536000];

    /// <summary>The length of the duration that the text starts with, or 0.</summary>
    public static int DurationLength(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (true)
        {
            var digits = Run(text[at..], char.IsAsciiDigit);
            var unit = digits == 0 ? 0 : UnitLength(text[(at + digits)..]);
            if (unit == 0)
            {
                // "1h5" is neither a duration nor a number; what follows the last unit decides.
                return at > 0 && EndsHere(text[at..]) ? at : 0;
            }

            at += digits + unit;
        }
    }

    /// <summary>How long a duration is, or a number of seconds; a year where it is longer, zero where it is neither.</summary>
    public static TimeSpan Duration(string text)
    {
        var (seconds, at) = (0.0, 0);
        while (at < text.Length)
        {
            var digits = Run(text.AsSpan(at), char.IsAsciiDigit);
            var unit = digits == 0 ? -1 : Array.FindIndex(Units, one => text.AsSpan(at + digits).StartsWith(one, StringComparison.Ordinal));
            if (unit < 0)
            {
                seconds = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 0;
                break;
            }

            seconds += double.Parse(text.AsSpan(at, digits), CultureInfo.InvariantCulture) * UnitSeconds[unit];
            at += digits + Units[unit].Length;
        }

        return TimeSpan.FromSeconds(Math.Min(seconds, UnitSeconds[^1]));
    }

    /// <summary>The length of the number that the text starts with, or 0.</summary>
    public static int NumberLength(ReadOnlySpan<char> text)
    {
        if (text.Length > 2 && text[0] == '0' && text[1] is 'x' or 'X')
        {
            var hex = Run(text[2..], char.IsAsciiHexDigit);
            return hex > 0 && EndsHere(text[(2 + hex)..]) ? 2 + hex : 0;
        }

        var at = Run(text, char.IsAsciiDigit);
        if (at < text.Length && text[at] == '.')
        {
            at += 1 + Run(text[(at + 1)..], char.IsAsciiDigit);
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var sign = at + 1 < text.Length && text[at + 1] is '+' or '-' ? 1 : 0;
            var exponent = Run(text[Math.Min(text.Length, at + 1 + sign)..], char.IsAsciiDigit);
            at = exponent == 0 ? at : at + 1 + sign + exponent;
        }

        return EndsHere(text[at..]) ? at : 0;
    }

    private static int UnitLength(ReadOnlySpan<char> text)
    {
        foreach (var unit in Units)
        {
            if (text.StartsWith(unit, StringComparison.Ordinal))
            {
                return unit.Length;
            }
        }

        return 0;
    }

    private static bool EndsHere(ReadOnlySpan<char> rest) => rest.IsEmpty || !(char.IsAsciiLetterOrDigit(rest[0]) || rest[0] is '_' or '.');

    private static int Run(ReadOnlySpan<char> text, Func<char, bool> accepts)
    {
        var length = 0;
        while (length < text.Length && accepts(text[length]))
        {
            length++;
        }

        return length;
    }
}
