using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>The watch of five minutes is over, and nothing is bad.</summary>
public sealed class MitigatedPhaseTests
{
    private const string Lost = "Unreachable: connection refused";
    private static readonly EffectivePolicy Silent = SamplePolicy.Effective() with { Signals = [] };

    [Fact]
    public async Task WhatStayedWellIsResolved() => Assert.Equal(Trigger.Outlived, await RunAsync(SampleContext.Well(SamplePolicy.Effective()), "errors"));

    [Fact]
    public async Task WhatWasSeenInPodStatesUnderAPolicyWithoutSignalsIsResolvedWithoutSeries() =>
        Assert.Equal(Trigger.Outlived, await RunAsync(SampleContext.Well(Silent) with { RequestsError = Lost }, PodSigns.CrashLoop));

    [Fact]
    public async Task SignalsOfThePolicyThatCannotBeReadHoldEveryIncident() =>
        Assert.Null(await RunAsync(SampleContext.Well(SamplePolicy.Effective()) with { SeriesError = Lost, RequestsError = Lost }, PodSigns.CrashLoop));

    [Fact]
    public async Task WhatWasSeenInSeriesWaitsForThemThoughThePolicyHasDroppedTheSignal() =>
        Assert.Null(await RunAsync(SampleContext.Well(Silent) with { RequestsError = Lost }, "errors"));

    [Theory]
    [InlineData(-660, Trigger.Outlived)]
    [InlineData(-7200, null)]
    public async Task ARestartHasToOutliveTheTimeThatThePodHadLived(double createdAt, Trigger? trigger)
    {
        var incident = SampleContext.In(IncidentPhase.Mitigated, "errors");
        incident.Status!.OnsetAt = SampleWorkload.At(-650);
        incident.Status.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Restart", State = ActionState.Succeeded, ToRevision = SampleWorkload.Old, TargetPodCreatedAt = SampleWorkload.At(createdAt) }];
        Assert.Equal(trigger, await RunAsync(incident, SampleContext.Well(SamplePolicy.Effective())));
    }

    [Fact]
    public async Task OnceAnotherReleaseRunsARestartNeedNotBeOutlived()
    {
        var incident = SampleContext.In(IncidentPhase.Mitigated, "errors");
        incident.Status!.OnsetAt = SampleWorkload.At(-650);
        incident.Status.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Restart", State = ActionState.Succeeded, ToRevision = "an-earlier-one", TargetPodCreatedAt = SampleWorkload.At(-86400) }];
        Assert.Equal(Trigger.Outlived, await RunAsync(incident, SampleContext.Well(SamplePolicy.Effective())));
    }

    [Fact]
    public async Task WhatComesBackHasAnOnsetOfItsOwn()
    {
        var incident = SampleContext.In(IncidentPhase.Mitigated, "errors");
        var well = SampleContext.Well(SamplePolicy.Effective());
        Assert.Equal(Trigger.Recurred, await RunAsync(incident, well with { Signals = [SampleBundle.Fires("errors", SampleWorkload.Old)] }));
        Assert.Equal(SampleBundle.Onset, incident.Status!.RecurredAt);
    }

    [Theory]
    [InlineData(-320, null)]
    [InlineData(-10, Trigger.Recurred)]
    public async Task MemoryThatRanOutBeforeItHelpedDoesNotComeBack(double killed, Trigger? trigger)
    {
        var incident = SampleContext.In(IncidentPhase.Mitigated, "errors");
        incident.Status!.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Rollback", State = ActionState.Succeeded, RolledOutAt = SampleWorkload.At(-310), ToRevision = SampleWorkload.Old }];
        var sign = SampleBundle.Sign(PodSigns.OutOfMemory) with { HappenedAt = SampleWorkload.At(killed) };
        Assert.Equal(trigger, await RunAsync(incident, SampleContext.Well(SamplePolicy.Effective()) with { Signals = [sign] }));
    }

    [Theory]
    [InlineData(40.0, Trigger.Permitted)]
    [InlineData(90.0, null)]
    public async Task AddedReplicasAreHandedBackWhenTheLoadIsGone(double load, Trigger? trigger)
    {
        var incident = Scaled();
        Assert.Equal(trigger, await RunAsync(incident, Carrying(load, 9)));
        var handedBack = incident.Status!.Actions.Find(action => action.Action == "HandBack");
        Assert.Equal(trigger is null ? null : "9 to 7, uid-incident/2 Planned", handedBack is null ? null : $"{handedBack.FromReplicas} to {handedBack.ToReplicas}, {handedBack.Key} {handedBack.State}");
    }

    [Fact]
    public async Task ALoadThatStaysForADayIsNoSurge()
    {
        var incident = Scaled();
        incident.Status!.MitigatedAt = SampleWorkload.At(-86401);
        incident.Status.Timeline[0].Time = SampleWorkload.At(-86401);
        Assert.Equal(Trigger.Outlived, await RunAsync(incident, Carrying(90, 9)));
    }

    [Fact]
    public async Task WhatAPersonScaledIsTheirs() => Assert.Equal(Trigger.Outlived, await RunAsync(Scaled(), Carrying(40, 5)));

    [Fact]
    public async Task APolicyThatOnlyObservesHandsNothingBack() =>
        Assert.Null(await RunAsync(Scaled(), Carrying(40, 9) with { Policy = SamplePolicy.Effective() with { Mode = PolicyMode.Observe } }));

    /// <summary>It is deleted and made anew, or not valid for a moment: who comes after it hands back.</summary>
    [Theory]
    [InlineData(-600, null, null)]
    [InlineData(-86401, Trigger.Outlived, "ReplicasStay")]
    public async Task ReplicasThatAreLentWaitForAPolicyForADay(double since, Trigger? trigger, string? reason)
    {
        var incident = Scaled();
        (incident.Status!.MitigatedAt, incident.Status.Timeline[0].Time) = (SampleWorkload.At(since), SampleWorkload.At(since));
        var happening = await WithoutPolicyAsync(incident);
        Assert.Equal((trigger, reason), (happening?.Trigger, happening?.Reason));
        Assert.Contains("9 replicas stay", happening?.Message ?? incident.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereNothingIsLentTheWatchEndsWithThePolicy()
    {
        var happening = await WithoutPolicyAsync(SampleContext.In(IncidentPhase.Mitigated, "errors"));
        Assert.Equal((Trigger.TargetGone, "TargetGone"), (happening?.Trigger, happening?.Reason));
    }

    private static async Task<Happening?> WithoutPolicyAsync(Incident incident)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var context = SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())) with { Policy = null, Reading = null };
        return (await new MitigatedPhase(SampleContext.Keeper(api), new AutoscalerReader(api.Client)).RunAsync(context, TestContext.Current.CancellationToken)).Happening;
    }

    private static Incident Scaled()
    {
        var incident = SampleContext.In(IncidentPhase.Mitigated, "errors");
        incident.Status!.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Scale", State = ActionState.Succeeded, ToRevision = SampleWorkload.Old, FromReplicas = 3, ToReplicas = 9, RequestsPerReplica = "10" }];
        return incident;
    }

    private static WorkloadReading Carrying(double load, int replicas)
    {
        var well = SampleContext.Well(SamplePolicy.Effective());
        return well with
        {
            Workload = well.Workload with { Replicas = replicas, UpdatedReplicas = replicas, AvailableReplicas = replicas, TotalReplicas = replicas },
            Traffic = SampleTraffic.Of((SampleWorkload.Old, SampleTraffic.Steady(24, load * 5))),
        };
    }

    private static Task<Trigger?> RunAsync(WorkloadReading reading, params string[] signals) => RunAsync(SampleContext.In(IncidentPhase.Mitigated, signals), reading);

    private static async Task<Trigger?> RunAsync(Incident incident, WorkloadReading reading)
    {
        using var api = new FakeApi(_ => new FakeAnswer(200, """{ "data": { "emergencyStop": "false" }, "items": [] }"""));
        var context = SampleContext.Of(incident, reading);
        return (await new MitigatedPhase(SampleContext.Keeper(api), new AutoscalerReader(api.Client)).RunAsync(context, TestContext.Current.CancellationToken)).Happening?.Trigger;
    }
}
