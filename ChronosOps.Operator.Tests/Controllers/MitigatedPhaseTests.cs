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

    private static async Task<Trigger?> RunAsync(WorkloadReading reading, params string[] signals)
    {
        var context = SampleContext.Of(SampleContext.In(IncidentPhase.Mitigated, signals), reading);
        return (await new MitigatedPhase().RunAsync(context, TestContext.Current.CancellationToken)).Happening?.Trigger;
    }
}
