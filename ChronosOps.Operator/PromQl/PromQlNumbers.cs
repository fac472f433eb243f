namespace ChronosOps.Operator.PromQl;

/// <summary>Finds the end of numbers and durations. Their values do not matter here.</summary>
internal static class PromQlNumbers
{
    private static readonly string[] Units = ["ms", "s", "m", "h", "d", "w", "y"];

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
