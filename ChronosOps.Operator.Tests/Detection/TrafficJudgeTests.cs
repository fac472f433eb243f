using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;
using static ChronosOps.Operator.Tests.Support.SampleTraffic;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>Steps of 5 s, errors up to 5 % for 10 s over 30 s, grace 60 s; the new revision was released half a minute ago.</summary>
public sealed class TrafficJudgeTests
{
    private static readonly string Old = SampleWorkload.Old;
    private static readonly string New = SampleWorkload.New;
    private static readonly WorkloadSnapshot Rolling = SampleWorkload.Rolling();
    private static readonly WorkloadSnapshot LongSettled = SampleWorkload.RolledOut() with { RolloutStartedAt = SampleWorkload.At(-7200) };

    [Fact]
    public void ABadReleaseIsCaughtAfterForAndAStepWhileTheOldRevisionIsFine()
    {
        var reading = Judge(Rolling, Of((New, Steady(3, 20, 8)), (Old, Steady(6, 100))));
        Assert.Equal((SignalState.Firing, New, 0.0, SampleWorkload.At(-15)), (reading.State, reading.Revision, reading.Reference, reading.Since));
        Assert.Equal(0.4, reading.Value!.Value, 6);
        Assert.Contains("the old revision has 0% errors", reading.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneStepEarlierItIsOnItsWay() =>
        Assert.Equal(SignalState.Pending, Judge(Rolling, Of((New, Steady(2, 20, 8)), (Old, Steady(6, 100)))).State);

    [Fact]
    public void ABadReleaseThatServesAloneIsCaughtToo() =>
        Assert.Equal((SignalState.Firing, New), StateAndRevision(Judge(SampleWorkload.RolledOut(), Of((New, Steady(3, 60, 30))))));

    [Theory]
    [InlineData(0, 0, 0, 0, 0, 1, SignalState.Pending)]
    [InlineData(0, 0, 0, 0, 1, 0, SignalState.Healthy)]
    [InlineData(0, 0, 0, 0, 1, 1, SignalState.Pending)]
    [InlineData(0, 0, 0, 1, 1, 0, SignalState.Healthy)]
    [InlineData(0, 1, 1, 0, 0, 0, SignalState.Healthy)]
    [InlineData(1, 0, 1, 0, 1, 0, SignalState.Healthy)]
    [InlineData(0, 1, 0, 1, 0, 1, SignalState.Pending)]
    [InlineData(0, 0, 0, 1, 1, 1, SignalState.Firing)]
    [InlineData(1, 1, 1, 1, 1, 1, SignalState.Firing)]
    public void ABlipOfOneOrTwoStepsNeverFires(int a, int b, int c, int d, int e, int f, SignalState expected) =>
        Assert.Equal(expected, Judge(LongSettled, Of((New, Steps([.. new[] { a, b, c, d, e, f }.Select(bad => (50.0, bad * 25.0))])))).State);

    [Fact]
    public void WhatIsOverSaysWhatItHasComeTo()
    {
        var reading = Judge(LongSettled, Of((New, Steps((50, 0), (50, 0), (50, 0), (50, 25), (50, 25), (50, 0)))));
        Assert.Equal("0% errors again, after 33.333% errors, limit 5% errors", reading.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(2.4)]
    public void ARatioBelowTheThresholdIsHealthy(double errors) =>
        Assert.Equal(SignalState.Healthy, Judge(LongSettled, Of((New, Steady(6, 50, errors)))).State);

    [Fact]
    public void DoubledTrafficIsNoTrouble() =>
        Assert.Equal(SignalState.Healthy, Judge(LongSettled, Of((New, Steps((50, 1), (50, 1), (50, 1), (100, 2), (100, 2), (100, 2))))).State);

    [Fact]
    public void RequestsThatAreCountedWithoutTheirStatusAreUnknown()
    {
        var reading = Judge(LongSettled, Of((New, Steady(6, 50, double.NaN))));
        Assert.Equal(SignalState.Unknown, reading.State);
        Assert.StartsWith("requests are counted without their status (a label code,", reading.Message, StringComparison.Ordinal);
        Assert.Equal(SignalState.Unknown, Judge(Rolling, Of((New, Steady(6, 50, double.NaN)), (Old, Steady(6, 50)))).State);
    }

    [Fact]
    public void TooLittleTrafficIsUnknown()
    {
        var reading = Judge(LongSettled, Of((New, Steady(6, 2, 2))));
        Assert.Equal(SignalState.Unknown, reading.State);
        Assert.Contains("too little traffic: 0.4 requests/s", reading.Message, StringComparison.Ordinal);
    }

    /// <summary>One request in ten seconds, whichever step it falls into, and whether it fails or not.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    public void OneRequestInTenSecondsIsTooLittleToTell(int first, double errors)
    {
        (double, double)[] steps = [.. Enumerable.Range(0, 12).Select(k => k % 2 == first ? (1.0, errors) : (0, 0))];
        var patient = SamplePolicy.Errors() with { For = TimeSpan.FromSeconds(55) };
        var reading = Judge(LongSettled, Of((New, Steps(steps))), patient);
        Assert.Equal((SignalState.Unknown, "too little traffic: 0.1 requests/s, 0.5 are needed"), (reading.State, reading.Message));
        Assert.Equal(SignalState.Unknown, Judge(Rolling, Of((New, Steps(steps)), (Old, Steps(steps))), patient).State);
    }

    [Fact]
    public void FewRequestsPerStepAreJudgedTogether() =>
        Assert.Equal(SignalState.Firing, Judge(LongSettled, Of((New, Steady(6, 3, 3)))).State);

    [Fact]
    public void NoTrafficIsUnknown()
    {
        Assert.Equal(SignalState.Unknown, Judge(LongSettled, WorkloadTraffic.None).State);
        Assert.Equal(SignalState.Unknown, Judge(LongSettled, Of((New, Steady(6, 0)))).State);
    }

    [Fact]
    public void TrafficThatStoppedIsUnknownAndNotHealthy() =>
        Assert.Equal(SignalState.Unknown, Judge(LongSettled, Of((New, Steps((50, 0), (50, 0), (50, 0), (0, 0), (0, 0), (0, 0))))).State);

    [Theory]
    [InlineData(-15, SignalState.Firing)]
    [InlineData(-16, SignalState.Unknown)]
    [InlineData(-600, SignalState.Unknown)]
    public void OldMeasurementsAreUnknown(double newest, SignalState expected) =>
        Assert.Equal(expected, Judge(LongSettled, Of((New, Steady(6, 50, 25, end: SampleWorkload.At(newest))))).State);

    [Fact]
    public void TheGraceOfARolloutSuppressesTheWhole()
    {
        var reading = Judge(Rolling, Of((Old, Steady(6, 100, 50))));
        Assert.Equal(SignalState.Unknown, reading.State);
        Assert.Contains("grace", reading.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AfterTheGraceTheWholeIsJudged()
    {
        var later = Rolling with { RolloutStartedAt = SampleWorkload.At(-60) };
        Assert.Equal((SignalState.Firing, (string?)null), StateAndRevision(Judge(later, Of((Old, Steady(6, 100, 50))))));
    }

    [Fact]
    public void AHealthyWholeIsHealthyDuringTheGraceToo() =>
        Assert.Equal(SignalState.Healthy, Judge(Rolling, Of((Old, Steady(6, 100)), (New, Steady(3, 20)))).State);

    [Fact]
    public void WhatBothRevisionsShowAlikeIsNotBlamedOnTheNewOne()
    {
        var traffic = Of((Old, Steady(6, 100, 20)), (New, Steady(6, 40, 10)));
        Assert.Equal(SignalState.Unknown, Judge(Rolling, traffic).State);
        Assert.Equal((SignalState.Firing, (string?)null), StateAndRevision(Judge(Rolling with { RolloutStartedAt = SampleWorkload.At(-61) }, traffic)));
    }

    [Fact]
    public void ANewRevisionThatIsMuchWorseThanABadOldOneIsBlamed() =>
        Assert.Equal((SignalState.Firing, New), StateAndRevision(Judge(Rolling, Of((Old, Steady(6, 100, 6)), (New, Steady(6, 40, 20))))));

    [Fact]
    public void ANewRevisionBeyondTheThresholdIsBlamedWhereTheOldOneIsWithinIt() =>
        Assert.Equal((SignalState.Firing, New), StateAndRevision(Judge(Rolling, Of((Old, Steady(6, 100, 4)), (New, Steady(6, 100, 11))))));

    [Fact]
    public void ANewRevisionJustBeyondTheThresholdIsNotBlamedWhereTheOldOneIsJustWithinIt() =>
        Assert.Equal(SignalState.Unknown, Judge(Rolling, Of((Old, Steady(6, 100, 4.8)), (New, Steady(6, 100, 5.6)))).State);

    /// <summary>Both fail 4 of 100: of 60 requests of the new one six failed, as it happens.</summary>
    [Theory]
    [InlineData(10, 1, false)]
    [InlineData(100, 10, true)]
    public void WhatMayBeChanceIsNotBlamedOnTheNewOne(double requests, double errors, bool isBlamed) =>
        Assert.Equal(isBlamed ? New : null, Judge(Rolling, Of((Old, Steady(6, 100, 4)), (New, Steady(6, requests, errors)))).Revision);

    [Fact]
    public void ANewRevisionWithinTheThresholdIsBlamedWhereItIsWorseByTheFactor() =>
        Assert.Equal((SignalState.Firing, New), StateAndRevision(Judge(Rolling, Of((Old, Steady(6, 200, 1)), (New, Steady(6, 100, 4))))));

    [Fact]
    public void FactorZeroSwitchesTheComparisonOff() =>
        Assert.Equal(SignalState.Healthy, TrafficJudge.Judge(SamplePolicy.Errors() with { CompareFactor = 0 }, Rolling, Of((Old, Steady(6, 200, 1)), (New, Steady(6, 100, 4))), SampleWorkload.Now).State);

    [Fact]
    public void LessThanHalfTheThresholdIsNeverWorse() =>
        Assert.Equal(SignalState.Healthy, Judge(Rolling, Of((Old, Steady(6, 200)), (New, Steady(6, 100, 2)))).State);

    [Fact]
    public void ARevisionIsNoLongerNewAfterHalfAnHour() =>
        Assert.Equal((SignalState.Firing, (string?)null), StateAndRevision(Judge(LongSettled, Of((New, Steady(6, 100, 50))))));

    [Fact]
    public void ANewRevisionWithTooLittleTrafficIsNotJudgedByItself() =>
        Assert.Equal(SignalState.Healthy, Judge(Rolling, Of((Old, Steady(6, 100)), (New, Steady(3, 1, 1)))).State);

    [Fact]
    public void AReleaseThatIsSlowIsCaught()
    {
        var reading = Judge(Rolling, Of((New, Steady(3, 20, seconds: 1)), (Old, Steady(6, 100, seconds: 0.1))), SamplePolicy.Latency());
        Assert.Equal((SignalState.Firing, New), StateAndRevision(reading));
        Assert.Equal(0.975, reading.Value!.Value, 6);
    }

    [Fact]
    public void AReleaseThatIsSlowIsCaughtWhereTheOldOneWasNotMuchFaster() =>
        Assert.Equal((SignalState.Firing, New), StateAndRevision(Judge(Rolling, Of((New, Steady(3, 20, seconds: 1)), (Old, Steady(6, 100, seconds: 0.5))), SamplePolicy.Latency())));

    [Fact]
    public void ARequestThatIsFastEnoughIsHealthyHoweverManyFail() =>
        Assert.Equal(SignalState.Healthy, Judge(LongSettled, Of((New, Steady(6, 50, 50, seconds: 0.25))), SamplePolicy.Latency()).State);

    [Fact]
    public void DurationsThatWereNotMeasuredAreUnknown() =>
        Assert.Equal(SignalState.Unknown, Judge(LongSettled, Of((New, Steady(6, 50))), SamplePolicy.Latency()).State);

    [Fact]
    public void WithoutForOneBadStepFires() =>
        Assert.Equal(SignalState.Firing, TrafficJudge.Judge(SamplePolicy.Errors() with { For = TimeSpan.Zero }, LongSettled, Of((New, Steps((50, 0), (50, 0), (50, 25)))), SampleWorkload.Now).State);

    /// <summary>What has lasted for longer than is looked at began when it began: what was before is what it is held against. Steps are of five seconds, and the window is of 30 s.</summary>
    [Theory]
    [InlineData(20, 0, 100)]
    [InlineData(20, 6, 70)]
    [InlineData(5, 0, 25)]
    public void WhatLastsForLongerThanTheWindowBeganBeforeIt(int bad, int good, double seconds)
    {
        (double, double)[] steps = [.. Enumerable.Repeat((50.0, 0.0), 10), .. Enumerable.Repeat((50.0, 25.0), bad - (2 * good)), .. Enumerable.Repeat((50.0, 0.0), good > 0 ? 1 : 0), .. Enumerable.Repeat((50.0, 25.0), good > 0 ? 14 : 0)];
        var reading = Judge(LongSettled, Of((New, Steps(steps))));
        Assert.Equal(SampleWorkload.Now - TimeSpan.FromSeconds(seconds), reading.Since);
    }

    /// <summary>The policy would have two minutes watched.</summary>
    [Theory]
    [InlineData(6, 20, 8, 0, SignalState.Firing)]
    [InlineData(5, 20, 8, 0, SignalState.Pending)]    // not yet half a minute
    [InlineData(6, 10, 1.6, 0, SignalState.Firing)]
    [InlineData(6, 6, 0.8, 0, SignalState.Pending)]   // fewer than five have failed
    [InlineData(6, 40, 3, 0, SignalState.Pending)]    // less than twice the threshold
    [InlineData(6, 20, 8, 6, SignalState.Pending)]    // the old one is not well
    public void ClearErrorsBesideAnOldRevisionThatIsWellNeedNoLongerLook(int steps, double requests, double errors, double errorsOfOld, SignalState expected) =>
        Assert.Equal((expected, New), StateAndRevision(Judge(Rolling, Of((New, Steady(steps, requests, errors)), (Old, Steady(30, 100, errorsOfOld))), Patient)));

    [Fact]
    public void AMomentWithoutErrorsIsNotClear() =>
        Assert.Equal(SignalState.Pending, Judge(Rolling, Of((New, Steps((20, 8), (20, 8), (20, 0.8), (20, 8), (20, 8), (20, 8))), (Old, Steady(30, 100))), Patient).State);

    [Fact]
    public void SlownessIsNeverClearAtOnce() =>
        Assert.Equal(SignalState.Pending, Judge(Rolling, Of((New, Steady(6, 20, seconds: 2.5)), (Old, Steady(30, 100, seconds: 0.1))), SamplePolicy.Latency() with { For = Patient.For }).State);

    [Fact]
    public void ClearErrorsOfWhatHasNothingBesideItAreWatchedAsLongAsThePolicySays() =>
        Assert.Equal(SignalState.Pending, Judge(SampleWorkload.RolledOut(), Of((New, Steady(6, 20, 8))), Patient).State);

    [Fact]
    public void FactorZeroHasClearErrorsWatchedToo() =>
        Assert.Equal(SignalState.Pending, Judge(Rolling, Of((New, Steady(6, 20, 8)), (Old, Steady(30, 100))), Patient with { CompareFactor = 0 }).State);

    [Fact]
    public void MoreErrorsThanRequestsAreNoMoreThanAll() => Assert.Equal(1, Steady(1, 10, 30)[0].ErrorRatio);

    private static EffectiveSignal Patient => SamplePolicy.Errors() with { For = TimeSpan.FromMinutes(2) };

    private static SignalReading Judge(WorkloadSnapshot workload, WorkloadTraffic traffic, EffectiveSignal? signal = null) =>
        TrafficJudge.Judge(signal ?? SamplePolicy.Errors(), workload, traffic, SampleWorkload.Now);

    private static (SignalState, string?) StateAndRevision(SignalReading reading) => (reading.State, reading.Revision);
}
