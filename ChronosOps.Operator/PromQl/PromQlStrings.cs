using System.Globalization;
using System.Text;

namespace ChronosOps.Operator.PromQl;

/// <summary>Reads PromQL's strings: double and single quotes with Go's escapes, back quotes without.</summary>
internal static class PromQlStrings
{
    private const string Escapes = "abfnrtv\\";
    private const string Escaped = "\a\b\f\n\r\t\v\\";

    /// <summary>The length of the string literal at an index, quotes included.</summary>
    /// <exception cref="PromQlException">It has no end, or an escape that PromQL does not know.</exception>
    public static int Length(string query, int start)
    {
        var quote = query[start];
        for (var at = start + 1; at < query.Length; at++)
        {
            var c = query[at];
            if (c == quote)
            {
                return at + 1 - start;
            }

            if (c == '\n' && quote != '`')
            {
                break;
            }

            if (c == '\\' && quote != '`')
            {
                at += EscapeLength(query, at, quote, null) - 1;
            }
        }

        throw new PromQlException(start, "a string has no end");
    }

    /// <summary>The value of a string literal that <see cref="Length"/> has accepted.</summary>
    public static string Value(string literal)
    {
        if (literal[0] == '`')
        {
            return literal[1..^1];
        }

        var value = new StringBuilder();
        for (var at = 1; at < literal.Length - 1; at++)
        {
            if (literal[at] == '\\')
            {
                at += EscapeLength(literal, at, literal[0], value) - 1;
            }
            else
            {
                value.Append(literal[at]);
            }
        }

        return value.ToString();
    }

    /// <summary>Writes a value as a literal.</summary>
    public static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static int EscapeLength(string text, int at, char quote, StringBuilder? value)
    {
        var c = at + 1 < text.Length ? text[at + 1] : '\0';
        if (c == quote || Escapes.Contains(c, StringComparison.Ordinal))
        {
            value?.Append(c == quote ? c : Escaped[Escapes.IndexOf(c, StringComparison.Ordinal)]);
            return 2;
        }

        var (skip, digits, radix) = c switch
        {
            'x' => (2, 2, 16),
            'u' => (2, 4, 16),
            'U' => (2, 8, 16),
            >= '0' and <= '7' => (1, 3, 8),
            _ => throw new PromQlException(at, "an escape that PromQL does not know"),
        };
        var code = Code(text.AsSpan(Math.Min(text.Length, at + skip)), digits, radix);
        if (code < 0 || code > (c is 'u' or 'U' ? 0x10ffff : 255) || code is >= 0xd800 and <= 0xdfff)
        {
            throw new PromQlException(at, "an escape that PromQL does not know");
        }

        // A single byte beyond ASCII is no character of its own; it only has to differ from every name.
        value?.Append(code < 0x80 || c is 'u' or 'U' ? char.ConvertFromUtf32(code) : "\ufffd");
        return skip + digits;
    }

    private static int Code(ReadOnlySpan<char> text, int digits, int radix)
    {
        if (text.Length < digits)
        {
            return -1;
        }

        var code = 0L;
        foreach (var c in text[..digits])
        {
            var digit = char.IsAsciiHexDigit(c) ? int.Parse([c], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : radix;
            if (digit >= radix)
            {
                return -1;
            }

            code = (code * radix) + digit;
        }

        return code > int.MaxValue ? -1 : (int)code;
    }
}
