using FsCheck;
using FsCheck.Fluent;

namespace ChronosOps.Operator.Tests.PromQl;

/// <summary>Queries in which something was cut out or pasted in: some still are queries, and not the ones that they were.</summary>
internal static class DamagedQueries
{
    private static readonly string[] Splinters =
    [
        "", "{", "}", "(", ")", "\"", "'", "`", "#", "\\", ",", "[5m]", "[5m:]", "[1h:5m]", " or bar", "\n", "\r", " by ", "=~", "\"namespace\"=~\".+\",", "\0", "é", " offset 5m", " offset -1h30m", " @ 1700000000",
        " @ start()", " bool ", " on(", "group_left", "{}", "{a=\"b\"}", "inf", "NaN", "0x1f", "1e3", ".5", "5.", "1_000", "5m", "-", "+", "^", " unless ", "vector(1)", "{__name__=\"up\"}", ":", "start", "end", "sum", " without (pod)", ";", "$", "!=", "==", "\\u0041", "\"\\x41\"",
    ];

    public static Gen<string> All =>
        from query in PromQlQueries.All
        from wounds in Gen.Choose(0, 2)
        from at in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), wounds)
        from cuts in Gen.ArrayOf(Gen.Choose(0, 3), wounds)
        from pastes in Gen.ArrayOf(Gen.Elements(Splinters), wounds)
        select Enumerable.Range(0, wounds).Aggregate(query.Text, (text, i) => Damage(text, at[i], cuts[i], pastes[i]));

    private static string Damage(string text, int at, int cut, string paste)
    {
        var start = at % (text.Length + 1);
        return text[..start] + paste + text[Math.Min(text.Length, start + cut)..];
    }
}
