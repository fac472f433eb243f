using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

/// <summary>A Prometheus that holds the history of a bad release.</summary>
public sealed class PrometheusWithHistory : RealPrometheus
{
    protected override IEnumerable<string> Samples() =>
        PastStories.BadRelease().Pods.SelectMany(pod => Enumerable.Range(0, 561).Select(k => (k - 80) * 15).Where(at => at >= pod.From && at <= pod.To).SelectMany(at => new[] { (at, "200"), (at, "500") }).OrderBy(one => one.Item2, StringComparer.Ordinal)
            .Select(one => string.Create(CultureInfo.InvariantCulture,
                $"http_requests_total{{namespace=\"shop\",pod=\"{pod.Name}\",code=\"{one.Item2}\"}} {Math.Floor(one.Item2 == "500" ? PastTraffic.Errors(pod, one.at) : PastTraffic.Requests(pod, one.at) - PastTraffic.Errors(pod, one.at))} {PastTraffic.At(one.at).ToUnixTimeSeconds()}")));
}

public sealed class BacktestBesidePrometheusTests(PrometheusWithHistory prometheus) : IClassFixture<PrometheusWithHistory>
{
    [Fact]
    public async Task ARealPrometheusTellsTheSameStory()
    {
        Assert.SkipUnless(prometheus.IsThere, "prometheus and promtool are not on the PATH");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            apiVersion: chronosops.io/v1alpha1
            kind: RemediationPolicy
            metadata: { name: team, namespace: shop }
            spec:
              workloads: { selector: {} }
              signals:
              - { name: errors, preset: HttpErrorRatio, threshold: 5% }
              - { name: latency, preset: HttpLatencyP95, threshold: 500ms }
            """, TestContext.Current.CancellationToken);
        var cli = new CliRun();
        Assert.Equal(0, await cli.RunAsync("backtest", file, "--prometheus", $"{prometheus.Url}", "--from", $"{PastTraffic.At(0):O}", "--to", $"{PastTraffic.At(7200):O}", "-o", "json"));
        File.Delete(file);
        var report = JsonNode.Parse(cli.Out.ToString())!;
        var incident = Assert.Single(report["incidents"]!.AsArray())!;
        Assert.Equal(("checkout", "errors", PastStories.New, "BadRelease", "ModeObserve"),
            ((string?)incident["workload"], (string?)incident["signal"], (string?)incident["revision"], (string?)incident["cause"], (string?)incident["would"]!["reason"]));
        Assert.Equal(["cart", "checkout"], report["workloads"]!.AsArray().Select(one => (string?)one!["workload"]));
        Assert.All(report["workloads"]!.AsArray(), one => Assert.Equal(481, (int?)one!["signals"]![1]!["unknown"]));
        Assert.Contains("workloads by the names of pods: kube_pod_owner is not there", cli.Error.ToString(), StringComparison.Ordinal);
    }
}
