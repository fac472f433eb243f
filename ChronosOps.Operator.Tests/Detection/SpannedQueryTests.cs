using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>The queries over several namespaces, by Prometheus itself.</summary>
public sealed class SpannedQueryTests(RealPrometheus prometheus) : IClassFixture<RealPrometheus>
{
    private static readonly string[] Two = ["bank", "shop"];

    [Fact]
    public async Task TheTimeOfTheNewestSampleIsThatOfPrometheus()
    {
        Assert.SkipUnless(prometheus.IsThere, "there is no prometheus here");
        var result = await prometheus.QueryAsync(Freshness.Query.Text(Two));
        var one = Assert.Single(result!)!;
        Assert.Equal(("bank", $"{RealPrometheus.SampleTime}"), ((string?)one["metric"]!["namespace"], double.Parse((string)one["value"]![1]!, System.Globalization.CultureInfo.InvariantCulture).ToString("0", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Single((JsonObject)one["metric"]!);
    }

    /// <summary>web-1 and web-2 have answered with 500 alone; web-3 counts its requests, and not what became of them.</summary>
    [Fact]
    public async Task HowManyFailedIsNaNOfAPodThatCountsWithoutTheStatus()
    {
        Assert.SkipUnless(prometheus.IsThere, "there is no prometheus here");
        var result = await prometheus.QueryAsync(TrafficQueries.Errors(Two));
        Assert.Equal(["web-1 7", "web-2 7", "web-3 NaN"], result!.Select(one => $"{one!["metric"]!["pod"]} {one["value"]![1]}").Order());
        Assert.Equal(3, (await prometheus.QueryAsync(TrafficQueries.Requests(Two)))!.Count);
    }

    /// <summary>A namespace that is asked for by how its pods' names end is told as a whole, each pod once.</summary>
    [Fact]
    public async Task WhatIsAskedForByPodsIsTogetherWhatIsAskedForAtOnce()
    {
        Assert.SkipUnless(prometheus.IsThere, "there is no prometheus here");
        string[] bank = ["bank"];
        (PodEnding First, PodEnding Second) = (PodEnding.Any with { To = 2 }, PodEnding.Any with { From = 2 });
        Assert.Equal(["web-1"], Pods(await prometheus.QueryAsync(TrafficQueries.Requests(bank, First))));
        Assert.Equal(["web-2", "web-3"], Pods(await prometheus.QueryAsync(TrafficQueries.Requests(bank, Second))));
        SpannedText[] texts = [TrafficQueries.Errors, TrafficQueries.Latency, new PresetQuery(SignalKind.MemoryGrowth, TimeSpan.FromMinutes(30)).Text, new PresetQuery(SignalKind.QueueLag, TimeSpan.Zero).Text];
        foreach (var text in texts)
        {
            Assert.Equal(Pods(await prometheus.QueryAsync(text(bank))), Pods(await prometheus.QueryAsync(text(bank, First))).Concat(Pods(await prometheus.QueryAsync(text(bank, Second)))));
            Assert.Equal(text(bank, First).Split('{').Length, text(bank, First).Split("pod=~\"(.*[01])?\"").Length);
        }

        static IEnumerable<string> Pods(JsonArray? result) => result!.Select(one => (string)one!["metric"]!["pod"]!).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task PrometheusTakesThePresetsOfSeveralNamespaces()
    {
        Assert.SkipUnless(prometheus.IsThere, "there is no prometheus here");
        PresetQuery[] presets =
        [
            new(SignalKind.CpuSaturation, TimeSpan.FromMinutes(1)), new(SignalKind.CpuThrottling, TimeSpan.FromMinutes(1)), new(SignalKind.MemorySaturation, TimeSpan.Zero),
            new(SignalKind.QueueLag, TimeSpan.Zero), new(SignalKind.MemoryGrowth, TimeSpan.FromMinutes(30)),
        ];
        foreach (var preset in presets)
        {
            Assert.Contains("namespace=~\"bank|shop\"", preset.Text(Two), StringComparison.Ordinal);
            Assert.Null(await prometheus.RefusalAsync(preset.Text(Two)));
            Assert.NotNull(await prometheus.QueryAsync(preset.Text(Two)));
        }
    }
}
