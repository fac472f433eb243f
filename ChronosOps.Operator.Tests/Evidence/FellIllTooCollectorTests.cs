using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Evidence;

/// <summary>Of checkout, whose trouble began twenty seconds ago: cart and prices of its namespace fell ill with it.</summary>
public sealed class FellIllTooCollectorTests
{
    [Theory]
    [InlineData("", "cart prices")]
    [InlineData("cart>prices checkout>cart", "cart prices")] // the one calls the other, and checkout calls both
    [InlineData("cart>checkout", "prices")]
    [InlineData("cart>bff bff>checkout", "prices")] // bff is not watched
    [InlineData("cart>bff bff>cart prices>bff", "cart prices")]
    public async Task WhatFellIllTooAndDoesNotCallItIsTold(string calls, string expected) =>
        Assert.Equal(expected, await CollectAsync(calls, Ill("cart", -20), Ill("prices", -35)));

    [Theory]
    [InlineData(-50, "cart prices")]
    [InlineData(-51, "")]
    [InlineData(10, "cart prices")]
    [InlineData(11, "")]
    public async Task OnlyWhatFellIllWithinHalfAMinuteCounts(double since, string expected) => Assert.Equal(expected, await CollectAsync("", Ill("cart", -20), Ill("prices", since)));

    [Fact]
    public async Task WhatIsOnItsWayToBeIllCountsToo() =>
        Assert.Equal("cart prices", await CollectAsync("", Ill("cart", -20), Ill("prices", -20) with { Signals = [SampleBundle.Fires("errors", null) with { State = SignalState.Pending }] }));

    /// <summary>It is well, was ill before, is in another namespace, or it is only said to be by somebody else.</summary>
    [Theory]
    [InlineData("well")]
    [InlineData("before")]
    [InlineData("elsewhere")]
    [InlineData("alert")]
    public async Task WhatDidNotFallIllWithItDoesNotCount(string which)
    {
        var prices = Ill("prices", -20);
        Assert.Equal("", await CollectAsync("", Ill("cart", -20), which switch
        {
            "well" => prices with { Signals = [SampleBundle.Reading("errors", SignalState.Healthy)] },
            "before" => prices with { Signals = [.. prices.Signals, SampleBundle.Fires("latency", null) with { Since = SampleWorkload.At(-600) }] },
            "elsewhere" => prices with { Workload = prices.Workload with { Key = prices.Workload.Key with { Namespace = "bank" } } },
            _ => prices with { Signals = [SampleBundle.Fires("alert/Errors", null)] },
        }));
    }

    /// <summary>What never had another revision was made, and not released.</summary>
    [Theory]
    [InlineData(-600, 2, "")]
    [InlineData(-621, 2, "cart prices")]
    [InlineData(-60, 1, "cart prices")]
    public async Task WhatWasReleasedLatelyMayBeIllOfThat(double rollout, int revisions, string expected)
    {
        var prices = Ill("prices", -20);
        var released = prices.Workload with { RolloutStartedAt = SampleWorkload.At(rollout), Revisions = [.. new[] { SampleWorkload.NewRevision, SampleWorkload.OldRevision }.Take(revisions)] };
        Assert.Equal(expected, await CollectAsync("", Ill("cart", -20), prices with { Workload = released }));
    }

    private static WorkloadReading Ill(string name, double since) => SampleContext.Well(SamplePolicy.Effective()) with
    {
        Workload = SampleWorkload.Settled() with { Key = SampleWorkload.Key with { Name = name } },
        Signals = [SampleBundle.Fires("errors", null) with { Since = SampleWorkload.At(since) }],
    };

    private static async Task<string> CollectAsync(string calls, params WorkloadReading[] readings)
    {
        string[] names = ["checkout", "cart", "prices", "bff"];
        using var api = new FakeApi(request => request.PathAndQuery.StartsWith("/apis/apps/v1/deployments", StringComparison.Ordinal)
            ? SampleCaches.List(request, [.. names.Select(name => Deployment(name, [.. calls.Split(' ').Where(call => call.StartsWith(name + ">", StringComparison.Ordinal)).Select(call => call.Split('>')[1])]))])
            : SampleCaches.List(request));
        var caches = SampleCaches.Of(api.Client);
        var catalog = new WorkloadCatalog(caches, new FakeTime());
        await SampleCaches.FillAsync(caches.Deployments, TestContext.Current.CancellationToken);
        var (board, bundle) = (new SignalBoard(), SampleBundle.BadRelease());
        board.Publish([.. readings, SampleContext.Well(SamplePolicy.Effective()) with { Signals = bundle.Signals }]);
        var graph = new ServiceGraph(new SilentSource(), TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => []);
        var request = new CollectionRequest(SampleContext.Well(SamplePolicy.Effective()), bundle.OnsetAt, SampleWorkload.Now);
        return string.Join(' ', (await new FellIllTooCollector(catalog, board, graph).CollectAsync(bundle, request, TestContext.Current.CancellationToken)).FellIllToo);
    }

    private static string Deployment(string name, string[] hosts)
    {
        var env = string.Join(", ", hosts.Select(host => $$"""{ "name": "URL_OF_{{host}}", "value": "http://{{host}}:8080" }"""));
        return $$"""{ "metadata": { "name": "{{name}}", "namespace": "shop", "uid": "uid-{{name}}" }, "spec": { "replicas": 1, "template": { "spec": { "containers": [ { "name": "app", "env": [ {{env}} ] } ] } } } }""";
    }
}
