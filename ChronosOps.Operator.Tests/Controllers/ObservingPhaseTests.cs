using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>An incident was opened some time ago, by whoever, and is looked at at every evaluation, 15 seconds apart.</summary>
public sealed class ObservingPhaseTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    public static TheoryData<IncidentSource> Sources => [.. Enum.GetValues<IncidentSource>()];

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task WhateverOpenedItWhatRecoversIsDismissed(IncidentSource source)
    {
        var happening = await RunAsync(source, 61, Well());
        Assert.Equal((Trigger.Recovered, "RecoveredByItself"), (happening?.Trigger, happening?.Reason));
        Assert.Equal(IncidentPhase.Dismissed, PhaseTable.Next(IncidentPhase.Observing, happening!.Trigger));
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task WhateverOpenedItWhatLastsIsConfirmed(IncidentSource source) =>
        Assert.Equal("Lasts", (await RunAsync(source, 30, Well() with { Signals = [SampleBundle.Fires("errors", null)] }))?.Reason);

    [Theory]
    [InlineData(IncidentSource.Operator, 44, false)]
    [InlineData(IncidentSource.Operator, 45, true)]
    [InlineData(IncidentSource.Person, 59, false)]
    [InlineData(IncidentSource.Person, 60, true)]
    public async Task APersonsReportIsLookedAtLonger(IncidentSource source, int seconds, bool dismissed) =>
        Assert.Equal(dismissed, (await RunAsync(source, seconds, Well()))?.Trigger == Trigger.Recovered);

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task WhatCannotBeMeasuredIsNeverTakenForRecovered(IncidentSource source)
    {
        var unknown = Well() with { Signals = [SampleBundle.Reading("errors", SignalState.Unknown, "too little traffic")] };
        Assert.Null(await RunAsync(source, 599, unknown));
        Assert.Equal("CannotBeMeasured", (await RunAsync(source, 600, unknown))?.Reason);
    }

    [Theory]
    [InlineData(SignalState.Pending)]
    [InlineData(SignalState.Unknown)]
    public async Task OneSignalThatIsNotWellHoldsTheDismissalUp(SignalState state) =>
        Assert.Null(await RunAsync(IncidentSource.Operator, 120, Well() with { Signals = [.. Well().Signals, SampleBundle.Reading("queue", state)] }));

    [Fact]
    public async Task ARolloutUnderWayHoldsTheDismissalUp() =>
        Assert.Null(await RunAsync(IncidentSource.Operator, 120, Well() with { Workload = SampleWorkload.Rolling() }));

    [Fact]
    public async Task AReadingOfBeforeItWasTakenUpSaysNothing() => Assert.Null(await RunAsync(IncidentSource.Operator, -1, Well()));

    private static WorkloadReading Well() => SampleContext.Well(SamplePolicy.Effective());

    private static async Task<Happening?> RunAsync(IncidentSource source, int seconds, WorkloadReading reading)
    {
        var incident = SampleContext.In(IncidentPhase.Observing, "errors");
        incident.Spec.Source = source;
        incident.Status!.Actions = [];
        incident.Status.Timeline = [new TimelineRecord { Time = SampleWorkload.At(-seconds), Phase = IncidentPhase.Observing }];
        return (await new ObservingPhase(Interval).RunAsync(SampleContext.Of(incident, reading), TestContext.Current.CancellationToken)).Happening;
    }
}
