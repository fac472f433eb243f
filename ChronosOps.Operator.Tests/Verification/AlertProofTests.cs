using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Verification;
using Xunit;

namespace ChronosOps.Operator.Tests.Verification;

public sealed class AlertProofTests
{
    private static readonly Check Well = new(CheckResult.Healthy, "3 pods ready");

    [Theory]
    [InlineData(SignalState.Firing, CheckResult.Unknown)]
    [InlineData(SignalState.Unknown, CheckResult.Unknown)]
    [InlineData(SignalState.Healthy, CheckResult.Healthy)]
    public void WhatOnlyAnAlertSawIsOverWhenItHasResolved(SignalState state, CheckResult result) => Assert.Equal(result, AlertProof.Hold(Well, Seen("alert/Slow"), Reading(state)).Result);

    [Fact]
    public void WhatThePolicyMeasuresDoesNotWaitForAnAlertThatLingers()
    {
        var check = AlertProof.Hold(Well, Seen("errors", "alert/Slow"), Reading(SignalState.Firing));
        Assert.Equal((CheckResult.Healthy, "3 pods ready; alert/Slow has not resolved yet"), (check.Result, check.Message));
    }

    [Fact]
    public void APolicyWithoutSignalsHasNoOtherWitness()
    {
        var reading = Reading(SignalState.Firing);
        Assert.Equal(CheckResult.Unknown, AlertProof.Hold(Well, Seen("CrashLoop", "alert/Slow"), reading with { Policy = reading.Policy with { Signals = [] } }).Result);
    }

    [Theory]
    [InlineData(CheckResult.Unhealthy)]
    [InlineData(CheckResult.Unknown)]
    public void AnAlertNeverMakesACheckBetter(CheckResult result) => Assert.Equal(result, AlertProof.Hold(Well with { Result = result }, Seen("alert/Slow"), Reading(SignalState.Healthy)).Result);

    [Theory]
    [InlineData(true)]
    [InlineData(true, "CrashLoop")]
    [InlineData(true, "CrashLoop", "alert/KubePodCrashLooping")]
    [InlineData(false, "alert/KubePodCrashLooping")]
    [InlineData(false, "errors", "CrashLoop")]
    public void AnAlertDoesNotTellWhetherAReleaseEverServed(bool neverReady, params string[] signals) => Assert.Equal(neverReady, AlertProof.IsSeenOnlyIn(Seen(signals), PodSigns.BeforeServing));

    private static IncidentStatus Seen(params string[] signals) => new() { Signals = [.. signals.Select(name => new SignalRecord { Name = name })] };

    private static WorkloadReading Reading(SignalState state)
    {
        var well = SampleContext.Well(SamplePolicy.Effective());
        return well with { Signals = [.. well.Signals, new SignalReading { Signal = "alert/Slow", State = state, Message = "slow" }] };
    }
}
