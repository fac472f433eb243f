using ChronosOps.Operator.PromQl;
using Xunit;

namespace ChronosOps.Operator.Tests.PromQl;

public sealed class PromQlScopeTests
{
    private const string M = "namespace=\"shop\"";

    [Theory]
    [InlineData("foo", "foo{§}")]
    [InlineData("foo{}", "foo{§}")]
    [InlineData("foo{a=\"b\"}", "foo{§,a=\"b\"}")]
    [InlineData("foo{a=\"b\",}", "foo{§,a=\"b\",}")]
    [InlineData("{__name__=\"x\"}", "{§,__name__=\"x\"}")]
    [InlineData("{__name__=~\".+\"}", "{§,__name__=~\".+\"}")]
    [InlineData("{\"http.server.duration\"}", "{§,\"http.server.duration\"}")]
    [InlineData("{\"http.server.duration\", \"http.route\"=~\"/a.*\"}", "{§,\"http.server.duration\", \"http.route\"=~\"/a.*\"}")]
    [InlineData("job:errors:rate5m", "job:errors:rate5m{§}")]
    [InlineData(":odd", ":odd{§}")]
    [InlineData("rate(foo[5m])", "rate(foo{§}[5m])")]
    [InlineData("rate(foo[1h30m] offset -5m)", "rate(foo{§}[1h30m] offset -5m)")]
    [InlineData("foo @ 1609746000.5 offset 1w", "foo{§} @ 1609746000.5 offset 1w")]
    [InlineData("foo @ start() + bar @ End ()", "foo{§} @ start() + bar{§} @ End ()")]
    [InlineData("max_over_time(rate(foo[1m])[5m:30s])", "max_over_time(rate(foo{§}[1m])[5m:30s])")]
    [InlineData("max_over_time(max_over_time(foo[1m:])[5m:] @ end() offset 1m)", "max_over_time(max_over_time(foo{§}[1m:])[5m:] @ end() offset 1m)")]
    [InlineData("sum by (namespace, pod) (foo)", "sum by (namespace, pod) (foo{§})")]
    [InlineData("SUM(foo) BY (a,)", "SUM(foo{§}) BY (a,)")]
    [InlineData("sum without () (foo)", "sum without () (foo{§})")]
    [InlineData("topk(5, foo)", "topk(5, foo{§})")]
    [InlineData("sum by (\"http.route\") (foo)", "sum by (\"http.route\") (foo{§})")]
    [InlineData("foo / on (a) group_left (b) bar", "foo{§} / on (a) group_left (b) bar{§}")]
    [InlineData("foo / on (a) group_left (b) (bar)", "foo{§} / on (a) group_left (b) (bar{§})")]
    [InlineData("foo / ignoring (a) Group_Right bar", "foo{§} / ignoring (a) Group_Right bar{§}")]
    [InlineData("foo > bool bar", "foo{§} > bool bar{§}")]
    [InlineData("foo == bool {a=\"b\"}", "foo{§} == bool {§,a=\"b\"}")]
    [InlineData("foo or bar and baz unless qux atan2 quux", "foo{§} or bar{§} and baz{§} unless qux{§} atan2 quux{§}")]
    [InlineData("foo OR on () vector(0)", "foo{§} OR on () vector(0)")]
    [InlineData("-foo ^ -2 * 0x1F + 1e-3 - .5 + Inf / NaN % 5.", "-foo{§} ^ -2 * 0x1F + 1e-3 - .5 + Inf / NaN % 5.")]
    [InlineData("foo > 5m", "foo{§} > 5m")]
    [InlineData("foo[300]", "foo{§}[300]")]
    [InlineData("foo{inf=\"x\",by=\"y\",on=\"z\"}", "foo{§,inf=\"x\",by=\"y\",on=\"z\"}")]
    [InlineData("label_replace(foo, \"zone\", \"$1\", \"a\", \"(.*)\")", "label_replace(foo{§}, \"zone\", \"$1\", \"a\", \"(.*)\")")]
    [InlineData("histogram_quantile(0.95, sum by (le) (rate(foo_bucket[1m])))", "histogram_quantile(0.95, sum by (le) (rate(foo_bucket{§}[1m])))")]
    [InlineData("foo{a=`b\"}'{`,c='\\'}'}", "foo{§,a=`b\"}'{`,c='\\'}'}")]
    [InlineData("foo{a=\"名前 🚀 \\u00e9\"}", "foo{§,a=\"名前 🚀 \\u00e9\"}")]
    public void BindsEverySelectorToTheNamespace(string query, string expected) => Assert.Equal(expected.Replace("§", M, StringComparison.Ordinal), Scope(query));

    [Theory]
    [InlineData("sum + by", "sum{§} + by{§}")]
    [InlineData("sum{a=\"b\"} or count", "sum{§,a=\"b\"} or count{§}")]
    [InlineData("offset offset 5m", "offset{§} offset 5m")]
    [InlineData("and and and", "and{§} and and{§}")]
    [InlineData("start + end", "start{§} + end{§}")]
    [InlineData("by{a=\"b\"}", "by{§,a=\"b\"}")]
    [InlineData("infinity", "infinity{§}")]
    public void TellsMetricsFromKeywordsOfTheSameName(string query, string expected) => Assert.Equal(expected.Replace("§", M, StringComparison.Ordinal), Scope(query));

    [Theory]
    [InlineData("foo{namespace=\"shop\"}")]
    [InlineData("foo{a=\"b\", namespace = \"shop\"}")]
    public void KeepsASelectorThatIsAlreadyBound(string query) => Assert.Equal(query, Scope(query));

    /// <summary>Nothing rests on our reading of quotes and escapes.</summary>
    [Theory]
    [InlineData("foo{namespace='shop',a=\"b\"}", "foo{§,namespace='shop',a=\"b\"}")]
    [InlineData("foo{a=\"b\", namespace = `shop`}", "foo{§,a=\"b\", namespace = `shop`}")]
    [InlineData("{\"namespace\"=\"shop\",\"foo\"}", "{§,\"namespace\"=\"shop\",\"foo\"}")]
    [InlineData("foo{namespace=\"sh\\x6fp\"}", "foo{§,namespace=\"sh\\x6fp\"}")]
    [InlineData("foo{'name\\163pace'=\"shop\"}", "foo{§,'name\\163pace'=\"shop\"}")]
    public void BindsASelectorThatNamesTheNamespaceOtherwiseAllTheSame(string query, string expected) => Assert.Equal(expected.Replace("§", M, StringComparison.Ordinal), Scope(query));

    [Theory]
    [InlineData("foo # {namespace=\"shop\"}\n + bar", "foo{§} \n + bar{§}")]
    [InlineData("# a comment\nfoo # the end", "foo{§}")]
    [InlineData("foo{ # }\n a=\"b\"}", "foo{§, \n a=\"b\"}")]
    [InlineData("foo #\r or bar", "foo{§} \r or bar{§}")]
    public void DropsComments(string query, string expected)
    {
        var blanks = (string s) => string.Concat(s.Where(c => !char.IsWhiteSpace(c)));
        Assert.Equal(blanks(expected.Replace("§", M, StringComparison.Ordinal)), blanks(Scope(query)));
        Assert.DoesNotContain("#", Scope(query), StringComparison.Ordinal);
    }

    [Fact]
    public void KeepsAHashThatStandsInAString() => Assert.Equal($"foo{{{M},a=\"# x\"}}", Scope("foo{a=\"# x\"}"));

    [Fact]
    public void RefusesANamespaceThatIsNoName()
    {
        Assert.False(PromQlScope.TryScope("foo", "a\"} or foo{x=\"", out _, out var error));
        Assert.Contains("namespace", error, StringComparison.Ordinal);
    }

    /// <summary>In seconds.</summary>
    [Theory]
    [InlineData("foo", 0)]
    [InlineData("rate(foo[30s])", 30)]
    [InlineData("rate(foo[1h30m])", 5400)]
    [InlineData("rate(foo[500ms])", 0.5)]
    [InlineData("rate(foo[300])", 300)]
    [InlineData("rate(foo[99999y])", 31536000)]
    [InlineData("1 - sum by (pod) (rate(foo{a=\"[9h]\"}[30s])) / sum by (pod) (rate(foo[5m])) # [8h]", 300)]
    [InlineData("rate(foo[5m]) > bool rate(bar[1m])", 300)]
    [InlineData("clamp_max(rate(foo[5m]), scalar(rate(bar[1m])))", 300)]
    [InlineData("rate(foo[5m] offset 1d)", 300)]
    [InlineData("max_over_time(rate(foo[1m])[5m:30s])", 360)]
    [InlineData("max_over_time(rate(foo[1m])[5m:30s]) + rate(bar[2m])", 360)]
    [InlineData("rate(foo[2m]) + max_over_time((foo + rate(bar[1m]))[5m:])", 360)]
    public void TellsHowFarBackAQueryLooks(string query, double expected)
    {
        Assert.True(PromQlScope.TryScope(query, "shop", out _, out var range, out var error), error);
        Assert.Equal(TimeSpan.FromSeconds(expected), range);
    }

    private static string Scope(string query)
    {
        Assert.True(PromQlScope.TryScope(query, "shop", out var scoped, out var error), $"{query}: {error}");
        Assert.Equal("", error);
        Assert.True(PromQlScope.TryScope(scoped, "shop", out var again, out _));
        Assert.Equal(scoped, again);
        return scoped;
    }
}
