using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

public sealed class ReleaseDoubtTests
{
    private static readonly EffectivePolicy Policy = SamplePolicy.Effective() with
    {
        Signals = [SamplePolicy.Errors(), SamplePolicy.Query() with { Name = "cpu", Threshold = double.PositiveInfinity, Baseline = new EffectiveBaseline(BaselineSensitivity.Medium, BaselineDirection.Above) }],
    };

    /// <summary>Only what was left to a person, without anything done, and where nothing but a baseline fires, does not speak against the release.</summary>
    [Theory]
    [InlineData(IncidentPhase.Escalated, "cpu", "Firing", false)]
    [InlineData(IncidentPhase.Escalated, "errors", "Healthy", false)]
    [InlineData(IncidentPhase.Escalated, "errors", "Firing", true)]
    [InlineData(IncidentPhase.Escalated, "CrashLoop", "Firing", true)]
    [InlineData(IncidentPhase.Escalated, "alert/Slow", "Firing", true)]
    [InlineData(IncidentPhase.Observing, "cpu", "Firing", true)]
    [InlineData(IncidentPhase.Deciding, "cpu", "Firing", true)]
    [InlineData(IncidentPhase.Verifying, "cpu", "Firing", true)]
    [InlineData(IncidentPhase.Mitigated, "cpu", "Healthy", true)]
    public void WhatSpeaksAgainstARelease(IncidentPhase phase, string signal, string state, bool doubted) =>
        Assert.Equal(doubted, ReleaseDoubt.IsIn(new IncidentStatus { Phase = phase, Signals = [new SignalRecord { Name = signal, State = state }] }, Policy));

    [Fact]
    public void WhereSomethingWasDoneOrNothingIsKnownYetItIsDoubted()
    {
        Assert.True(ReleaseDoubt.IsIn(new IncidentStatus { Phase = IncidentPhase.Escalated, Actions = [new ActionRecord()] }, Policy));
        Assert.True(ReleaseDoubt.IsIn(null, Policy));
    }
}
