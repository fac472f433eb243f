using ChronosOps.Operator.PromQl;
using Xunit;

namespace ChronosOps.Operator.Tests.PromQl;

public sealed class PromQlScopeRefusalTests
{
    [Theory]
    [InlineData("foo{namespace=\"bank\"}", "namespace=\"bank\"")]
    [InlineData("foo{namespace=\"\"}", "namespace=\"\"")]
    [InlineData("foo{namespace=~\"shop\"}", "namespace=~\"shop\"")]
    [InlineData("foo{namespace!=\"shop\"}", "namespace!=\"shop\"")]
    [InlineData("foo{namespace!~\"x\"}", "namespace!~\"x\"")]
    [InlineData("foo{namespace=\"shop\",namespace=~\".+\"}", "namespace=~\".+\"")]
    [InlineData("foo{\"namespace\"=\"bank\"}", "\"namespace\"=\"bank\"")]
    [InlineData("foo{\"name\\x73pace\"=\"bank\"}", "=\"bank\"")]
    [InlineData("foo{'name\\u0073pace'=`bank`}", "=`bank`")]
    [InlineData("bar or foo{ # comment\n namespace # }\n =~ \"bank\"}", "=~\"bank\"")]
    [InlineData("max_over_time(foo{namespace=\"bank\"}[5m:1m])", "namespace=\"bank\"")]
    public void NamesTheMatcherThatReachesBeyondTheNamespace(string query, string named)
    {
        var error = Refuse(query);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Contains("reaches beyond the namespace shop", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("label_replace(foo, \"namespace\", \"x\", \"\", \"\")", "namespace")]
    [InlineData("label_replace(foo, \"pod\", \"x\", \"\", \"\")", "pod")]
    [InlineData("label_replace(foo, `pod`, \"x\", \"\", \"\")", "pod")]
    [InlineData("label_replace(foo, 'p\\157d', \"x\", \"\", \"\")", "pod")]
    [InlineData("label_join(foo, \"pod\", \"-\", \"a\")", "pod")]
    [InlineData("count_values(\"pod\", foo)", "pod")]
    [InlineData("count_values by (a) (\"namespace\", foo)", "namespace")]
    [InlineData("label_replace(foo, (\"pod\"), \"x\", \"\", \"\")", "in quotes")]
    [InlineData("label_replace(foo, \"p\" + \"od\", \"x\", \"\", \"\")", "in quotes")]
    [InlineData("label_replace(foo, # c\n", "in quotes")]
    [InlineData("label_set(foo, \"pod\", \"x\")", "label_set")]
    [InlineData("info(foo)", "info()")]
    public void RefusesWhatCouldForgeWhoseASeriesIs(string query, string named) => Assert.Contains(named, Refuse(query), StringComparison.Ordinal);

    [Theory]
    [InlineData("", 1)]
    [InlineData("  # foo", 8)]
    [InlineData("foo)", 4)]
    [InlineData("(foo", 5)]
    [InlineData("foo{a=\"b\"", 10)]
    [InlineData("foo{a=\"b\"}}", 11)]
    [InlineData("foo{a=\"b\"}{c=\"d\"}", 11)]
    [InlineData("foo[5m", 7)]
    [InlineData("foo[5m:1m:1m]", 10)]
    [InlineData("foo[bar]", 5)]
    [InlineData("foo bar", 5)]
    [InlineData("foo bar{namespace=\"bank\"}", 5)]
    [InlineData("foo;bar", 4)]
    [InlineData("foo{a=\"b}", 7)]
    [InlineData("foo{a=\"b\nc\"}", 7)]
    [InlineData("foo{a='b\\\"'}", 9)]
    [InlineData("foo{a=\"\\ud800\"}", 8)]
    [InlineData("foo{a=\"\\777\"}", 8)]
    [InlineData("foo{a=\"\\q\"}", 8)]
    [InlineData("foo{a=b}", 7)]
    [InlineData("foo{a==\"b\"}", 6)]
    [InlineData("foo{,}", 5)]
    [InlineData("foo{a:b=\"c\"}", 5)]
    [InlineData("foo{a=\"b\" or namespace=\"bank\"}", 11)]
    [InlineData("foo{a=\"b\"}\0", 11)]
    [InlineData("foo\u00a0or bar", 4)]
    [InlineData("föö", 2)]
    [InlineData("foo + 0x", 7)]
    [InlineData("foo + 1h5", 7)]
    [InlineData("foo + 1.2.3", 7)]
    [InlineData("foo offset bar", 12)]
    [InlineData("foo @ bar", 7)]
    [InlineData("foo ! bar", 5)]
    [InlineData("foo =~ bar", 5)]
    [InlineData("sum by (a foo)", 11)]
    [InlineData("sum by foo (a)", 8)]
    [InlineData("newagg by (a) (foo)", 8)]
    [InlineData("foo / on (a) group_left (b)", 28)]
    [InlineData("on", 1)]
    [InlineData("WITH (x = foo) x", 9)]
    public void RefusesWhatIsNotPromQlWithThePosition(string query, int position) =>
        Assert.StartsWith($"at character {position}: ", Refuse(query), StringComparison.Ordinal);

    [Theory]
    [InlineData("1 + 1")]
    [InlineData("vector(1)")]
    [InlineData("\"foo\"")]
    [InlineData("time()")]
    public void RefusesAQueryThatSelectsNothing(string query) => Assert.Contains("selects no series", Refuse(query), StringComparison.Ordinal);

    [Fact]
    public void RefusesHalfOfASurrogatePair() => Assert.StartsWith("at character 8: unexpected character U+D83D", Refuse("foo{a=\"\ud83d\"}"), StringComparison.Ordinal);

    [Fact]
    public void RefusesNestingThatCouldExhaustTheStack() => Assert.Contains("nested deeper", Refuse(new string('(', 5000) + "foo" + new string(')', 5000)), StringComparison.Ordinal);

    [Fact]
    public void RefusesAQueryOfExcessiveLength() => Assert.Contains("longer than", Refuse(new string('a', 20_000)), StringComparison.Ordinal);

    private static string Refuse(string query)
    {
        Assert.False(PromQlScope.TryScope(query, "shop", out var scoped, out var error), $"accepted as {scoped}");
        Assert.Equal("", scoped);
        return error;
    }
}
