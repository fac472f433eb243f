using ChronosOps.Operator.Detection;
using ChronosOps.Operator.PromQl;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class TrafficQueriesTests
{
    [Fact]
    public void AClientsErrorIsNoErrorOfTheWorkload()
    {
        var query = TrafficQueries.Errors(["shop"]);
        foreach (var label in new[] { "code", "status", "status_code", "http_response_status_code" })
        {
            Assert.Contains($"{label}=~\"5..\"", query, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("4", query, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryQueryStaysWithinItsNamespaces()
    {
        foreach (var query in new[] { TrafficQueries.Requests(["shop"]), TrafficQueries.Errors(["shop"]), TrafficQueries.Latency(["shop"]) })
        {
            Assert.True(PromQlScope.TryScope(query, "shop", out _, out var error), error);
            Assert.Equal(query.Split('{').Length - 1, query.Split("namespace=\"shop\"").Length - 1);
        }
    }

    [Fact]
    public void OneQueryServesManyNamespacesInAStableOrder() =>
        Assert.Equal(TrafficQueries.Requests(["shop", "bank", "shop"]), TrafficQueries.Requests(["bank", "shop"]));

    [Theory]
    [InlineData("0.25", 0.25)]
    [InlineData("1e-3", 0.001)]
    [InlineData("+Inf", double.PositiveInfinity)]
    public void ReadsABound(string text, double expected)
    {
        Assert.True(TrafficQueries.TryBound(text, out var bound));
        Assert.Equal(expected, bound);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("-Inf")]
    [InlineData("fast")]
    public void RefusesWhatIsNoBound(string? text) => Assert.False(TrafficQueries.TryBound(text, out _));
}
