using System.Diagnostics;
using System.Text.RegularExpressions;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Telemetry;

public sealed partial class ChronosMetricsTests
{
    [Fact]
    public void EveryMethodShowsUpAtTheNextScrape()
    {
        using var metrics = new ChronosMetrics();
        MeasureEverything(metrics);
        var lines = metrics.Exposition.Write().Split('\n');
        string[] expected =
        [
            "chronosops_evaluations_total{result=\"Ok\"} 1",
            "chronosops_evaluation_duration_seconds_bucket{le=\"0.25\"} 1",
            "chronosops_series_queries_total{result=\"Timeout\"} 1",
            "chronosops_series_queries_divided_total 1",
            "chronosops_series_clock_ahead_seconds -2.5",
            "chronosops_incidents_opened_total 1",
            "chronosops_incident_transitions_total{phase=\"Acting\",reason=\"GatesAllow\"} 1",
            "chronosops_gate_verdicts_total{gate=\"EmergencyStop\",verdict=\"Allow\"} 1",
            "chronosops_actions_total{action=\"Rollback\",outcome=\"Succeeded\"} 1",
            "chronosops_time_to_detect_seconds_bucket{le=\"20\"} 0",
            "chronosops_time_to_detect_seconds_bucket{le=\"30\"} 1",
            "chronosops_time_to_mitigate_seconds_sum 61",
            "chronosops_open_incidents 2",
            "chronosops_policies 3",
            "chronosops_storms 4",
        ];
        Assert.All(expected, line => Assert.Contains(line, lines));
        Assert.Contains(lines, line => line.StartsWith("chronosops_build_info{version=\"", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("chronosops_gc_collections_total{generation=\"2\"} ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("chronosops_process_resident_memory_bytes ", StringComparison.Ordinal));
    }

    [Fact]
    public void SaysZeroBeforeTheFirstIncident()
    {
        using var metrics = new ChronosMetrics();
        Assert.Contains("chronosops_incidents_opened_total 0\n", metrics.Exposition.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void TwoInOneProcessDoNotMix()
    {
        using var one = new ChronosMetrics();
        using var other = new ChronosMetrics();
        one.IncidentOpened();
        Assert.Contains("chronosops_incidents_opened_total 0\n", other.Exposition.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryLineIsOfTheTextFormat()
    {
        using var metrics = new ChronosMetrics();
        MeasureEverything(metrics);
        Assert.All(metrics.Exposition.Write().TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
    }

    [Fact]
    public async Task PromtoolFindsNothingToComplainAbout()
    {
        var promtool = OnPath.Find("promtool");
        Assert.SkipWhen(promtool is null, "promtool is not on the PATH");
        using var metrics = new ChronosMetrics();
        MeasureEverything(metrics);
        using var process = Process.Start(new ProcessStartInfo(promtool, "check metrics") { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(metrics.Exposition.Write());
        process.StandardInput.Close();
        Assert.Equal("", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    private static void MeasureEverything(ChronosMetrics metrics)
    {
        metrics.Evaluation("Ok", TimeSpan.FromMilliseconds(200));
        metrics.SeriesQuery("Timeout");
        metrics.SeriesDivided();
        metrics.ClockAhead(TimeSpan.FromSeconds(-2.5));
        metrics.IncidentOpened();
        metrics.Transition(IncidentPhase.Acting, "GatesAllow");
        metrics.GateVerdict("EmergencyStop", "Allow");
        metrics.Action("Rollback", ActionState.Succeeded);
        metrics.Detected(TimeSpan.FromSeconds(21));
        metrics.Mitigated(TimeSpan.FromSeconds(61));
        metrics.OpenIncidents(2);
        metrics.Policies(3);
        metrics.Storms(4);
    }

    [GeneratedRegex("""^(# HELP [a-z_]+ .*|# TYPE [a-z_]+ (counter|gauge|histogram)|[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? ([0-9.E+-]+|\+Inf|NaN))$""")]
    private static partial Regex Line();
}
