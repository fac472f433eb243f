using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli;
using ChronosOps.Operator.Cli.Backtest;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

public sealed class BacktestRunTests
{
    private static readonly EffectivePolicy Policy = SamplePolicy.Effective() with
    {
        WorkloadName = null,
        Selector = new(),
        Signals =
        [
            SamplePolicy.Errors() with { Window = TimeSpan.FromMinutes(1), For = TimeSpan.FromSeconds(30) },
            SamplePolicy.Latency() with { Window = TimeSpan.FromMinutes(1), For = TimeSpan.FromSeconds(30) },
        ],
    };

    [Fact]
    public async Task ABadReleaseIsRaisedOnceAndEndsWithTheRollback()
    {
        var outcome = await RunAsync(PastStories.BadRelease(), Policy);
        var incident = Assert.Single(outcome.Incidents);
        Assert.Equal(("checkout", "errors", PastStories.New), (incident.Workload.Name, incident.Signal, incident.Revision));
        Assert.InRange(incident.RolledOutAt!.Value, PastTraffic.At(3570), PastTraffic.At(3600));
        Assert.InRange(incident.OnsetAt, PastTraffic.At(3570), PastTraffic.At(3615));
        Assert.InRange(incident.DetectedAt, PastTraffic.At(3630), PastTraffic.At(3675));
        Assert.InRange(incident.EndedAt!.Value, PastTraffic.At(4215), PastTraffic.At(4500));
        Assert.Equal(IncidentPhase.Resolved, incident.Status.Phase);
        Assert.Equal(["cart", "checkout"], outcome.Followed.Select(one => one.Workload.Key.Name));
        Assert.Equal(["node-agent-x7k2p"], outcome.Strangers);
    }

    [Fact]
    public async Task WhatWouldHaveBeenDoneIsTheRollbackToTheReleaseThatHadProvedItself()
    {
        var incident = Assert.Single((await RunAsync(PastStories.BadRelease(), Policy)).Incidents);
        Assert.Equal("BadRelease", incident.Status.Cause);
        Assert.Equal(($"Rollback from {PastStories.New} to {PastStories.Old}", Verdict.Allow), (incident.Proposal!.Action, incident.Proposal.Verdict));
        Assert.Contains("Configuration", incident.Proposal.NotAsked);
        Assert.Contains("EmergencyStop", incident.Proposal.NotAsked);
        Assert.DoesNotContain(incident.Proposal.Gates, gate => incident.Proposal.NotAsked.Contains(gate.Gate));
        Assert.Equal([WouldDo.Gap], incident.Status.Gaps);
    }

    [Theory]
    [InlineData(PolicyMode.Observe, "ModeObserve")]
    [InlineData(PolicyMode.DryRun, "DryRun")]
    public async Task TheModeIsHeeded(PolicyMode mode, string reason)
    {
        var incident = Assert.Single((await RunAsync(PastStories.BadRelease(), Policy with { Mode = mode })).Incidents);
        Assert.Equal((Verdict.Deny, reason), (incident.Proposal!.Verdict, incident.Proposal.Reason));
    }

    [Fact]
    public async Task NoMoreActionsAreProposedInAnHourThanThePolicyAllows()
    {
        var both = new PastTraffic([.. PastStories.BadRelease().Pods, .. PastStories.BadRelease().Pods.Where(pod => pod.Name.StartsWith("checkout", StringComparison.Ordinal)).Select(pod => pod with { Name = $"pay{pod.Name[8..]}" })]);
        var outcome = await RunAsync(both, Policy with { MaxActionsPerHour = 1 });
        Assert.Equal([("checkout", "Allowed"), ("pay", "TooManyActions")], outcome.Incidents.Select(incident => (incident.Workload.Name, incident.Proposal!.Reason)));
    }

    [Fact]
    public async Task AGoodReleaseAndAFewErrorsRaiseNothing()
    {
        var outcome = await RunAsync(PastStories.Benign(), Policy);
        Assert.Empty(outcome.Incidents);
        Assert.All(outcome.Followed.SelectMany(one => one.Signals), tally => Assert.Equal((0, 0), (tally.Of(SignalState.Firing), tally.Of(SignalState.Unknown))));
        Assert.Equal((PastStories.New, true), (outcome.Followed[0].Workload.Snapshot.Current.Revision, outcome.Followed[0].Workload.Snapshot.RolloutComplete));
    }

    /// <summary>Every reading of every tick is that of the operator's evaluation, which reads all series of the namespace at that moment.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EachReadingIsThatOfTheLiveEvaluationOverAllSeries(bool isBad)
    {
        var (traffic, readings) = (isBad ? PastStories.BadRelease() : PastStories.Benign(), new List<WorkloadReading>());
        await RunAsync(traffic, Policy, readings);
        Assert.True(readings.Count > 900, $"{readings.Count} readings");
        var live = new Evaluation(traffic, PastTraffic.Interval);
        foreach (var same in readings.GroupBy(reading => reading.Time))
        {
            var all = await live.RunAsync([.. same.Select(reading => (reading.Workload, Policy))], same.Key, TestContext.Current.CancellationToken);
            Assert.Equal(all.Select(Told), same.Select(Told));
        }

        Assert.Equal(isBad, readings.Any(reading => reading.Firing.Any()));
    }

    /// <summary>What the series tell of the workload leads to the reading that its state on the API server would have led to.</summary>
    [Fact]
    public async Task TheWorkloadThatIsPutTogetherIsJudgedAsTheOneThatTheApiServerHeld()
    {
        var (traffic, readings) = (PastStories.BadRelease(), new List<WorkloadReading>());
        await RunAsync(traffic, Policy, readings);
        var live = new Evaluation(traffic, PastTraffic.Interval);
        var told = 0;
        foreach (var reading in readings.Where(reading => reading.Workload.Key.Name == "checkout" && reading.Time >= PastTraffic.At(3615) && reading.Time <= PastTraffic.At(4185)))
        {
            var held = (await live.RunAsync([(Held(traffic, reading.Time), Policy)], reading.Time, TestContext.Current.CancellationToken))[0];
            Assert.Equal(held.Signals.Where(signal => !signal.IsKubernetesSign).Select(Told), reading.Signals.Where(signal => !signal.IsKubernetesSign).Select(Told));
            told += reading.Firing.Any() ? 1 : 0;
        }

        Assert.True(told > 20, $"fires at {told} ticks");
    }

    /// <summary>Prometheus is slow when the evidence is read, and at no other time.</summary>
    [Fact]
    public async Task WhatCouldNotBeReadForAnIncidentIsSaid()
    {
        var traffic = new SlowToTell(PastStories.BadRelease());
        var outcome = await new BacktestRun(Policy, traffic, PastTraffic.Interval).RunAsync(PastTraffic.At(0), PastTraffic.At(7200), null, TestContext.Current.CancellationToken);
        var report = Reporting.Of(outcome);
        Assert.Equal(["series by revision: too slow"], Assert.Single(report.Incidents).NotRead);
        Assert.StartsWith("Of 1 of the 1 incidents the evidence is not whole, since the history could not be read (series by revision: too slow)", report.NotKnown[0], StringComparison.Ordinal);
        using var table = new StringWriter();
        await BacktestTable.WriteAsync(table, report);
        Assert.Contains("\n   not read: series by revision: too slow: cause, findings and action may be others\n", table.ToString(), StringComparison.Ordinal);

        var whole = Reporting.Of(await RunAsync(PastStories.BadRelease(), Policy));
        Assert.Null(Assert.Single(whole.Incidents).NotRead);
        Assert.DoesNotContain(whole.NotKnown, line => line.Contains("not whole", StringComparison.Ordinal));
        Assert.True(whole.Incidents[0].Findings.Count > report.Incidents[0].Findings.Count);
    }

    [Fact]
    public async Task WhatGoesAwayByItselfIsDismissed()
    {
        var blip = new PastTraffic(new TrafficPod($"checkout-{PastStories.Old}-bcdfg", -9000, 9000, Rate: 50, Errors: 0.5, ErrorsFrom: 1800, ErrorsTo: 1860));
        var incident = Assert.Single((await RunAsync(blip, Policy)).Incidents);
        Assert.Equal((IncidentPhase.Dismissed, "RecoveredByItself"), (incident.Status.Phase, incident.Status.Reason));
        Assert.Null(incident.Proposal);
    }

    [Fact]
    public async Task WhatLastsToTheEndIsOpen()
    {
        var lasting = new PastTraffic(new TrafficPod($"checkout-{PastStories.Old}-bcdfg", -9000, 9000, Errors: 0.5, ErrorsFrom: 3000));
        var report = Reporting.Of(await RunAsync(lasting, Policy));
        var incident = Assert.Single(report.Incidents);
        Assert.Equal(("Escalated", null), (incident.Phase, incident.EndedAt));
        Assert.Equal((report.To - incident.OnsetAt).TotalSeconds, incident.DurationSeconds);
    }

    [Fact]
    public async Task TroubleThatComesBackIsAnotherIncident()
    {
        var pods = Enumerable.Range(0, 3).Select(k => new TrafficPod($"checkout-{PastStories.Old}-bcdf{"ghj"[k]}", -9000, 9000, Errors: 0.5, ErrorsFrom: 600 + (k * 1800), ErrorsTo: 1200 + (k * 1800)));
        var report = Reporting.Of(await RunAsync(new PastTraffic([.. pods]), Policy));
        Assert.Equal(3, report.Incidents.Count);
        Assert.Equal(3, report.Summary.BySignal["errors"]);

        // Each lasted for ten minutes: none was a flap.
        Assert.All(report.Incidents, incident => Assert.True(incident.DurationSeconds > 600));
        Assert.Empty(report.Summary.Flapping);
    }

    [Fact]
    public async Task AbsentSeriesAreUnknownAndRaiseNothing()
    {
        var gone = new PastTraffic(new TrafficPod($"checkout-{PastStories.Old}-bcdfg", -9000, 3600), new TrafficPod($"checkout-{PastStories.Old}-hjklm", 5400, 9000));
        var report = Reporting.Of(await RunAsync(gone, Policy with { WorkloadName = "checkout", Selector = null }));
        Assert.Empty(report.Incidents);
        Assert.InRange(report.Summary.UnknownShare, 0.22, 0.28);
        Assert.Contains("no requests", report.Workloads[0].Signals[0].UnknownBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyPointsAreReadInSeveralAnswers()
    {
        var traffic = PastStories.BadRelease();
        await new BacktestRun(Policy, traffic, TimeSpan.FromSeconds(1)).RunAsync(PastTraffic.At(-8000), PastTraffic.At(9000), null, TestContext.Current.CancellationToken);
        Assert.True(traffic.Queries >= 6, $"{traffic.Queries} queries");
    }

    [Fact]
    public async Task OneWorkloadMayBeAskedFor()
    {
        var run = new BacktestRun(Policy, PastStories.BadRelease(), PastTraffic.Interval, "cart");
        var outcome = await run.RunAsync(PastTraffic.At(0), PastTraffic.At(7200), null, TestContext.Current.CancellationToken);
        Assert.Equal(["cart"], outcome.Followed.Select(one => one.Workload.Key.Name));
        Assert.Empty(outcome.Incidents);
    }

    [Fact]
    public async Task WhoIsKnownToOwnAPodWinsOverItsName()
    {
        var run = new BacktestRun(Policy, PastStories.BadRelease(), PastTraffic.Interval, null, pod => pod.StartsWith("cart", StringComparison.Ordinal) ? PodOwner.Other : new PodOwner("till", pod.Split('-')[1]));
        var outcome = await run.RunAsync(PastTraffic.At(0), PastTraffic.At(7200), null, TestContext.Current.CancellationToken);
        Assert.Equal(["till"], outcome.Followed.Select(one => one.Workload.Key.Name));
    }

    private static async Task<BacktestOutcome> RunAsync(PastTraffic traffic, EffectivePolicy policy, List<WorkloadReading>? readings = null)
    {
        var run = new BacktestRun(policy, traffic, PastTraffic.Interval)
        {
            Observer = (reading, _) =>
            {
                lock (traffic)
                {
                    readings?.Add(reading);
                }
            },
        };
        return await run.RunAsync(PastTraffic.At(0), PastTraffic.At(7200), null, TestContext.Current.CancellationToken);
    }

    /// <summary>Both revisions, the pods that run with the times at which they were really created.</summary>
    private static WorkloadSnapshot Held(PastTraffic traffic, DateTimeOffset now)
    {
        var pods = traffic.Pods.Where(pod => pod.Name.StartsWith("checkout", StringComparison.Ordinal) && PastTraffic.At(pod.From) <= now && PastTraffic.At(pod.To) >= now).ToList();
        var revisions = new[] { PastStories.New, PastStories.Old }.Select(hash => new RevisionSnapshot
        {
            Facts = SampleWorkload.NewFacts with { Revision = hash },
            Holders = [$"checkout-{hash}"],
            Number = 1,
            CreatedAt = PastTraffic.At(-9000),
        }).ToList();
        return SampleWorkload.RolledOut() with
        {
            Current = revisions[0].Facts,
            RolloutStartedAt = PastTraffic.At(3590),
            Revisions = revisions,
            Pods = [.. pods.Select(pod => SampleWorkload.Pod(pod.Name, pod.Name.Split('-')[1], pod.CreatedAt))],
        };
    }

    private sealed class SlowToTell(PastTraffic traffic) : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken) =>
            end - start == PastTraffic.Interval * 59 ? throw new SeriesUnavailableException("Timeout", "too slow") : traffic.QueryRangeAsync(query, start, end, step, cancellationToken);
    }

    private static string Told(WorkloadReading reading) => $"{reading.Workload.Key.Name}: {string.Join("; ", reading.Signals.Select(Told))}";

    private static string Told(SignalReading signal) =>
        $"{signal.Signal} {signal.State} {signal.Revision} {signal.Value:R} {signal.Reference:R} {signal.Since:O} {signal.Message} {string.Join(',', signal.Pods)}";
}
