using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Verification;
using Xunit;

namespace ChronosOps.Operator.Tests.Verification;

/// <summary>What has just started is slow for a while: the grace is a minute, and pods begin with cold caches.</summary>
public sealed class GraceTests
{
    /// <summary>Rolled out so long ago; of the steps of five seconds since, so many were slow, and the others, the newest, were not.</summary>
    [Theory]
    [InlineData(-20, 4, CheckResult.Unknown)]
    [InlineData(-20, 0, CheckResult.Healthy)]
    [InlineData(-60, 12, CheckResult.Unknown)]
    [InlineData(-65, 12, CheckResult.Healthy)]
    [InlineData(-65, 13, CheckResult.Unhealthy)]
    [InlineData(-80, 8, CheckResult.Healthy)]
    public void WhatIsMeasuredInTheGraceMayProveThatItHelpedAndNotThatItFailed(double rolledOut, int slow, CheckResult expected)
    {
        var steps = (int)(-rolledOut / 5);
        List<TrafficStep> served = [.. SampleTraffic.Steady(slow, 50, seconds: 1, end: SampleWorkload.At(-5 * (steps - slow))), .. SampleTraffic.Steady(steps - slow, 50, seconds: 0.1)];
        Assert.Equal(expected, Look(Rollback(rolledOut), served).Result);
    }

    [Fact]
    public void WhatCountsNeitherWayIsToldWithItsReason() => Assert.Equal(
        "errors: 20% errors, limit 5% errors, in the grace of 1m00s after the rollout",
        Look(Rollback(-20), SampleTraffic.Steady(4, 50, 10), SamplePolicy.Errors()).Message);

    [Theory]
    [InlineData(-59, CheckResult.Unknown)]
    [InlineData(-60, CheckResult.Unhealthy)]
    public void WhatIsUnlikeTheUsualCountsNeitherWayEither(double rolledOut, CheckResult expected)
    {
        var usual = SamplePolicy.Errors() with { Threshold = double.PositiveInfinity, Baseline = new EffectiveBaseline(BaselineSensitivity.Medium, BaselineDirection.Above) };
        Assert.Equal(expected, Look(Rollback(rolledOut), SampleTraffic.Steady(4, 50, 20), usual, SignalState.Firing).Result);
    }

    /// <summary>Where nothing is rolled out nothing is new: fewer replicas are too few at once.</summary>
    [Theory]
    [InlineData("HandBack", 3, 2)]
    [InlineData("Scale", 2, 3)]
    public void AChangeOfReplicasHasNoGrace(string kind, int from, int to)
    {
        var action = Rollback(-20);
        (action.Action, action.FromRevision, action.FromReplicas, action.ToReplicas) = (kind, null, from, to);
        Assert.Equal(CheckResult.Unhealthy, Look(action, SampleTraffic.Steady(4, 50, seconds: 1)).Result);
    }

    [Fact]
    public void ARestartOfAllPodsHas()
    {
        var action = Rollback(-20);
        (action.Action, action.FromRevision) = ("Restart", null);
        Assert.Equal(CheckResult.Unknown, Look(action, SampleTraffic.Steady(4, 50, seconds: 1)).Result);
    }

    /// <summary>Before, one in five requests failed; all of them do since.</summary>
    [Theory]
    [InlineData(-20, Conclusion.Failed)]
    [InlineData(-80, Conclusion.Worse)]
    public void NothingIsWorseByWhatIsMeasuredInTheGrace(double rolledOut, Conclusion expected)
    {
        var action = Rollback(rolledOut);
        action.Before = [new MeasureRecord { Signal = "errors", Value = "0.2" }, new MeasureRecord { Signal = "requests per second", Value = "10" }];
        action.Checks = [.. Enumerable.Repeat(new CheckRecord { Result = nameof(CheckResult.Unhealthy) }, 3)];
        var reading = Reading(SampleTraffic.Steady(4, 50, 50), SamplePolicy.Errors(), SignalState.Firing);
        Assert.Equal(expected, Verifier.Conclude(action, reading.Policy, reading, SampleWorkload.Now));
    }

    private static Check Look(ActionRecord action, IReadOnlyList<TrafficStep> served, EffectiveSignal? signal = null, SignalState state = SignalState.Healthy) =>
        Verifier.Look(action, Reading(served, signal ?? SamplePolicy.Latency(), state), new IncidentStatus { Actions = [action] }, rolloutProves: false);

    private static ActionRecord Rollback(double rolledOut) => new()
    {
        Action = "Rollback",
        FromRevision = SampleWorkload.New,
        ToRevision = SampleWorkload.Old,
        AppliedAt = SampleWorkload.At(rolledOut - 20),
        RolledOutAt = SampleWorkload.At(rolledOut),
    };

    private static WorkloadReading Reading(IReadOnlyList<TrafficStep> served, EffectiveSignal signal, SignalState state) => new()
    {
        Time = SampleWorkload.Now,
        Workload = SampleWorkload.RolledBack(),
        Policy = SamplePolicy.Effective() with { Signals = [signal] },
        Signals = [SampleBundle.Reading(signal.Name, state)],
        Traffic = SampleTraffic.Of((SampleWorkload.Old, served)),
    };
}
