using ChronosOps.Operator.PromQl;
using ChronosOps.Operator.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.PromQl;

/// <summary>Our reading of a query beside that of a real Prometheus, which holds series of the namespace bank only.</summary>
public sealed class PromQlBesidePrometheusTests(RealPrometheus prometheus) : IClassFixture<RealPrometheus>
{
    private const string NoPrometheus = "prometheus and promtool are not on the PATH";
    private static readonly int Runs = Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_LONG") == "1" ? 20_000 : 600;

    /// <summary>Why a query is refused that Prometheus would take: what it would read or make up, not how it is written.</summary>
    private static readonly string[] Guards =
        ["reaches beyond the namespace", "selects no series", "must not write the label", "the label in quotes", "info() takes labels", "nested deeper", "is longer than", "is not a function of Prometheus", "unexpected character U+0000"];

    [Fact]
    public async Task WhatPrometheusTakesIsRead()
    {
        Assert.SkipUnless(prometheus.IsThere, NoPrometheus);
        var (taken, refused) = (0, 0);
        foreach (var query in Samples(DamagedQueries.All))
        {
            var refusal = await prometheus.RefusalAsync(query);
            _ = refusal is null ? taken++ : refused++;
            if (refusal is null && !PromQlScope.TryScope(query, "shop", out _, out var error))
            {
                Assert.True(Guards.Any(guard => error.Contains(guard, StringComparison.Ordinal)), $"Prometheus takes what is refused here, {error}: {query}");
            }
        }

        Assert.True(taken > Runs / 20 && refused > Runs / 20, $"of too little of both: {taken} taken, {refused} refused");
    }

    [Fact]
    public async Task NoQueryThatIsBoundReadsAnotherNamespace()
    {
        Assert.SkipUnless(prometheus.IsThere, NoPrometheus);
        var (evaluated, couldRead) = (0, 0);
        foreach (var query in Samples(PromQlQueries.All.Select(query => query.Text)).Concat(Samples(DamagedQueries.All)))
        {
            if (!PromQlScope.TryScope(query, "shop", out var scoped, out _) || await prometheus.QueryAsync(scoped) is not { } seen)
            {
                continue;
            }

            Assert.True(seen.Count == 0, $"reads what is not its own: {scoped}\ngives {seen.ToJsonString()}");
            evaluated++;
            couldRead += await prometheus.QueryAsync(query) is { Count: > 0 } ? 1 : 0;
        }

        Assert.True(evaluated > Runs / 4 && couldRead > Runs / 20, $"too few tell anything: {evaluated} evaluated, {couldRead} of them would have read something");
    }

    [Fact]
    public async Task WhatIsSentIsAQueryThatPrometheusTakesWhereItTookTheOneBefore()
    {
        Assert.SkipUnless(prometheus.IsThere, NoPrometheus);
        foreach (var query in Samples(DamagedQueries.All))
        {
            if (PromQlScope.TryScope(query, "shop", out var scoped, out _) && await prometheus.RefusalAsync(query) is null)
            {
                Assert.True(await prometheus.RefusalAsync(scoped) is not { } refusal, $"{query}\nbecame what is no query: {scoped}");
            }
        }
    }

    private static IEnumerable<string> Samples(Gen<string> queries) => Gen.Sample(queries, Runs, 12);
}
