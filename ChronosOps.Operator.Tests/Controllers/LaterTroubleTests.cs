using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>An incident of missing pods that escalated ten minutes ago, since nothing helps. Half a minute ago a release came out, and since ten seconds later it answers with errors.</summary>
public sealed class LaterTroubleTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task ABadReleaseThatCameAfterTheEscalationIsThoughtOverOnceItsTroubleLasts()
    {
        var incident = Escalated();
        Assert.Null(await LookAsync(incident, 0));
        Assert.Equal((LaterTrouble.Reason, IncidentPhase.Escalated, SampleWorkload.Now), Note(incident));
        Assert.Null(await LookAsync(incident, 5));
        Assert.Null(incident.Status!.RecurredAt);
        var happening = await LookAsync(incident, 10);
        Assert.Equal((Trigger.Reconsidered, LaterTrouble.Reason), (happening?.Trigger, happening?.Reason));
        Assert.Equal(IncidentPhase.Orienting, PhaseTable.Next(IncidentPhase.Escalated, happening!.Trigger));
        Assert.Equal((SampleBundle.Onset, SampleWorkload.At(-900), "NoRoom"), (incident.Status.RecurredAt, incident.Status.OnsetAt, incident.Status.MissedFor));
    }

    [Theory]
    [InlineData("the release was judged already")]
    [InlineData("it escalated for another cause")]
    [InlineData("a gate forbade it")]
    [InlineData("something was done")]
    [InlineData("something else had fired before")]
    [InlineData("an alert had fired before")]
    [InlineData("an alert fires alone")]
    [InlineData("only pods are missing")]
    [InlineData("it is not known of which revision it is")]
    [InlineData("the trouble began before the release")]
    [InlineData("it would have proved itself by then")]
    public async Task NothingIsThoughtOverWhere(string situation)
    {
        var (incident, signal) = (Escalated(), SampleBundle.Fires("errors", SampleWorkload.New));
        var status = incident.Status!;
        switch (situation)
        {
            case "the release was judged already": status.Suspect!.Hash = SampleWorkload.New; break;
            case "it escalated for another cause": status.Cause = "ImageUnavailable"; break;
            case "a gate forbade it": status.Reason = "ModeObserve"; break;
            case "something was done": status.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Rollback", State = ActionState.Inconclusive, PlannedAt = SampleWorkload.At(-800) }]; break;
            case "something else had fired before": status.Signals.Add(new SignalRecord { Name = "latency", State = "Healthy", FirstSeen = SampleWorkload.At(-700) }); break;
            case "an alert had fired before": status.Signals.Add(new SignalRecord { Name = "alert/PodsMissing", State = "Firing", FirstSeen = SampleWorkload.At(-700) }); break;
            case "an alert fires alone": signal = signal with { Signal = "alert/Errors" }; break;
            case "only pods are missing": signal = SampleBundle.Sign(PodSigns.RolloutNotProgressing); break;
            case "it is not known of which revision it is": signal = signal with { Revision = null }; break;
            case "the trouble began before the release": signal = signal with { Since = SampleWorkload.At(-46) }; break;
            default: signal = signal with { Since = SampleWorkload.RolloutStart.AddMinutes(5) }; break;
        }

        Assert.Null(await LookAsync(incident, 600, signal));
        Assert.Null(await LookAsync(incident, 610, signal));
        Assert.DoesNotContain(status.Timeline, record => record.Reason == LaterTrouble.Reason);
        Assert.Null(status.RecurredAt);
    }

    /// <summary>What was refused had no effect.</summary>
    [Fact]
    public async Task WhatWasRefusedWasNotDone()
    {
        var incident = Escalated();
        incident.Status!.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Rollback", State = ActionState.Refused, PlannedAt = SampleWorkload.At(-800) }];
        Assert.Null(await LookAsync(incident, 0));
        Assert.Equal(Trigger.Reconsidered, (await LookAsync(incident, 10))?.Trigger);
    }

    [Fact]
    public async Task TroubleThatPausesIsSeenAnew()
    {
        var incident = Escalated();
        Assert.Null(await LookAsync(incident, 0));
        var again = SampleBundle.Fires("errors", SampleWorkload.New) with { Since = SampleWorkload.At(60) };
        Assert.Null(await LookAsync(incident, 75, again));
        Assert.Equal(SampleWorkload.At(75), Note(incident).Time);
        Assert.Single(incident.Status!.Timeline, record => record.Reason == LaterTrouble.Reason);
        Assert.Equal(Trigger.Reconsidered, (await LookAsync(incident, 85, again))?.Trigger);
        Assert.Equal(SampleWorkload.At(60), incident.Status.RecurredAt);
    }

    /// <summary>It is escalated again, for the missing pods still: neither the same release nor a later one has it thought over again.</summary>
    [Fact]
    public async Task ItHappensOnce()
    {
        var incident = Escalated();
        await LookAsync(incident, 0);
        Assert.NotNull(await LookAsync(incident, 10));
        incident.Status!.Suspect!.Hash = SampleWorkload.New;
        Assert.Null(await LookAsync(incident, 30));
        var (third, latency) = (SampleWorkload.Facts("registry.example/checkout:3"), SampleBundle.Fires("latency", null));
        var workload = SampleWorkload.Released(third) with { RolloutStartedAt = SampleWorkload.At(40) };
        for (var seconds = 60; seconds < 120; seconds += 5)
        {
            Assert.Null(await LookAsync(incident, seconds, latency with { Revision = third.Revision, Since = SampleWorkload.At(50) }, workload));
        }
    }

    /// <summary>Definitions that are older than the operator keep nothing of it: then they may have been refused.</summary>
    [Theory]
    [InlineData("NoRoom", false)]
    [InlineData("Quota", true)]
    [InlineData(null, true)]
    public async Task ThatPodsWereRefusedIsNotForgotten(string? cause, bool expected)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = Escalated();
        (incident.Status!.RecurredAt, incident.Status.MissedFor) = (SampleBundle.Onset, cause);
        var reading = Reading(0, SampleBundle.Fires("errors", SampleWorkload.New));
        var bundle = await SampleContext.Assessor(api).CollectAsync(SampleContext.Of(incident, reading), reading, TestContext.Current.CancellationToken);
        Assert.Equal((true, expected), (bundle.PodsMissedBefore, bundle.PodsRefusedBefore));
    }

    /// <summary>The release came ten seconds before its trouble, and nine hundred after that of the pods.</summary>
    [Theory]
    [InlineData("errors", "the release began 10s before the trouble", true)]
    [InlineData(PodSigns.RolloutNotProgressing, "the release began 14m30s after the trouble", false)]
    public async Task TheReleaseIsJudgedByItsOwnOnsetForAsLongAsItHasTrouble(string fires, string finding, bool isBlamed)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = Escalated();
        await LookAsync(incident, 0);
        Assert.NotNull(await LookAsync(incident, 10));
        incident.Status!.Phase = IncidentPhase.Orienting;
        var reading = Reading(0, fires == "errors" ? SampleBundle.Fires(fires, SampleWorkload.New) : SampleBundle.Sign(fires));
        var (bundle, _) = await SampleContext.Assessor(api).AssessAsync(SampleContext.Of(incident, reading), reading, TestContext.Current.CancellationToken);
        Assert.True(bundle.PodsMissedBefore);
        Assert.Equal(isBlamed ? SampleBundle.Onset : SampleWorkload.At(-900), bundle.OnsetAt);
        Assert.Contains(incident.Status.Findings, found => found.Message!.StartsWith(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, null, null, false)]
    [InlineData(-20.0, null, null, true)]
    [InlineData(-20.0, -10.0, ActionState.Applied, true)]
    [InlineData(-20.0, -100.0, ActionState.Refused, true)]
    [InlineData(-20.0, -100.0, ActionState.Succeeded, false)]
    [InlineData(-20.0, null, ActionState.Succeeded, false)]
    public void WhatComesBackAfterAnActionIsNoLaterTrouble(double? recurredAt, double? plannedAt, ActionState? state, bool expected)
    {
        var status = new IncidentStatus { RecurredAt = recurredAt is { } since ? SampleWorkload.At(since) : null };
        status.Actions = state is null ? [] : [new ActionRecord { State = state.Value, PlannedAt = plannedAt is { } planned ? SampleWorkload.At(planned) : null }];
        Assert.Equal(expected, LaterTrouble.IsIn(status));
    }

    private static (string? Reason, IncidentPhase? Phase, DateTimeOffset? Time) Note(Incident incident) =>
        incident.Status!.Timeline.Where(record => record.Reason == LaterTrouble.Reason).Select(record => (record.Reason, record.Phase, record.Time)).Single();

    private static Incident Escalated()
    {
        var incident = SampleContext.In(IncidentPhase.Escalated);
        var status = incident.Status!;
        (status.Reason, status.Cause, status.OnsetAt) = ("NoRungHelps", "NoRoom", SampleWorkload.At(-900));
        status.Actions = [];
        status.Suspect = new RevisionRecord { Hash = SampleWorkload.Old };
        status.Signals = [new SignalRecord { Name = PodSigns.RolloutNotProgressing, State = "Firing", FirstSeen = SampleWorkload.At(-900) }];
        return incident;
    }

    private static WorkloadReading Reading(double seconds, SignalReading signal, WorkloadSnapshot? workload = null) => SampleContext.Well(SamplePolicy.Effective()) with
    {
        Time = SampleWorkload.At(seconds),
        Workload = workload ?? SampleWorkload.Rolling(),
        Signals = [signal],
    };

    private static async Task<Happening?> LookAsync(Incident incident, double seconds, SignalReading? signal = null, WorkloadSnapshot? workload = null)
    {
        var context = SampleContext.Of(incident, Reading(seconds, signal ?? SampleBundle.Fires("errors", SampleWorkload.New), workload)) with { Now = SampleWorkload.At(seconds) };
        return (await new EscalatedPhase(Interval).RunAsync(context, TestContext.Current.CancellationToken)).Happening;
    }
}
