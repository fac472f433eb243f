using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Verification;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Verification;

/// <summary>A rollback under a policy that gives it five minutes, and by which a rollout may stand still for one. Three pods are asked for, and were available before.</summary>
public sealed class VerificationTimeTests
{
    /// <summary>Two pods are available while it rolls; the newest has been ready for so long.</summary>
    [Theory]
    [InlineData(299, 100, Conclusion.GoOn)]
    [InlineData(300, 59, Conclusion.GoOn)]
    [InlineData(300, 60, Conclusion.Worse)]
    [InlineData(1199, 59, Conclusion.GoOn)]
    [InlineData(1200, 59, Conclusion.Inconclusive)]
    [InlineData(1200, 60, Conclusion.Worse)]
    public void ARolloutThatGetsOnIsGivenTimeAndIsNotWorseForThePodsThatAreAway(double accepted, double ready, Conclusion expected) =>
        Assert.Equal(expected, Conclude(new ActionRecord { AppliedAt = SampleWorkload.At(-accepted) }, Rolling(ready)));

    /// <summary>A pod has to be ready for so long before the next one is made, and the newest has been for so long: after that the next one has its minute.</summary>
    [Theory]
    [InlineData(0, 60, Conclusion.Worse)]
    [InlineData(90, 60, Conclusion.GoOn)]
    [InlineData(90, 149, Conclusion.GoOn)]
    [InlineData(90, 150, Conclusion.Worse)]
    public void WhatAPodHasToBeReadyForIsNoTimeInWhichARolloutStandsStill(double minReady, double ready, Conclusion expected) =>
        Assert.Equal(expected, Conclude(new ActionRecord { AppliedAt = SampleWorkload.At(-400) }, Rolling(ready) with { MinReady = TimeSpan.FromSeconds(minReady) }));

    /// <summary>The pods of the release do not tell that the way back gets on.</summary>
    [Fact]
    public void OnlyPodsOfWhatIsReturnedToTell()
    {
        var workload = Rolling(10);
        Assert.Equal(Conclusion.Worse, Conclude(new ActionRecord { AppliedAt = SampleWorkload.At(-300) }, workload with { Pods = [.. workload.Pods.Select(pod => pod with { Revision = SampleWorkload.New })] }));
    }

    /// <summary>Accepted and rolled out so many seconds ago: what took long to roll out is measured as long as any.</summary>
    [Theory]
    [InlineData(299, 10, Conclusion.GoOn)]
    [InlineData(300, 10, Conclusion.Inconclusive)]
    [InlineData(320, 21, Conclusion.Inconclusive)]
    [InlineData(320, 20, Conclusion.GoOn)]
    [InlineData(900, 299, Conclusion.GoOn)]
    [InlineData(900, 300, Conclusion.Inconclusive)]
    public void AfterALongRolloutItsTimeIsCountedFromItsEnd(double accepted, double rolledOut, Conclusion expected) =>
        Assert.Equal(expected, Conclude(new ActionRecord { AppliedAt = SampleWorkload.At(-accepted), RolledOutAt = SampleWorkload.At(-rolledOut) }, SampleWorkload.RolledBack()));

    private static WorkloadSnapshot Rolling(double ready)
    {
        var back = SampleWorkload.RolledBack();
        return back with { UpdatedReplicas = 2, AvailableReplicas = 2, Pods = [.. back.Pods.Take(2).Select(pod => pod with { ReadyChangedAt = SampleWorkload.At(-ready) })] };
    }

    private static Conclusion Conclude(ActionRecord action, WorkloadSnapshot workload)
    {
        (action.Action, action.FromRevision, action.ToRevision) = ("Rollback", SampleWorkload.New, SampleWorkload.Old);
        action.Before = Verifier.MeasureBefore(SampleContext.Well(SamplePolicy.Effective()));
        var reading = SampleContext.Well(SamplePolicy.Effective()) with { Workload = workload, Traffic = WorkloadTraffic.None };
        return Verifier.Conclude(action, reading.Policy, reading, SampleWorkload.Now);
    }
}
