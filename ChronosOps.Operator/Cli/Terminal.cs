using System.Globalization;
using System.Text;

namespace ChronosOps.Operator.Cli;

/// <summary>What is printed for people.</summary>
internal static class Terminal
{
    /// <summary>Takes out of a cluster's text what could move the cursor, change colours, or hide text.</summary>
    public static string Safe(string? text)
    {
        var safe = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                safe.Append(' ');
            }
            else if (category != UnicodeCategory.Format)
            {
                safe.Append(rune);
            }
        }

        return safe.ToString();
    }

    /// <summary>A time in UTC, to the second.</summary>
    public static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Columns wide enough for what they hold, as kubectl prints them.</summary>
    public static async Task WriteTableAsync(TextWriter output, string[] head, IEnumerable<string?[]> rows)
    {
        var lines = rows.Select(row => row.Select(cell => Safe(cell) is { Length: > 0 } text ? text : "-").ToArray()).Prepend(head).ToList();
        var widths = Enumerable.Range(0, head.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            await output.WriteLineAsync(string.Join("   ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
