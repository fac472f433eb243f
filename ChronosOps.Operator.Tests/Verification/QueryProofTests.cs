using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Verification;
using Xunit;

namespace ChronosOps.Operator.Tests.Verification;

/// <summary>The policy has a query of its own, and a rollback was rolled out. The query looks back, and so goes on telling of pods that have ended.</summary>
public sealed class QueryProofTests
{
    private const string NewPod = "checkout-7c9b4d8f6-nnnn1";
    private const string OldPod = "checkout-5f8d6c7b9-oooo1";
    private static readonly EffectiveSignal Queue = SamplePolicy.Query();

    /// <summary>The value of a pod of the bad revision, which is gone, and of one of those that serve now; 10 is the limit.</summary>
    [Theory]
    [InlineData(50.0, 1.0, CheckResult.Healthy)]
    [InlineData(50.0, null, CheckResult.Unknown)]
    [InlineData(50.0, 50.0, CheckResult.Unhealthy)]
    [InlineData(1.0, 50.0, CheckResult.Unhealthy)]
    [InlineData(null, 1.0, CheckResult.Healthy)]
    public void WhatItSaysOfThePodsOfTheTargetCounts(double? gone, double? serving, CheckResult expected) =>
        Assert.Equal(expected, Look(Rollback(-20), Queue, Judged(Queue, (NewPod, gone), (OldPod, serving))).Result);

    /// <summary>The one series of the workload names no pod. It looks back for 30 s, or for so much longer, and Prometheus may show for two minutes more what is gone.</summary>
    [Theory]
    [InlineData(50.0, -149, 0, CheckResult.Unknown)]
    [InlineData(50.0, -150, 0, CheckResult.Unhealthy)]
    [InlineData(50.0, -150, 300, CheckResult.Unknown)]
    [InlineData(50.0, -420, 300, CheckResult.Unhealthy)]
    [InlineData(1.0, -1, 300, CheckResult.Healthy)]
    public void WhatNamesNoPodsFindsFaultOnceAllThatItLooksBackOnLiesAfterTheRollout(double value, double rolledOut, double range, CheckResult expected)
    {
        var signal = Queue with { Range = TimeSpan.FromSeconds(range) };
        Assert.Equal(expected, Look(Rollback(rolledOut), signal, Judged(signal, (null, value))).Result);
    }

    /// <summary>After a change of replicas the same pods go on.</summary>
    [Theory]
    [InlineData(-299, CheckResult.Unknown)]
    [InlineData(-300, CheckResult.Healthy)]
    public void AfterAChangeOfReplicasItsRangeHasToPass(double rolledOut, CheckResult expected)
    {
        var signal = Queue with { Range = TimeSpan.FromMinutes(5) };
        var action = Rollback(rolledOut);
        (action.Action, action.FromRevision, action.FromReplicas, action.ToReplicas) = ("Scale", null, 2, 3);
        Assert.Equal(expected, Look(action, signal, Judged(signal, (OldPod, 1))).Result);
    }

    /// <summary>The policy allows five minutes, and the rollback was accepted so long ago: what a query looks back on is waited for besides, an hour at most.</summary>
    [Theory]
    [InlineData(-300, 0, true, Conclusion.Inconclusive)]
    [InlineData(-599, 300, true, Conclusion.GoOn)]
    [InlineData(-600, 300, true, Conclusion.Inconclusive)]
    [InlineData(-600, 300, false, Conclusion.Inconclusive)]
    [InlineData(-300, 300, false, Conclusion.Inconclusive)]
    [InlineData(-3899, 86400, true, Conclusion.GoOn)]
    [InlineData(-3900, 86400, true, Conclusion.Inconclusive)]
    public void TheTimeOutIsLongerByWhatItLooksBackOn(double applied, double range, bool rolledOut, Conclusion expected)
    {
        var action = Rollback(applied + 20);
        action.RolledOutAt = rolledOut ? action.RolledOutAt : null;
        action.Checks = [new CheckRecord { Result = nameof(CheckResult.Unknown) }];
        var signal = Queue with { Range = TimeSpan.FromSeconds(range) };
        var reading = Reading(signal, Judged(signal, (null, 50)));
        Assert.Equal(expected, Verifier.Conclude(action, reading.Policy, reading, SampleWorkload.Now));
    }

    private static Check Look(ActionRecord action, EffectiveSignal signal, SignalReading seen) => Verifier.Look(action, Reading(signal, seen), new IncidentStatus { Actions = [action] }, rolloutProves: false);

    private static SignalReading Judged(EffectiveSignal signal, params (string? Pod, double? Value)[] series) => QueryJudge.Judge(
        signal, SampleWorkload.RolledBack(), [.. series.Where(one => one.Value is not null).Select(one => Series(one.Pod, one.Value!.Value))], true, SampleTraffic.Step, SampleWorkload.Now);

    private static Series Series(string? pod, double value) => new(
        pod is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["pod"] = pod },
        [.. Enumerable.Range(0, 4).Select(k => new Point(SampleWorkload.At(-15 + (5 * k)), value))]);

    private static ActionRecord Rollback(double rolledOut) => new()
    {
        Action = "Rollback",
        FromRevision = SampleWorkload.New,
        ToRevision = SampleWorkload.Old,
        AppliedAt = SampleWorkload.At(rolledOut - 20),
        RolledOutAt = SampleWorkload.At(rolledOut),
    };

    private static WorkloadReading Reading(EffectiveSignal signal, SignalReading seen) => new()
    {
        Time = SampleWorkload.Now,
        Workload = SampleWorkload.RolledBack(),
        Policy = SamplePolicy.Effective() with { Signals = [signal] },
        Signals = [seen],
        Traffic = WorkloadTraffic.None,
    };
}
