using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

public sealed class BacktestCommandTests : IDisposable
{
    private const string Policy = """
        apiVersion: chronosops.io/v1alpha1
        kind: RemediationPolicy
        metadata:
          name: team
          namespace: shop
        spec:
          mode: Autonomous
          workloads:
            selector: {}
          signals:
          - name: errors
            preset: HttpErrorRatio
            threshold: 5%
        """;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private readonly string _folder = Directory.CreateTempSubdirectory("backtest").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RecordedSeriesShowTheBadReleaseInATable()
    {
        Record(PastStories.BadRelease());
        var cli = new CliRun();
        Assert.Equal(0, await cli.RunAsync("backtest", Write(Policy), "--csv", _folder));
        var text = cli.Out.ToString();
        Assert.Contains("Policy shop/team (mode Autonomous) from 2024-01-01 12:00:00Z to 2024-01-01 14:00:00Z, every 15s: 2 workloads, 481 evaluations of each", text, StringComparison.Ordinal);
        Assert.Matches("(?m)^1   2024-01-01 13:0[01]:\\d\\dZ   .* checkout   errors   .* Resolved   BadRelease   0\\.\\d+ +Rollback from 7c9b4d8f6 to 5f8d6c7b9$", text);
        Assert.Contains("1 incidents (84 a week), 0 of them dismissed; an action would have been taken in 1", text, StringComparison.Ordinal);
        Assert.Contains("label selector cannot be resolved", text, StringComparison.Ordinal);
        Assert.EndsWith("100 %  2024-01-01 14:00:00Z  1 incidents", cli.Error.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheJsonIsStable()
    {
        Record(PastStories.BadRelease());
        var cli = new CliRun();
        Assert.Equal(0, await cli.RunAsync("backtest", Write(Policy), "--csv", _folder, "--output", "json"));
        Golden.Matches(cli.Out.ToString(), "backtest.golden.json");
    }

    [Fact]
    public async Task ThePageIsWellFormedNeedsNothingElseAndShowsWhatTheReportSays()
    {
        Record(PastStories.BadRelease());
        var (cli, file) = (new CliRun(), Path.Combine(_folder, "page.html"));
        Assert.Equal(0, await cli.RunAsync("backtest", Write(Policy), "--csv", _folder, "-o", "json", "--html", file));
        var incident = JsonNode.Parse(cli.Out.ToString())!["incidents"]![0]!;
        var page = XDocument.Parse((await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img" || element.Attributes().Any(attribute => attribute.Name.LocalName is "src" or "href"));
        var chart = Assert.Single(page.Descendants(Svg + "svg"));
        var span = Assert.Single(chart.Elements(Svg + "rect"));

        // An hour of two: the chart's width is 720, and begins at 170.
        Assert.Equal(170 + (720 * (Time(incident["onsetAt"]) - 0) / 7200), Number(span, "x"), 0.1);
        Assert.Equal(720 * (Time(incident["endedAt"]) - Time(incident["onsetAt"])) / 7200, Number(span, "width"), 0.1);
        Assert.Equal(2, chart.Descendants(Svg + "line").Count(line => (string?)line.Attribute("class") == "rollout"));
        Assert.Contains(chart.Elements(Svg + "text"), text => text.Value == "requests failed, %");
        Assert.Contains(chart.Elements(Svg + "text"), text => text.Value == "time (UTC)");

        // The line stands where 40 % and 5 % stand to each other.
        var (limit, most) = (Lowest(chart, "limit"), Lowest(chart, "value"));
        Assert.Equal(0.05 / 0.4, (164 - limit) / (164 - most), 0.02);
    }

    [Fact]
    public async Task BenignHistoryRaisesNothing()
    {
        Record(PastStories.Benign());
        var (cli, file) = (new CliRun(), Path.Combine(_folder, "page.html"));
        Assert.Equal(0, await cli.RunAsync("backtest", Write(Policy), "--csv", _folder, "--html", file));
        Assert.Contains("\n0 incidents (0 a week)", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("No incident would have been raised.", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AQueryOfThePolicyIsReadByItsSignalsNameEvenOfOneSeriesWithoutAPod()
    {
        var queue = Policy.Replace("selector: {}", "name: importer", StringComparison.Ordinal).Replace("preset: HttpErrorRatio", "query: max(queue_depth)", StringComparison.Ordinal).Replace("5%", "\"100\"", StringComparison.Ordinal) + "\n  knownGood:\n    minimumRequests: 0\n";
        File.WriteAllLines(Path.Combine(_folder, "errors.csv"), Enumerable.Range(0, 200).Select(k => $"{1_700_000_000 + (k * 60)},{(k is >= 100 and < 120 ? 250 : 20)}"));
        var cli = new CliRun();
        Assert.Equal(0, await cli.RunAsync("backtest", Write(queue), "--csv", _folder, "-o", "json"));
        var incident = Assert.Single(JsonNode.Parse(cli.Out.ToString())!["incidents"]!.AsArray())!;
        Assert.Equal(("importer", (double?)250), ((string?)incident["workload"], (double?)incident["value"]));
        Assert.Equal(1_700_006_000, DateTimeOffset.Parse((string)incident["onsetAt"]!, CultureInfo.InvariantCulture).ToUnixTimeSeconds(), 15.0);
        Assert.Equal("CauseUnknown", (string?)incident["would"]!["reason"]);
    }

    [Theory]
    [InlineData("threshold: 5%", "threshold: 5x", "spec.signals[0].threshold: '5x' is not a number, percentage or duration")]
    [InlineData("threshold: 5%", "treshold: 5%", "spec.signals[0].treshold: there is no such field")]
    [InlineData("mode: Autonomous", "mode: Bold", "spec.mode: cannot be read")]
    [InlineData("kind: RemediationPolicy", "kind: Policy", "holds 0 objects of kind RemediationPolicy")]
    [InlineData("v1alpha1", "v1", "apiVersion: 'chronosops.io/v1' is not chronosops.io/v1alpha1")]
    [InlineData("selector: {}", "selector: {}\n    kind: Job", "a Job is judged by its states")]
    public async Task AWrongPolicyIsRefusedByField(string right, string wrong, string complaint)
    {
        var cli = new CliRun();
        Assert.Equal(1, await cli.RunAsync("backtest", Write(Policy.Replace(right, wrong, StringComparison.Ordinal)), "--csv", _folder));
        Assert.Contains(complaint, cli.Error.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("error: ", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "give one of --prometheus-url (CHRONOSOPS_PROMETHEUS_URL) and --csv")]
    [InlineData(2, "--last: 'often' is not a duration such as 7d, 12h or 90m", "--csv", "DIR", "--last", "often")]
    [InlineData(2, "--from: 'now' is not a time", "--csv", "DIR", "--from", "now")]
    [InlineData(2, "--last and --from exclude each other", "--csv", "DIR", "--from", "2024-01-01", "--last", "1d")]
    [InlineData(2, "--interval: must be a duration from 1s to 5m", "--csv", "DIR", "--interval", "1h")]
    [InlineData(2, "--output: 'xml' is neither table nor json", "--csv", "DIR", "-o", "xml")]
    [InlineData(2, "--prometheus-url (CHRONOSOPS_PROMETHEUS_URL): the value, which is not shown, must be an http or https URL", "--prometheus", "localhost")]
    [InlineData(1, "Unreachable", "--prometheus", "http://127.0.0.1:1")]
    public async Task AWrongCommandLineIsSaid(int code, string complaint, params string[] args)
    {
        Record(PastStories.Benign());
        var cli = new CliRun();
        Assert.Equal(code, await cli.RunAsync(["backtest", Write(Policy), .. args.Select(arg => arg == "DIR" ? _folder : arg)]));
        Assert.Contains(complaint, cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStretchOfTheRecordedTimeMayBeAskedFor()
    {
        Record(PastStories.BadRelease());
        var cli = new CliRun();
        Assert.Equal(0, await cli.RunAsync("backtest", Write(Policy), "--csv", _folder, "-o", "json", "--last", "30m"));
        var report = JsonNode.Parse(cli.Out.ToString())!;
        Assert.Equal(("2024-01-01T13:30:00.000Z", 0), ((string?)report["from"], report["incidents"]!.AsArray().Count));
    }

    private static double Time(JsonNode? time) => (DateTimeOffset.Parse((string)time!, CultureInfo.InvariantCulture) - PastTraffic.At(0)).TotalSeconds;

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    /// <summary>The highest point of a path, which has the lowest ordinate.</summary>
    private static double Lowest(XElement chart, string name)
    {
        var path = chart.Elements(Svg + "path").Single(one => (string?)one.Attribute("class") == name).Attribute("d")!.Value;
        return System.Text.RegularExpressions.Regex.Matches(path, "(?:[ML][0-9.]+ |V)([0-9.]+)").Min(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    private string Write(string policy)
    {
        var file = Path.Combine(_folder, "policy.yaml");
        File.WriteAllText(file, policy);
        return file;
    }

    /// <summary>Two hours of counters, a sample every 15 seconds.</summary>
    private void Record(PastTraffic traffic)
    {
        foreach (var pod in traffic.Pods)
        {
            var (requests, errors) = (new StringBuilder(), new StringBuilder());
            for (var at = 0; at <= 7200; at += 15)
            {
                if (at >= pod.From && at <= pod.To)
                {
                    requests.AppendLine(CultureInfo.InvariantCulture, $"{PastTraffic.At(at):O},{Math.Floor(PastTraffic.Requests(pod, at))}");
                    errors.AppendLine(CultureInfo.InvariantCulture, $"{PastTraffic.At(at):O},{Math.Floor(PastTraffic.Errors(pod, at))}");
                }
            }

            if (requests.Length > 0)
            {
                File.WriteAllText(Path.Combine(_folder, $"requests-{pod.Name}.csv"), requests.ToString());
                File.WriteAllText(Path.Combine(_folder, $"errors-{pod.Name}.csv"), errors.ToString());
            }
        }
    }
}
