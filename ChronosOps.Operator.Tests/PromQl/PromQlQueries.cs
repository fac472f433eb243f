using FsCheck;
using FsCheck.Fluent;

namespace ChronosOps.Operator.Tests.PromQl;

/// <summary>A query in pieces, so that it is known from its making where its selectors are.</summary>
/// <param name="Text">The query.</param>
/// <param name="Bound">The query as it should be after scoping, blanks aside.</param>
internal sealed record GeneratedQuery(string Text, string Bound)
{
    public const string Matcher = "namespace=\"shop\"";

    public static GeneratedQuery Same(string text) => new(text, text);

    public static GeneratedQuery Concat(params GeneratedQuery[] parts) => new(string.Concat(parts.Select(p => p.Text)), string.Concat(parts.Select(p => p.Bound)));

    public override string ToString() => Text;
}

/// <summary>Random queries over all of PromQL's grammar, with comments and blanks between tokens.</summary>
internal static class PromQlQueries
{
    private static readonly Gen<GeneratedQuery> Gap = Gen.Frequency(
        (6, Gen.Constant(GeneratedQuery.Same(" "))),
        (1, Gen.Constant(GeneratedQuery.Same("\n\t"))),
        (1, Gen.Elements("# namespace=\"shop\" }\n", "#'\"`\r", " # foo{namespace=\"bank\"}\n", "#(\n").Select(comment => new GeneratedQuery(comment, " "))));

    private static readonly Gen<GeneratedQuery> Metric = Gen.Elements("up", "http_requests_total", "job:errors:rate5m", "sum", "by", "offset", "and", "_x", ":c", "start", "Count").Select(GeneratedQuery.Same);

    private static readonly Gen<GeneratedQuery> Matcher = Gen.Elements(
        "a=\"b\"", "code=~'5..'", "c!=`}`", "d!~\"\\\"{\"", "by=\"x\"", "\"quoted.label\"=\"#\"", "e = \"名\"", "__name__=~\".+\"", "pod=~\"web-.*\"").Select(GeneratedQuery.Same);

    private static readonly Gen<GeneratedQuery> Duration = Gen.Elements("5m", "1h30m", "90s", "1y2w3d4h5m6s7ms", "300").Select(GeneratedQuery.Same);

    private static readonly Gen<GeneratedQuery> Grouping = Gen.Elements(" by (pod)", " without (a, b,)", " BY ()", " by(namespace)").Select(GeneratedQuery.Same);

    private static readonly Gen<GeneratedQuery> Operator = Gen.Elements(
        "+", "-", "*", "/", "%", "^", "==", "!=", ">= bool", "< bool on (a)", " and on (pod) ", " or ", " UNLESS ignoring (x, y) ", " atan2 ", "* on (a) group_left (b, c)", "/ ignoring (a) group_right () ").Select(GeneratedQuery.Same);

    /// <summary>Queries with at least one selector.</summary>
    public static Gen<GeneratedQuery> All => Gen.Sized(size => Expression(Math.Min(size, 12)));

    private static Gen<GeneratedQuery> Selector =>
        from form in Gen.Choose(0, 3)
        from metric in Metric
        from matchers in Matcher.NonEmptyListOf()
        from before in Gap
        from own in Gen.Elements(GeneratedQuery.Matcher, "'namespace'='shop'", "namespace = `shop`", "namespace = \"shop\"")
        let list = string.Join(before.Text, matchers.Select(m => m.Text + ","))
        let bound = string.Join(before.Bound, matchers.Select(m => m.Text + ","))
        select form switch
        {
            0 => new GeneratedQuery(metric.Text, $"{metric.Text}{{{GeneratedQuery.Matcher}}}"),
            1 => new GeneratedQuery($"{metric.Text}{{{list}}}", $"{metric.Text}{{{GeneratedQuery.Matcher},{bound}}}"),
            2 => new GeneratedQuery($"{{{list}{own}}}", own.Replace(" ", "", StringComparison.Ordinal) == GeneratedQuery.Matcher ? $"{{{bound}{own}}}" : $"{{{GeneratedQuery.Matcher},{bound}{own}}}"),
            _ => new GeneratedQuery($"{{{list.TrimEnd(',')}}}", $"{{{GeneratedQuery.Matcher},{bound.TrimEnd(',')}}}"),
        };

    private static Gen<GeneratedQuery> Expression(int size) => size <= 1
        ? Selector
        : Gen.Frequency(
            (2, Selector),
            (2, from left in Expression(size / 2) from gap in Gap from op in Operator from right in Expression(size / 2) select GeneratedQuery.Concat(left, gap, op, gap, right)),
            (1, Wrap("(", size - 1, ")")),
            (1, Wrap("-", size - 1, "")),
            (1, from grouping in Grouping
                from inner in Wrap("(", size - 1, ")")
                from after in Gen.Elements(true, false)
                select after ? GeneratedQuery.Concat(GeneratedQuery.Same("sum"), inner, grouping) : GeneratedQuery.Concat(GeneratedQuery.Same("Max"), grouping, inner)),
            (1, Wrap("topk(3,", size - 1, ")")),
            (1, Wrap("label_replace(", size - 1, ",\"zone\",`pod`,'','namespace=\"bank\"')")),
            (1, Wrap("count_values('pods',", size - 1, ")")),
            (1, from range in Duration from inner in Selector select GeneratedQuery.Concat(GeneratedQuery.Same("rate("), inner, GeneratedQuery.Same("["), range, GeneratedQuery.Same("] offset -5m)"))),
            (1, from range in Duration from inner in Expression(size - 1) select GeneratedQuery.Concat(GeneratedQuery.Same("max_over_time(("), inner, GeneratedQuery.Same(")["), range, GeneratedQuery.Same(":1m] @ end())"))),
            (1, Wrap("0x1F * (", size - 1, ") > 1.5e-3")));

    private static Gen<GeneratedQuery> Wrap(string before, int size, string after) =>
        from gap in Gap
        from inner in Expression(size)
        select GeneratedQuery.Concat(GeneratedQuery.Same(before), gap, inner, gap, GeneratedQuery.Same(after));
}
