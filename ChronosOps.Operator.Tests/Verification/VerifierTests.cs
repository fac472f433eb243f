using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Verification;
using Xunit;

namespace ChronosOps.Operator.Tests.Verification;

/// <summary>The rollback to the old revision was accepted a minute ago, and its rollout finished twenty seconds ago. Signals have no grace.</summary>
public sealed class VerifierTests
{
    private static readonly string Old = SampleWorkload.Old;
    private static readonly string New = SampleWorkload.New;

    [Fact]
    public void ARestartIsInPlaceOnceAsManyOthersAsAskedForAreReady()
    {
        var before = SampleWorkload.Settled();
        var action = new ActionRecord { Action = "Restart", ToRevision = SampleWorkload.Old, TargetPodUid = before.Pods[1].Uid };
        var fresh = SampleWorkload.Pod("checkout-5f8d6c7b9-oooo4", SampleWorkload.Old, SampleWorkload.Now);
        var gone = before with { Pods = [before.Pods[0], before.Pods[2]] };
        Assert.False(Verifier.IsInPlace(action, before));
        Assert.False(Verifier.IsInPlace(action, gone));
        Assert.False(Verifier.IsInPlace(action, gone with { Pods = [.. gone.Pods, fresh with { Ready = false }] }));
        Assert.True(Verifier.IsInPlace(action, before with { Pods = [before.Pods[0], before.Pods[1] with { Deleting = true }, before.Pods[2], fresh] }));
        Assert.False(Verifier.IsInPlace(action, gone with { AvailableReplicas = 2, Pods = [.. gone.Pods, fresh] }));
        Assert.True(Verifier.IsInPlace(action, gone with { Pods = [.. gone.Pods, fresh] }));
    }

    /// <summary>They are of the same revision as the new ones, and what they serve last is not what the new ones serve.</summary>
    [Fact]
    public void ARestartOfAllPodsIsInPlaceOnceTheOldOnesAreGone()
    {
        var action = new ActionRecord { Action = "Restart", ToRevision = SampleWorkload.Old };
        var workload = SampleWorkload.Settled();
        Assert.True(Verifier.IsInPlace(action, workload));
        Assert.False(Verifier.IsInPlace(action, workload with { TotalReplicas = 4 }));
        Assert.False(Verifier.IsInPlace(action, workload with { Pods = [.. workload.Pods, SampleWorkload.Pod("checkout-5f8d6c7b9-oooo9", SampleWorkload.Old, SampleWorkload.At(-90000)) with { Deleting = true }] }));
    }

    /// <summary>Prometheus still has the last values of pods that are gone.</summary>
    [Theory]
    [InlineData("Restart", -20, CheckResult.Unknown)]
    [InlineData("Restart", -149, CheckResult.Unknown)]
    [InlineData("Restart", -150, CheckResult.Unhealthy)]
    public void AQueryThatFiresRightAfterARestartOfAllPodsSaysNothing(string kind, double rolledOut, CheckResult expected)
    {
        var action = Action(rolledOut: rolledOut, signal: "queue");
        action.Action = kind;
        Assert.Equal(expected, Look(Reading(WorkloadTraffic.None) with
        {
            Policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Query()] },
            Signals = [SampleBundle.Reading("queue", SignalState.Firing)],
        }, action).Result);
    }

    /// <summary>Somebody took the signals out of the policy, or all pods away: neither is a proof.</summary>
    [Fact]
    public void WhatCannotBeMeasuredAnyMoreProvesNothing()
    {
        var action = Action();
        var without = SamplePolicy.Effective() with { Signals = [] };
        Assert.Equal((CheckResult.Unknown, "the policy asks for none of the signals any more that were measured before: errors"), ResultAndMessage(Look(Reading(Served(4, 50)) with { Policy = without }, action)));
        Assert.Equal(CheckResult.Healthy, Look(Reading(Served(4, 50)) with { Policy = without }, Unmeasured()).Result);
        Assert.Equal(CheckResult.Healthy, Look(Reading(Served(4, 50)), action).Result);

        var reading = Reading(Served(4, 50));
        Assert.Equal((CheckResult.Unknown, "no pods are asked for any more"), ResultAndMessage(Look(reading with { Workload = reading.Workload with { Replicas = 0, UpdatedReplicas = 0, AvailableReplicas = 0, TotalReplicas = 0, Pods = [] } })));
    }

    [Fact]
    public void ServingWithoutAnErrorSeriesIsHealthy()
    {
        var check = Look(Reading(Served(4, 50)));
        Assert.Equal((CheckResult.Healthy, "3 pods ready, errors 0% errors"), (check.Result, check.Message));
    }

    [Fact]
    public void ErrorsBelowTheThresholdAreHealthy() => Assert.Equal(CheckResult.Healthy, Look(Reading(Served(4, 50, 2))).Result);

    [Fact]
    public void ErrorsAtTheThresholdAreNot() =>
        Assert.Equal((CheckResult.Unhealthy, "errors: 5% errors, limit 5% errors"), ResultAndMessage(Look(Reading(Served(4, 100, 5)))));

    [Fact]
    public void WithoutTrafficNothingIsKnown()
    {
        Assert.Equal(CheckResult.Unknown, Look(Reading(WorkloadTraffic.None)).Result);
        Assert.Equal(CheckResult.Unknown, Look(Reading(Served(4, 0))).Result);
        Assert.Equal(CheckResult.Unknown, Look(Reading(Served(4, 1))).Result);
    }

    [Fact]
    public void OnlyWhatWasServedAfterTheRolloutCounts()
    {
        var before = SampleTraffic.Steady(4, 50, 50, end: SampleWorkload.At(-20));
        Assert.Equal(CheckResult.Healthy, Look(Reading(SampleTraffic.Of((Old, [.. before, .. SampleTraffic.Steady(4, 50)])))).Result);
        Assert.Equal(CheckResult.Unknown, Look(Reading(SampleTraffic.Of((Old, before)))).Result);
    }

    [Fact]
    public void AStepThatBeganBeforeTheRolloutWasOverDoesNotCount() =>
        Assert.Equal(CheckResult.Unknown, Look(Reading(SampleTraffic.Of((Old, SampleTraffic.Steady(1, 50, end: SampleWorkload.At(-16)))))).Result);

    [Fact]
    public void OnlyPodsOfTheTargetRevisionCount()
    {
        Assert.Equal(CheckResult.Healthy, Look(Reading(SampleTraffic.Of((Old, SampleTraffic.Steady(4, 50)), (New, SampleTraffic.Steady(4, 50, 50))))).Result);
        Assert.Equal(CheckResult.Unknown, Look(Reading(SampleTraffic.Of((New, SampleTraffic.Steady(4, 50))))).Result);
    }

    [Fact]
    public void WhileTheRolloutIsUnderWayNothingIsKnown()
    {
        var check = Look(Reading(Served(4, 50)) with { Workload = SampleWorkload.RolledBack() with { AvailableReplicas = 2 } });
        Assert.Equal((CheckResult.Unknown, "rollout under way: 3 of 3 updated, 2 available"), ResultAndMessage(check));
    }

    [Fact]
    public void ARolloutWhoseEndWasNotNotedMeasuresNothing() => Assert.Equal(CheckResult.Unknown, Look(Reading(Served(4, 50)), Action(rolledOut: null)).Result);

    [Fact]
    public void ASignOfThePodsIsUnhealthyWhateverIsMeasured() =>
        Assert.Equal(CheckResult.Unhealthy, Look(Reading(Served(4, 50)) with { Signals = [SampleBundle.Sign(PodSigns.CrashLoop)] }).Result);

    /// <summary>The sign counts for ten minutes what happened once.</summary>
    [Theory]
    [InlineData(-30, CheckResult.Healthy)]
    [InlineData(-10, CheckResult.Unhealthy)]
    public void MemoryThatRanOutBeforeTheActionWasInPlaceSaysNothingAgainstIt(double killed, CheckResult expected) =>
        Assert.Equal(expected, Look(Reading(Served(4, 50)) with { Signals = [SampleBundle.Sign(PodSigns.OutOfMemory) with { HappenedAt = SampleWorkload.At(killed) }] }).Result);

    [Fact]
    public void AReleaseThatNeverBecameReadyIsVerifiedByTheStateOfTheRollout()
    {
        var reading = Reading(WorkloadTraffic.None);
        Assert.Equal(CheckResult.Healthy, Verifier.Look(Action(), reading, new IncidentStatus(), rolloutProves: true).Result);
        Assert.Equal(CheckResult.Unknown, Verifier.Look(Action(), reading, new IncidentStatus(), rolloutProves: false).Result);
    }

    [Fact]
    public void ErrorsThatAreMeasuredCountForAReleaseThatNeverBecameReadyToo() =>
        Assert.Equal(CheckResult.Unhealthy, Verifier.Look(Action(), Reading(Served(4, 50, 25)), new IncidentStatus(), rolloutProves: true).Result);

    [Fact]
    public void APolicyWithoutSignalsIsVerifiedByTheStateOfTheRollout() =>
        Assert.Equal("3 pods ready, no signals to measure", Look(Reading(WorkloadTraffic.None) with { Policy = SamplePolicy.Effective() with { Signals = [] } }, Unmeasured()).Message);

    [Theory]
    [InlineData(SignalState.Healthy, CheckResult.Healthy)]
    [InlineData(SignalState.Firing, CheckResult.Unhealthy)]
    [InlineData(SignalState.Pending, CheckResult.Unhealthy)]
    [InlineData(SignalState.Unknown, CheckResult.Unknown)]
    public void APolicysOwnQueryIsTakenAsItWasJudged(SignalState state, CheckResult expected) =>
        Assert.Equal(expected, Look(Reading(WorkloadTraffic.None) with
        {
            Policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Query()] },
            Signals = [SampleBundle.Reading("queue", state)],
        }, Action(rolledOut: -150, signal: "queue")).Result);

    [Fact]
    public void AQueryThatWasNotJudgedIsUnknown() =>
        Assert.Equal(CheckResult.Unknown, Look(Reading(WorkloadTraffic.None) with { Policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Query()] }, Signals = [] }).Result);

    /// <summary>H healthy, U unhealthy, ? unknown; the newest last. Three in a row are needed; a minute has passed of the five that there are.</summary>
    [Theory]
    [InlineData("", Conclusion.GoOn)]
    [InlineData("HH", Conclusion.GoOn)]
    [InlineData("HHH", Conclusion.Succeeded)]
    [InlineData("UUHHH", Conclusion.Succeeded)]
    [InlineData("HHUHH", Conclusion.GoOn)]
    [InlineData("HH?HH", Conclusion.GoOn)]
    [InlineData("HHHU", Conclusion.GoOn)]
    [InlineData("???", Conclusion.GoOn)]
    [InlineData("UU", Conclusion.GoOn)]
    [InlineData("UUU", Conclusion.Failed)]
    [InlineData("HUUU", Conclusion.Failed)]
    [InlineData("U?UU", Conclusion.GoOn)]
    public void ChecksInARowDecide(string checks, Conclusion expected) => Assert.Equal(expected, Conclude(checks));

    [Theory]
    [InlineData("???", 300, Conclusion.Inconclusive)]
    [InlineData("", 300, Conclusion.Inconclusive)]
    [InlineData("HH", 300, Conclusion.Inconclusive)]
    [InlineData("UU", 300, Conclusion.Inconclusive)]
    [InlineData("???", 299, Conclusion.GoOn)]
    [InlineData("HHH", 999, Conclusion.Succeeded)]
    public void WhatCannotBeMeasuredInTimeIsInconclusiveAndNeverSuccess(string checks, double secondsSinceApplied, Conclusion expected) =>
        Assert.Equal(expected, Conclude(checks, Action(applied: -secondsSinceApplied)));

    [Fact]
    public void FewerPodsThanBeforeAreWorse() =>
        Assert.Equal(Conclusion.Worse, Conclude("UUU", reading: Reading(Served(4, 50, 25)) with { Workload = SampleWorkload.RolledBack() with { AvailableReplicas = 2 } }));

    /// <summary>The rollback was accepted a minute ago, and no error is counted: no request comes in.</summary>
    [Theory]
    [InlineData(-40, false, false, Conclusion.Worse)]
    [InlineData(-61, false, false, Conclusion.Failed)]
    [InlineData(-40, true, false, Conclusion.Failed)]
    [InlineData(-40, false, true, Conclusion.Failed)]
    public void AServiceThatLeadsNowhereSinceTheActionIsWorseUnlessSomebodyChangedIt(double lost, bool wasChanged, bool lostAtStart, Conclusion expected)
    {
        var service = (wasChanged ? ServiceSignsTests.Changed : ServiceSignsTests.LeftBehind) with { LostSince = SampleWorkload.At(lost), LostAtStart = lostAtStart };
        var workload = SampleWorkload.RolledBack() with { Services = [service] };
        var reading = Reading(WorkloadTraffic.None) with { Workload = workload, Signals = ServiceSigns.Judge(workload, SampleWorkload.Now) };
        Assert.Equal(SignalState.Firing, Assert.Single(reading.Signals).State);
        Assert.Equal(expected, Conclude("UUU", reading: reading));
    }

    [Fact]
    public void MoreErrorsThanBeforeAreWorse() => Assert.Equal(Conclusion.Worse, Conclude("UUU", reading: Reading(Served(4, 50, 31))));

    [Fact]
    public void AsManyErrorsAsBeforeAreAFailureButNotWorse() => Assert.Equal(Conclusion.Failed, Conclude("UUU", reading: Reading(Served(4, 50, 20))));

    [Fact]
    public void WhatWasNotMeasuredBeforeIsNotCalledWorse()
    {
        var action = Action();
        action.Before = [.. action.Before.Where(measure => measure.Signal != "errors")];
        Assert.Equal(Conclusion.Failed, Conclude("UUU", action, Reading(Served(4, 50, 50))));
    }

    [Fact]
    public void ARollbackThatCannotRollOutAndLostPodsIsWorseAtTheTimeOut()
    {
        var stuck = Reading(WorkloadTraffic.None) with { Workload = SampleWorkload.RolledBack() with { AvailableReplicas = 1 } };
        Assert.Equal(Conclusion.Worse, Conclude("???", Action(applied: -300), stuck));
        Assert.Equal(Conclusion.GoOn, Conclude("???", Action(applied: -299), stuck));
    }

    /// <summary>Before, ten requests a second came, and 40 % of them failed; 31 of 50 fail since. Replicas are taken back only where that is not the growing load's doing.</summary>
    [Theory]
    [InlineData(50, Conclusion.Worse)]
    [InlineData(55, Conclusion.Worse)]
    [InlineData(60, Conclusion.Failed)]
    public void MoreReplicasAreNotBlamedForMoreLoad(double requests, Conclusion expected)
    {
        var action = Scaled();
        action.Before = Verifier.MeasureBefore(Reading(Served(12, 50)) with { Signals = [SampleBundle.Fires("errors", Old)] });
        Assert.Equal(expected, Conclude("UUU", action, Reading(Served(4, requests, requests * 0.62))));
    }

    [Fact]
    public void WithoutAMeasureOfTheLoadTheyAreNotBlamedEither()
    {
        var action = Scaled();
        action.Before = Verifier.MeasureBefore(Reading(WorkloadTraffic.None) with { Signals = [SampleBundle.Fires("errors", Old)] });
        Assert.Equal(Conclusion.Failed, Conclude("UUU", action, Reading(Served(4, 50, 31))));
    }

    /// <summary>The pods were measured before the step, too: what the query looks back on must lie after it.</summary>
    [Theory]
    [InlineData(-29, CheckResult.Unknown)]
    [InlineData(-30, CheckResult.Unhealthy)]
    public void AfterAChangeOfReplicasAQueryIsJudgedOnceItsWindowHasPassed(double rolledOut, CheckResult expected)
    {
        var action = Scaled();
        (action.RolledOutAt, action.Before) = (SampleWorkload.At(rolledOut), []);
        Assert.Equal(expected, Look(Reading(WorkloadTraffic.None) with
        {
            Policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Query()] },
            Signals = [SampleBundle.Reading("queue", SignalState.Firing)],
        }, action).Result);
    }

    [Fact]
    public void BeforeTheActionEveryValueAndTheReadyPodsAreMeasured()
    {
        var reading = Reading(WorkloadTraffic.None) with { Signals = [SampleBundle.Fires("errors", New), SampleBundle.Reading("latency", SignalState.Unknown), SampleBundle.Sign(PodSigns.CrashLoop)] };
        var measures = Verifier.MeasureBefore(reading);
        Assert.Equal(["0.4", "3"], measures.Select(measure => measure.Value));
        Assert.Equal("errors", measures[0].Signal);
    }

    /// <summary>A policy has sixteen signals at most, and each of them may have been measured.</summary>
    [Fact]
    public void WhatIsMeasuredBeforeFitsIntoTheStatus()
    {
        var reading = Reading(Served(12, 50)) with { Signals = [.. Enumerable.Range(1, 16).Select(k => SampleBundle.Fires($"signal-{k}", New))] };
        Assert.Equal(StatusLimits.Measures, Verifier.MeasureBefore(reading, 900).Count);
    }

    /// <summary>Two fifths of the requests fail, which no threshold forbids: what is usual alone tells.</summary>
    [Theory]
    [InlineData(SignalState.Healthy, CheckResult.Healthy)]
    [InlineData(SignalState.Unknown, CheckResult.Unknown)]
    [InlineData(SignalState.Pending, CheckResult.Unhealthy)]
    [InlineData(SignalState.Firing, CheckResult.Unhealthy)]
    public void APresetWithoutAThresholdIsAsWellAsWhatIsUsualSays(SignalState state, CheckResult expected)
    {
        var usual = SamplePolicy.Errors() with { Grace = TimeSpan.Zero, Threshold = double.PositiveInfinity, Baseline = new EffectiveBaseline(BaselineSensitivity.Medium, BaselineDirection.Above) };
        Assert.Equal(expected, Look(Reading(Served(4, 50, 20)) with { Policy = SamplePolicy.Effective() with { Signals = [usual] }, Signals = [SampleBundle.Reading("errors", state)] }).Result);
    }

    [Fact]
    public void ASignalThatIsCalledLikeOurOwnMeasureDoesNotStopTheVerification()
    {
        const string name = "availableReplicas";
        var policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors() with { Name = name, Grace = TimeSpan.Zero }] };
        var action = Action();
        action.Before = Verifier.MeasureBefore(Reading(Served(12, 50)) with { Policy = policy, Signals = [SampleBundle.Fires(name, New)] });
        Assert.Equal(Conclusion.Failed, Conclude("UUU", action, Reading(Served(4, 50, 20)) with { Policy = policy }));
    }

    /// <summary>Steps without requests are what Prometheus shows of pods that are no longer scraped, for minutes: nothing was measured in them.</summary>
    [Fact]
    public void ACheckRestsOnWhatWasMeasuredLast()
    {
        Assert.Equal(SampleWorkload.Now, Look(Reading(Served(3, 50))).MeasuredUntil);
        var lost = SampleTraffic.Of((Old, SampleTraffic.Steps((50, 0), (50, 0), (0, 0), (0, 0))));
        Assert.Equal((CheckResult.Healthy, SampleWorkload.At(-10)), (Look(Reading(lost)).Result, Look(Reading(lost)).MeasuredUntil));
        var failing = SampleTraffic.Of((Old, SampleTraffic.Steps((50, 25), (50, 25), (0, 0), (0, 0))));
        Assert.Equal((CheckResult.Unhealthy, SampleWorkload.At(-10)), (Look(Reading(failing)).Result, Look(Reading(failing)).MeasuredUntil));
    }

    /// <summary>States of pods are new at each look; requests that no signal of the policy counts are nothing that a check rests on.</summary>
    [Fact]
    public void WhatRestsOnNoSeriesIsNewAtEachLook()
    {
        Assert.Null(Look(Reading(Served(4, 50)) with { Signals = [SampleBundle.Sign(PodSigns.CrashLoop)] }).MeasuredUntil);
        Assert.Null(Look(Reading(Served(4, 50)) with { Policy = SamplePolicy.Effective() with { Signals = [] } }).MeasuredUntil);
        Assert.Null(Verifier.Look(Action(), Reading(WorkloadTraffic.None), new IncidentStatus(), rolloutProves: true).MeasuredUntil);
        Assert.Null(Verifier.Look(Action(), Reading(Served(4, 1)), new IncidentStatus(), rolloutProves: true).MeasuredUntil);
        Assert.Null(Look(Reading(WorkloadTraffic.None)).MeasuredUntil);
    }

    /// <summary>Requests were counted until ten seconds ago; the query gave its newest value so many seconds ago, or does not tell when.</summary>
    [Theory]
    [InlineData(-5.0, -10.0)]
    [InlineData(-15.0, -15.0)]
    [InlineData(null, -10.0)]
    public void ACheckIsAsOldAsTheOldestThatItRestsOn(double? queried, double expected)
    {
        var reading = Reading(SampleTraffic.Of((Old, SampleTraffic.Steady(2, 50, end: SampleWorkload.At(-10))))) with
        {
            Policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors(), SamplePolicy.Query()] },
            Signals = [SampleBundle.Reading("queue", SignalState.Healthy) with { MeasuredAt = queried is { } at ? SampleWorkload.At(at) : null }],
        };
        Assert.Equal((CheckResult.Healthy, SampleWorkload.At(expected)), (Look(reading, Action(rolledOut: -30)).Result, Look(reading, Action(rolledOut: -30)).MeasuredUntil));
        var beyond = reading with { Signals = [reading.Signals[0] with { State = SignalState.Firing, Revision = Old }] };
        Assert.Equal((CheckResult.Unhealthy, beyond.Signals[0].MeasuredAt), (Look(beyond, Action(rolledOut: -30)).Result, Look(beyond, Action(rolledOut: -30)).MeasuredUntil));
    }

    /// <summary>What the checks before rested on, newest last; - is a check that rested on no series.</summary>
    [Theory]
    [InlineData("", 0, true)]
    [InlineData("-5", 0, true)]
    [InlineData("-5 0", 0, false)]
    [InlineData("0 -", 0, false)]
    [InlineData("0 - -", 5, true)]
    [InlineData("5 0", 3, false)]
    [InlineData("5 0", null, true)]
    public void OnlyWhatWasMeasuredLaterIsNews(string before, int? until, bool expected)
    {
        var checks = before.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => new CheckRecord { MeasuredUntil = one == "-" ? null : SampleWorkload.At(int.Parse(one, System.Globalization.CultureInfo.InvariantCulture)) });
        Assert.Equal(expected, Verifier.IsNews(new Check(CheckResult.Healthy, "well", until is { } at ? SampleWorkload.At(at) : null), checks));
    }

    /// <summary>So many requests were counted before the action, and are since; so many does the policy ask of a known good revision.</summary>
    [Theory]
    [InlineData(0.0, 0.0, 0, null, true)]
    [InlineData(900.0, 0.0, 0, null, false)]
    [InlineData(null, 0.0, 0, null, false)]
    [InlineData(0.0, 1.0, 0, null, false)]
    [InlineData(0.0, 0.0, 100, null, false)]
    [InlineData(0.0, 0.0, 0, "Timeout: no answer", false)]
    public void AWorkloadIsMeasuredByNobodyWhereNoRequestIsCountedAndNoneIsAskedFor(double? before, double since, long asked, string? error, bool expected)
    {
        var reading = Reading(since > 0 ? Served(4, since) : WorkloadTraffic.None);
        reading = reading with { Policy = reading.Policy with { KnownGoodRequests = asked }, RequestsError = error };
        Assert.Equal(expected, Verifier.IsNeverMeasured(new ActionRecord { ToRevision = Old, Before = Verifier.MeasureBefore(reading, before) }, reading));
        Assert.False(Verifier.IsNeverMeasured(new ActionRecord { ToRevision = Old, Before = Verifier.MeasureBefore(reading, before) }, reading with { SeriesError = "Timeout: no answer" }));
    }

    private static Check Look(WorkloadReading reading, ActionRecord? action = null) => Verifier.Look(action ??= Action(), reading, new IncidentStatus { Actions = [action] }, rolloutProves: false);

    private static Conclusion Conclude(string checks, ActionRecord? action = null, WorkloadReading? reading = null)
    {
        action ??= Action();
        action.Checks = [.. checks.Select(letter => new CheckRecord { Result = (letter == 'H' ? CheckResult.Healthy : letter == 'U' ? CheckResult.Unhealthy : CheckResult.Unknown).ToString() })];
        reading ??= Reading(Served(4, 50, 20));
        return Verifier.Conclude(action, reading.Policy, reading, SampleWorkload.Now);
    }

    private static ActionRecord Action(double applied = -60, double? rolledOut = -20, string signal = "errors") => new()
    {
        ToRevision = Old,
        FromRevision = New,
        AppliedAt = SampleWorkload.At(applied),
        RolledOutAt = rolledOut is { } at ? SampleWorkload.At(at) : null,
        Before = Verifier.MeasureBefore(Reading(Served(12, 50)) with { Workload = SampleWorkload.Rolling(), Signals = [SampleBundle.Fires(signal, New)] }),
    };

    /// <summary>Nothing had been seen but states of pods.</summary>
    private static ActionRecord Unmeasured()
    {
        var action = Action();
        action.Before = [];
        return action;
    }

    private static ActionRecord Scaled()
    {
        var action = Action();
        (action.FromRevision, action.FromReplicas, action.ToReplicas) = (null, 2, 3);
        return action;
    }

    private static WorkloadReading Reading(WorkloadTraffic traffic) => new()
    {
        Time = SampleWorkload.Now,
        Workload = SampleWorkload.RolledBack(),
        Policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors() with { Grace = TimeSpan.Zero }] },
        Signals = [SampleBundle.Reading("errors", SignalState.Healthy)],
        Traffic = traffic,
    };

    private static WorkloadTraffic Served(int steps, double requests, double errors = 0) => SampleTraffic.Of((Old, SampleTraffic.Steady(steps, requests, errors)));

    private static (CheckResult, string) ResultAndMessage(Check check) => (check.Result, check.Message);
}
