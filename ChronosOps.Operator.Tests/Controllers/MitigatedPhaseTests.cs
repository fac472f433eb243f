using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
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

    private static Task<Trigger?> RunAsync(WorkloadReading reading, params string[] signals) => RunAsync(SampleContext.In(IncidentPhase.Mitigated, signals), reading);

    private static async Task<Trigger?> RunAsync(Incident incident, WorkloadReading reading)
    {
        var context = SampleContext.Of(incident, reading);
        return (await new MitigatedPhase().RunAsync(context, TestContext.Current.CancellationToken)).Happening?.Trigger;
    }
}
