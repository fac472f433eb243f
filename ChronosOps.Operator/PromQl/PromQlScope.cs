using System.Text;
using System.Text.RegularExpressions;

namespace ChronosOps.Operator.PromQl;

/// <summary>Binds queries to a namespace. A policy is written by the people of one namespace; what they may see of Prometheus ends at its border.</summary>
public static partial class PromQlScope
{
    private const int MaxLength = 16 * 1024;

    /// <summary>Binds every vector selector of a query to a namespace. Comments are dropped.</summary>
    /// <param name="query">PromQL of Prometheus 2.42 to 3.x.</param>
    /// <param name="namespace">The namespace.</param>
    /// <param name="scoped">The query with the namespace matcher in every selector; empty when refused.</param>
    /// <param name="error">Why it was refused, with the position; empty when not.</param>
    /// <returns>False when the query cannot be read with certainty, names another namespace, has no selector, or could forge the labels by which a series is attributed.</returns>
    public static bool TryScope(string query, string @namespace, out string scoped, out string error) => TryScope(query, @namespace, out scoped, out _, out error);

    /// <summary>Binds every vector selector of a query to a namespace, and tells how far back the query looks.</summary>
    /// <param name="query">PromQL of Prometheus 2.42 to 3.x.</param>
    /// <param name="namespace">The namespace.</param>
    /// <param name="scoped">The query with the namespace matcher in every selector; empty when refused.</param>
    /// <param name="range">The longest range in it, with those that it is taken of: 6m of <c>max_over_time(rate(x[1m])[5m:])</c>. Offsets do not count. Zero without any, and when refused.</param>
    /// <param name="error">Why it was refused, with the position; empty when not.</param>
    /// <returns>False as where no range is asked for.</returns>
    public static bool TryScope(string query, string @namespace, out string scoped, out TimeSpan range, out string error)
    {
        (scoped, range, error) = ("", TimeSpan.Zero, "");
        try
        {
            Check(query, @namespace);
            var tokens = PromQlTokenizer.Tokenize(query);
            var parser = new PromQlParser(tokens, @namespace);
            scoped = Write(query, tokens, parser.Parse());
            range = parser.LongestRange;
            return true;
        }
        catch (PromQlException refused)
        {
            error = refused.Message;
            return false;
        }
    }

    private static void Check(string query, string @namespace)
    {
        if (!NamespaceName().IsMatch(@namespace))
        {
            throw new PromQlException(0, "the namespace is not a name");
        }

        if (query.Length > MaxLength)
        {
            throw new PromQlException(MaxLength, $"the query is longer than {MaxLength} characters");
        }

        for (var i = 0; i < query.Length; i++)
        {
            if (query[i] == '\0' || (char.IsSurrogate(query[i]) && !IsPair(query, ref i)))
            {
                throw new PromQlException(i, $"unexpected character U+{(int)query[i]:X4}");
            }
        }
    }

    private static bool IsPair(string query, ref int i) =>
        i + 1 < query.Length && char.IsSurrogatePair(query[i], query[i + 1]) && i++ >= 0;

    // The text between tokens is blanks and comments. Comments go, so that there is nothing in them that a server could read differently.
    private static string Write(string query, List<PromQlToken> tokens, Dictionary<int, string> insertions)
    {
        var text = new StringBuilder();
        var end = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            var gap = query.AsSpan(end, tokens[i].Start - end);
            text.Append(gap.Contains('#') ? " " : gap).Append(tokens[i].Text).Append(insertions.GetValueOrDefault(i));
            end = tokens[i].End;
        }

        return text.ToString().Trim();
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\z")]
    private static partial Regex NamespaceName();
}
