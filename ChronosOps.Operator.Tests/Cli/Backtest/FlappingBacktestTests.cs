using System.Globalization;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli.Backtest;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

/// <summary>
/// Two minutes of errors every five minutes, above the threshold of 5 % and below twice of it; each fires for the second minute. By docs/policies.md the third that is over within the hour has the signal held down for
/// 5 minutes after its end, the fourth for 10, the fifth for 20, the sixth for 30.
/// </summary>
public sealed class FlappingBacktestTests
{
    private const int Pods = 10;

    private static readonly EffectivePolicy Policy = SamplePolicy.Effective() with
    {
        WorkloadName = null,
        Selector = new(),
        Signals = [SamplePolicy.Errors() with { Window = TimeSpan.FromMinutes(1), For = TimeSpan.FromSeconds(30) }],
    };

    [Fact]
    public async Task WhatFlapsIsHeldDownAsTheOperatorWould()
    {
        var outcome = await RunAsync(Blips(8, 0.08));
        Assert.Equal(["0", "1", "2", "4", "7"], outcome.Incidents.Select(incident => Blip(incident.OnsetAt)));
        Assert.All(outcome.Incidents, incident => Assert.Null(incident.HeldDownFrom));
        var held = outcome.HeldDown.ToList();
        Assert.Equal(["3", "5", "6"], held.Select(hold => Blip(hold.OnsetAt)));
        Assert.All(held, hold => Assert.InRange(hold.To!.Value - hold.From, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(120)));

        var report = Reporting.Of(outcome);
        var flapping = Assert.Single(report.Summary.Flapping);
        Assert.Equal(("checkout", "errors", 5, 3), (flapping.Workload, flapping.Signal, flapping.Incidents, flapping.HeldDown));
        Assert.Equal(outcome.Incidents.ElementAt(2).EndedAt, flapping.Since);
        Assert.Equal((5, 3), (report.Summary.Incidents, report.Summary.HeldDown));
        Assert.Equal(held.Select(hold => hold.From), report.HeldDown.Select(hold => hold.HeldDownFrom));
        Assert.Equal(["errors"], report.HeldDown[0].Signals);
    }

    [Fact]
    public async Task TwoDoNotFlap()
    {
        var report = Reporting.Of(await RunAsync(Blips(2, 0.08)));
        Assert.Equal((2, 0), (report.Summary.Incidents, report.Summary.HeldDown));
        Assert.Empty(report.Summary.Flapping);
    }

    [Fact]
    public async Task AnOutageIsRaisedWhateverFlaps()
    {
        var outcome = await RunAsync(Blips(4, 0.08, last: 0.3));
        Assert.Equal(["0", "1", "2", "3"], outcome.Incidents.Select(incident => Blip(incident.OnsetAt)));
        Assert.Empty(outcome.HeldDown);
    }

    [Fact]
    public async Task WhatStillFiresWhenTheHoldEndsIsRaisedThenAndSaysSo()
    {
        var outcome = await RunAsync(Blips(4, 0.08, lastFor: 900));
        var late = outcome.Incidents.Last();
        Assert.Equal(("3", 4), (Blip(late.OnsetAt), outcome.Incidents.Count()));
        Assert.Equal(outcome.Incidents.ElementAt(2).EndedAt!.Value + TimeSpan.FromMinutes(5), late.DetectedAt);
        Assert.InRange(late.HeldDownFrom!.Value, PastTraffic.At(1530), PastTraffic.At(1590));
        Assert.Empty(outcome.HeldDown);
        var report = Reporting.Of(outcome);
        Assert.Equal((4, 0), (Assert.Single(report.Summary.Flapping).Incidents, report.Summary.HeldDown));
        Assert.Equal(late.HeldDownFrom, report.Incidents[^1].HeldDownFrom);
    }

    [Fact]
    public async Task WhatIsHeldDownAtTheEndOfTheHistoryHasNoEnd()
    {
        var run = new BacktestRun(Policy, Blips(4, 0.08), PastTraffic.Interval);
        var outcome = await run.RunAsync(PastTraffic.At(0), PastTraffic.At(1605), null, TestContext.Current.CancellationToken);
        var held = Assert.Single(Reporting.Of(outcome).HeldDown);
        Assert.Null(held.EndedAt);
        Assert.Equal((outcome.To - held.OnsetAt).TotalSeconds, held.DurationSeconds);
    }

    /// <summary>The bad release would have been rolled back at the first: what followed came only because nothing was done.</summary>
    [Theory]
    [InlineData(PolicyMode.Autonomous, 0)]
    [InlineData(PolicyMode.Observe, 1)]
    public async Task WhatWouldHaveBeenActedUponIsNoFlap(PolicyMode mode, int flapping)
    {
        var outcome = await RunAsync(BlipsOfANewRelease(), Policy with { Mode = mode, MinimumConfidence = 0.5, MaxActionsPerHour = 60 });
        Assert.Equal(mode == PolicyMode.Autonomous ? Verdict.Allow : Verdict.Deny, outcome.Incidents.First().Proposal!.Verdict);
        Assert.Equal(flapping, Reporting.Of(outcome).Summary.Flapping.Count);
        Assert.Equal(flapping > 0, outcome.HeldDown.Any());
    }

    /// <summary>After so many actions no further one is allowed within the hour, and then it flaps like any other.</summary>
    [Fact]
    public async Task WhatCameAfterTheLastActionOfTheHourFlaps()
    {
        var outcome = await RunAsync(BlipsOfANewRelease(), Policy with { MinimumConfidence = 0.5, MaxActionsPerHour = 1 });
        Assert.Equal(["Allowed", "TooManyActions", "TooManyActions", "TooManyActions"], outcome.Incidents.Take(4).Select(incident => incident.Proposal!.Reason));
        Assert.Equal(outcome.Incidents.ElementAt(3).EndedAt, Assert.Single(Reporting.Of(outcome).Summary.Flapping).Since);
    }

    [Fact]
    public async Task TheTableListsWhatWasHeldDown()
    {
        using var table = new StringWriter();
        await BacktestTable.WriteAsync(table, Reporting.Of(await RunAsync(Blips(8, 0.08))));
        var text = table.ToString();
        Assert.Contains("\n5 incidents (420 a week), ", text, StringComparison.Ordinal);
        Assert.Contains("; 3 more held down, since their signals flapped\n", text, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^Flaps: checkout errors, since 2024-01-01 12:2\d:\d\dZ: 5 incidents, held down 3 times$", text);
        Assert.Matches(@"(?m)^HELD DOWN +LASTED +WORKLOAD +SIGNAL +SEEN$", text);
        Assert.Equal(3, System.Text.RegularExpressions.Regex.Count(text, @"(?m)^2024-01-01 1\d:\d\d:\d\dZ +[12]m\d\ds +checkout +errors +\d[.\d]*% errors for "));
        Assert.DoesNotContain("more: --output json", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALongListIsCut()
    {
        var report = Reporting.Of(await RunAsync(Blips(8, 0.08)));
        using var table = new StringWriter();
        await BacktestTable.WriteAsync(table, report with { HeldDown = [.. Enumerable.Repeat(report.HeldDown[0], 25)] });
        Assert.Contains("\nand 5 more: --output json lists them all\n", table.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThePageShowsWhatWasHeldDown()
    {
        var outcome = await RunAsync(Blips(8, 0.08));
        var page = BacktestHtml.Write(outcome, Reporting.Of(outcome));
        Assert.Contains("Held down, since the signal flapped", page, StringComparison.Ordinal);
        Assert.Equal((3, 5), (page.Split("<rect class=\"held\"").Length - 1, page.Split("<rect class=\"incident\"").Length - 1));
    }

    /// <summary>Which of them it is of.</summary>
    private static string Blip(DateTimeOffset onset) => ((int)((onset - PastTraffic.At(600)).TotalSeconds / 300)).ToString(CultureInfo.InvariantCulture);

    /// <summary>Each comes from another pod of the one revision, and is a share of all requests.</summary>
    private static PastTraffic Blips(int count, double share, double? last = null, double lastFor = 120) => new(
    [
        .. Enumerable.Range(0, Pods).Select(k => new TrafficPod(
            $"checkout-{PastStories.Old}-bcdf{"ghjklmnpqr"[k]}", -9000, 9000, Errors: k < count ? (k == count - 1 ? last ?? share : share) * Pods : 0,
            ErrorsFrom: 600 + (k * 300), ErrorsTo: 600 + (k * 300) + (k == count - 1 ? lastFor : 120))),
    ]);

    /// <summary>A release at 500 s; from then on its pods fail for two minutes of every five.</summary>
    private static PastTraffic BlipsOfANewRelease() => new(
    [
        .. Enumerable.Range(0, Pods).Select(k => new TrafficPod($"checkout-{PastStories.Old}-bcdf{"ghjklmnpqr"[k]}", -9000, 540, BaseErrors: 0.002)),
        .. Enumerable.Range(0, Pods).Select(k => new TrafficPod(
            $"checkout-{PastStories.New}-bcdf{"ghjklmnpqr"[k]}", 500, 9000, Errors: k < 8 ? 0.08 * Pods : 0, ErrorsFrom: 600 + (k * 300), ErrorsTo: 720 + (k * 300))),
    ]);

    private static Task<BacktestOutcome> RunAsync(PastTraffic traffic, EffectivePolicy? policy = null) =>
        new BacktestRun(policy ?? Policy, traffic, PastTraffic.Interval).RunAsync(PastTraffic.At(0), PastTraffic.At(7200), null, TestContext.Current.CancellationToken);
}
