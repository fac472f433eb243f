using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

public sealed class TransitionTests
{
    private static readonly DateTimeOffset Onset = FakeTime.Epoch;

    /// <summary>A way into each phase from the start.</summary>
    private static readonly Dictionary<IncidentPhase, Trigger[]> Ways = new()
    {
        [IncidentPhase.Observing] = [Trigger.Opened],
        [IncidentPhase.Orienting] = [Trigger.Opened, Trigger.Confirmed],
        [IncidentPhase.Deciding] = [Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed],
        [IncidentPhase.Acting] = [Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Permitted],
        [IncidentPhase.Verifying] = [Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Permitted, Trigger.Applied],
        [IncidentPhase.Mitigated] = [Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Permitted, Trigger.Applied, Trigger.Verified],
        [IncidentPhase.Resolved] = [Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Permitted, Trigger.Applied, Trigger.Verified, Trigger.Outlived],
        [IncidentPhase.Escalated] = [Trigger.Opened, Trigger.Confirmed, Trigger.Diagnosed, Trigger.Denied],
        [IncidentPhase.Failed] = [Trigger.Opened, Trigger.Broken],
        [IncidentPhase.Dismissed] = [Trigger.Opened, Trigger.Recovered],
    };

    [Theory]
    [InlineData(IncidentPhase.Observing, "False", "True", "False")]
    [InlineData(IncidentPhase.Orienting, "False", "True", "False")]
    [InlineData(IncidentPhase.Deciding, "False", "True", "False")]
    [InlineData(IncidentPhase.Acting, "False", "True", "False")]
    [InlineData(IncidentPhase.Verifying, "False", "True", "False")]
    [InlineData(IncidentPhase.Mitigated, "True", "False", "False")]
    [InlineData(IncidentPhase.Resolved, "True", "False", "False")]
    [InlineData(IncidentPhase.Dismissed, "True", "False", "False")]
    [InlineData(IncidentPhase.Escalated, "False", "False", "True")]
    [InlineData(IncidentPhase.Failed, "False", "False", "True")]
    public void ConditionsTellArgoAndFluxHowItStands(IncidentPhase phase, string ready, string reconciling, string stalled)
    {
        var status = In(phase);
        Assert.Equal(phase, status.Phase);
        Assert.Equal((ready, reconciling, stalled), (Condition(status, "Ready").Status, Condition(status, "Reconciling").Status, Condition(status, "Stalled").Status));
    }

    [Theory]
    [InlineData(IncidentPhase.Verifying, "False", "False")]
    [InlineData(IncidentPhase.Mitigated, "True", "False")]
    [InlineData(IncidentPhase.Resolved, "True", "True")]
    [InlineData(IncidentPhase.Escalated, "False", "False")]
    public void ConditionsTellHowFarItHasCome(IncidentPhase phase, string mitigated, string resolved)
    {
        var status = In(phase);
        Assert.Equal((mitigated, resolved), (Condition(status, "Mitigated").Status, Condition(status, "Resolved").Status));
    }

    [Fact]
    public void EveryConditionThatTheApiDescribesIsSetFromTheStart()
    {
        string[] described = ["Ready", "Reconciling", "Stalled", "Diagnosed", "Mitigated", "Resolved"];
        Assert.Equal(described.Order(), In(IncidentPhase.Observing).Conditions.Select(condition => condition.Type).Order());
    }

    [Fact]
    public void DiagnosedIsTrueOnceACauseIsWrittenDown()
    {
        var status = In(IncidentPhase.Orienting);
        Assert.Equal("False", Condition(status, "Diagnosed").Status);
        status.Cause = "BadRelease";
        Apply(status, Trigger.Diagnosed, 30);
        Assert.Equal("True", Condition(status, "Diagnosed").Status);
    }

    [Fact]
    public void ATransitionTimeMovesOnlyWhenTheConditionFlips()
    {
        var status = In(IncidentPhase.Observing);
        Apply(status, Trigger.Confirmed, 100);
        Assert.Equal(At(10), Condition(status, "Reconciling").LastTransitionTime);
        Apply(status, Trigger.Recovered, 200);
        Assert.Equal(At(200), Condition(status, "Reconciling").LastTransitionTime);
        Assert.Equal(At(10), Condition(status, "Stalled").LastTransitionTime);
    }

    [Fact]
    public void AConditionGoesOnSayingWhatMadeItSo()
    {
        var status = In(IncidentPhase.Verifying);
        (status.Cause, status.Hypotheses) = ("BadRelease", [new HypothesisRecord { Cause = "BadRelease", Subject = "release b5d4 of checkout", Verdict = "Accepted" }]);
        Transition.Apply(status, new Happening(Trigger.Verified, "Verified", "3 checks in a row are healthy"), 1, At(60));
        Transition.Apply(status, new Happening(Trigger.Outlived, "StayedWell", "no recurrence in 60s"), 1, At(120));
        Assert.Equal(("BadRelease", "release b5d4 of checkout"), (Condition(status, "Diagnosed").Reason, Condition(status, "Diagnosed").Message));
        Assert.Equal("Verified", Condition(status, "Mitigated").Reason);
        Assert.Equal(("StayedWell", "StayedWell"), (Condition(status, "Resolved").Reason, Condition(status, "Ready").Reason));
    }

    [Fact]
    public void ConditionsCarryReasonMessageAndGeneration()
    {
        var status = new IncidentStatus();
        Transition.Apply(status, new Happening(Trigger.Opened, "SignalFiring", "errors: 40% errors"), 7, At(10));
        Assert.All(status.Conditions, condition => Assert.Equal(("SignalFiring", "errors: 40% errors", 7L), (condition.Reason, condition.Message, condition.ObservedGeneration)));
        Assert.Equal(7, status.ObservedGeneration);
    }

    [Fact]
    public void EachTransitionIsAnEntryOfTheTimeline()
    {
        var status = In(IncidentPhase.Resolved);
        Assert.Equal(
            [IncidentPhase.Observing, IncidentPhase.Orienting, IncidentPhase.Deciding, IncidentPhase.Acting, IncidentPhase.Verifying, IncidentPhase.Mitigated, IncidentPhase.Resolved],
            status.Timeline.Select(entry => entry.Phase!.Value));
        Assert.Equal(Enumerable.Range(1, 7).Select(k => At(10 * k)), status.Timeline.Select(entry => entry.Time!.Value));
    }

    [Fact]
    public void TimesAreCountedFromTheOnset()
    {
        var status = new IncidentStatus { OnsetAt = Onset };
        Walk(status, IncidentPhase.Resolved);
        Assert.Equal((At(10), "10s"), (status.DetectedAt, status.TimeToDetect));
        Assert.Equal((At(60), "1m00s"), (status.MitigatedAt, status.TimeToMitigate));
        Assert.Equal(At(70), status.EndedAt);
    }

    /// <summary>What is lent is handed back later: that it was mitigated, and when, stays as it was.</summary>
    [Fact]
    public void HandingReplicasBackLeavesItMitigated()
    {
        var status = In(IncidentPhase.Mitigated);
        var (at, after) = (status.MitigatedAt, status.TimeToMitigate);
        status.Actions = [new ActionRecord { Key = "uid-incident/2", Action = ActionNames.HandBack }];
        foreach (var trigger in new[] { Trigger.Permitted, Trigger.Applied, Trigger.HandedBack })
        {
            Apply(status, trigger, 100);
            Assert.Equal("True", Condition(status, "Mitigated").Status);
        }

        Assert.Equal((IncidentPhase.Mitigated, at, after), (status.Phase!.Value, status.MitigatedAt, status.TimeToMitigate));
    }

    [Fact]
    public void WithoutAnOnsetTimesAreCountedFromTheDetection()
    {
        var status = In(IncidentPhase.Mitigated);
        Assert.Equal(("0s", "50s"), (status.TimeToDetect, status.TimeToMitigate));
    }

    [Fact]
    public void AnEndThatIsNotReachedHasNoTime() => Assert.Null(In(IncidentPhase.Escalated).EndedAt);

    [Fact]
    public void WhatIsNotInTheTableChangesNothing()
    {
        var status = In(IncidentPhase.Observing);
        var error = Assert.Throws<InvalidOperationException>(() => Apply(status, Trigger.Applied, 100));
        Assert.Equal("Applied cannot happen in phase Observing", error.Message);
        Assert.Equal((IncidentPhase.Observing, 1), (status.Phase, status.Timeline.Count));
    }

    private static IncidentStatus In(IncidentPhase phase)
    {
        var status = new IncidentStatus();
        Walk(status, phase);
        return status;
    }

    /// <summary>One transition every ten seconds.</summary>
    private static void Walk(IncidentStatus status, IncidentPhase to)
    {
        foreach (var (trigger, k) in Ways[to].Select((trigger, k) => (trigger, k)))
        {
            Apply(status, trigger, 10 * (k + 1));
        }
    }

    private static void Apply(IncidentStatus status, Trigger trigger, double seconds) => Transition.Apply(status, new Happening(trigger, "Because", "it happened"), 1, At(seconds));

    private static V1Condition Condition(IncidentStatus status, string type) => status.Conditions.GetCondition(type)!;

    private static DateTimeOffset At(double seconds) => Onset.AddSeconds(seconds);
}
