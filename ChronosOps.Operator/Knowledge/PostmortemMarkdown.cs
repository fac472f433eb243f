using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Knowledge;

/// <summary>The Markdown that a postmortem is made of. Text from the cluster is only ever text: no markup, no link, no line of its own.</summary>
internal static partial class PostmortemMarkdown
{
    private const string Special = "\\`*[]<>|~&$";

    /// <summary>Makes a text of the cluster harmless.</summary>
    public static string Text(string? text)
    {
        var safe = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            // Control and format characters break lines, hide text or turn its direction.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                safe.Append(' ');
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
            {
                safe.Append(rune.IsAscii && Special.Contains((char)rune.Value, StringComparison.Ordinal) ? "\\" : "").Append(rune);
            }
        }

        // Underscores within words are no markup; neither is what could begin a list or a heading, elsewhere than at the beginning. Many viewers make
        // links of bare addresses.
        var harmless = Underscore().Replace(safe.ToString().Trim(), "\\_");
        harmless = Address().Replace(harmless, match => match.Value.Insert(match.Length - 1, "\\"));
        return Beginning().Replace(harmless, match => match.Value.Insert(match.Length - 1, "\\"));
    }

    /// <summary>A cell of a table; a dash when there is nothing to say.</summary>
    public static string Cell(string? text) => Text(text) is { Length: > 0 } safe ? safe : "–";

    /// <summary>A time in UTC, to the second.</summary>
    public static string Time(DateTimeOffset? time) => time is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "–";

    /// <summary>How long after the onset.</summary>
    public static string Since(DateTimeOffset? onset, DateTimeOffset? time) =>
        (onset, time) is ({ } from, { } to) ? (to < from ? "-" : "+") + Quantities.Format((to - from).Duration()) : "–";

    /// <summary>A name as a word of a shell command.</summary>
    public static string Word(string? name) =>
        Plain().IsMatch(name ?? "") ? name! : $"'{string.Concat((name ?? "").Where(c => c is >= ' ' and < '\u007f' and not '\'' and not '`'))}'";

    /// <summary>A table. The rows' cells are Markdown.</summary>
    public static void Table(StringBuilder page, string[] head, IEnumerable<string[]> rows)
    {
        page.Append("| ").AppendJoin(" | ", head).Append(" |\n|").Append(string.Concat(Enumerable.Repeat("---|", head.Length))).Append('\n');
        foreach (var row in rows)
        {
            page.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        }

        page.Append('\n');
    }

    /// <summary>A list.</summary>
    public static void List(StringBuilder page, string bullet, IReadOnlyCollection<string> lines)
    {
        foreach (var line in lines)
        {
            page.Append(bullet).Append(' ').Append(line).Append('\n');
        }

        page.Append('\n');
    }

    [GeneratedRegex(@":(?=//)|\bwww\.|@", RegexOptions.IgnoreCase)]
    private static partial Regex Address();

    [GeneratedRegex("(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")]
    private static partial Regex Underscore();

    [GeneratedRegex(@"^([-+=#]|[0-9]+[.)](?=\s|$))")]
    private static partial Regex Beginning();

    [GeneratedRegex("^[a-z0-9][-a-z0-9./]*\\z")]
    private static partial Regex Plain();
}
