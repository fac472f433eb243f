using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release came out four minutes before the trouble, and all pods are its. What began with the trouble is not known.</summary>
public sealed class ProvenReleaseTests
{
    private static readonly DateTimeOffset Started = SampleBundle.Onset.AddMinutes(-4);

    [Fact]
    public void AReleaseThatHasYetToProveItselfIsRolledBackForErrors()
    {
        var diagnosis = Analysers.Diagnose(Unproven);
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
    }

    [Fact]
    public void OfOneThatHasErrorsAloneAreNotEnough()
    {
        var diagnosis = Analysers.Diagnose(Proven(TimeSpan.FromMinutes(3)));
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.5, 0.79);
        Assert.Contains(diagnosis.Findings, finding => finding.Message.StartsWith("the release began 4m00s before the trouble and had proved itself; images changed from", StringComparison.Ordinal));
        Assert.DoesNotContain(diagnosis.Findings, finding => finding.Message.EndsWith("until the trouble began", StringComparison.Ordinal));
    }

    [Fact]
    public void OneThatServedWellForAsLongAgainIsNotSuspected()
    {
        var diagnosis = Analysers.Diagnose(Proven(TimeSpan.FromMinutes(1)));
        Assert.Null(diagnosis.Accepted);
        Assert.Equal("the release began 4m00s before the trouble, proved itself, and served well for as long again", Release(diagnosis).Rejection);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void ItsPodsThatCrashAreItsDoingUntilThen(double provenAfter, bool blamed)
    {
        var bundle = Proven(TimeSpan.FromMinutes(provenAfter));
        var diagnosis = Analysers.Diagnose(bundle with
        {
            Workload = bundle.Workload with { Pods = [bundle.Workload.Pods[0] with { Ready = false }, .. bundle.Workload.Pods.Skip(1)] },
            Signals = [SampleBundle.Sign(PodSigns.CrashLoop)],
            Measures = [],
        });
        Assert.Equal(blamed, diagnosis.Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
        Assert.Equal(blamed, diagnosis.Accepted is not null);
    }

    /// <summary>The onset of a loop of crashes is reckoned by the pauses of the kubelet, and may fall into a time when all was seen to be well.</summary>
    [Fact]
    public void ThatItServedWellIsSeenAndNotReckoned()
    {
        var bundle = Proven(TimeSpan.FromMinutes(3)) with { Signals = [SampleBundle.Sign(PodSigns.CrashLoop)], Measures = [] };
        GoodRevision[] until = [.. bundle.KnownGood.Select(good => good.Revision == SampleWorkload.New ? good with { LastGoodAt = good.ProvenAt.AddMinutes(3) } : good)];
        Assert.NotNull(Analysers.Diagnose(bundle).Accepted);
        Assert.Null(Analysers.Diagnose(bundle with { KnownGood = until }).Accepted);
    }

    /// <summary>It takes a leak a while to show.</summary>
    [Fact]
    public void MemoryThatRanOutIsTheReleasesAllTheSame()
    {
        var diagnosis = Analysers.Diagnose(Proven(TimeSpan.FromMinutes(1)) with { Signals = [SampleBundle.Sign(PodSigns.OutOfMemory)], Measures = [] });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
    }

    /// <summary>The release before would need the same for as many requests.</summary>
    [Fact]
    public void MemoryThatRanOutAsTheRequestsRoseIsNot()
    {
        var ranOut = Proven(TimeSpan.FromMinutes(1)) with { Signals = [SampleBundle.Sign(PodSigns.OutOfMemory)], Measures = [], Load = new LoadFact(20, 60) };
        Assert.Null(Analysers.Diagnose(ranOut).Accepted);
        Assert.Equal(Cause.BadRelease, Analysers.Diagnose(ranOut with { KnownGood = Unproven.KnownGood }).Accepted?.Cause);
    }

    /// <summary>It served a week ago, was replaced, and came back: what it needs may be gone.</summary>
    [Fact]
    public void WhatItShowedInAnEarlierRolloutProvesNothing()
    {
        var before = new GoodRevision(SampleWorkload.New, Started.AddDays(-7), Started.AddDays(-6));
        Assert.True(Analysers.Diagnose(Unproven with { KnownGood = [.. Unproven.KnownGood, before] }).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
        var again = before with { LastGoodAt = SampleBundle.Onset.AddSeconds(-10) };
        Assert.False(Analysers.Diagnose(Unproven with { KnownGood = [.. Unproven.KnownGood, again] }).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
    }

    /// <summary>It proved itself a week ago, was replaced, and came back: in between another one served.</summary>
    [Theory]
    [InlineData(19, 0, false)]
    [InlineData(21, 0, true)]
    [InlineData(21, 22, false)]
    public void OneThatCameBackIsNotSuspectedOnceItHasShownTheSameAgain(double minutes, double lastGood, bool settled)
    {
        var good = new GoodRevision(SampleWorkload.New, SampleBundle.Onset.AddDays(-7), SampleBundle.Onset.AddMinutes(-lastGood));
        var bundle = Unproven with { Workload = Unproven.Workload with { RolloutStartedAt = SampleBundle.Onset.AddMinutes(-minutes) }, KnownGood = [good, .. Unproven.KnownGood] };
        Assert.Equal(settled, Analysers.Diagnose(bundle).Findings.Any(finding => finding.Message.EndsWith("proved itself, and served well for as long again", StringComparison.Ordinal)));
        Assert.Equal(settled, Settled.IsRelease(bundle));
    }

    /// <summary>
    /// A release came out so long ago and had proved itself after 40 s; so long after it came out one of its pods was made. A container of that was started anew so many times, the last time after it had
    /// run for so long, and ended, or is back, so long ago. The quiet minute between two ends was seen to be well each time.
    /// </summary>
    [Theory]
    [InlineData(200, 1, 2, 60, -6.0, null, false)]
    [InlineData(130, 1, 1, 60, -6.0, null, false)]
    [InlineData(200, 1, 3, 60, -6.0, -1.0, false)]
    [InlineData(200, 1, 2, 15, -2.0, null, true)]
    [InlineData(200, 1, 1, 60, -130.0, -129.0, true)]
    [InlineData(200, 1, 2, 20, -140.0, -139.0, true)]
    [InlineData(200, 1, 2, 50, -140.0, -139.0, false)]
    [InlineData(200, 1, 1, 80, -6.0, null, false)]
    [InlineData(200, 1, 1, 60, -6.0, null, true)]
    [InlineData(200, 60, 2, 40, -6.0, null, true)]
    [InlineData(3600, 1, 2, 3000, -6.0, null, true)]
    [InlineData(200, 1, 0, 0, null, -199.0, true)]
    public void ThePausesBetweenTwoEndsAreNoTimeInWhichItServedWell(double age, double made, int restarts, double run, double? ended, double? back, bool settled)
    {
        var workload = Unproven.Workload;
        var container = SampleWorkload.Container(ready: back is not null) with
        {
            RestartCount = restarts,
            ExitCode = ended is null ? null : 1,
            RanSince = ended is { } from ? SampleWorkload.At(from - run) : null,
            TerminatedAt = ended is { } at ? SampleWorkload.At(at) : null,
            RunsSince = back is { } again ? SampleWorkload.At(again) : null,
        };
        var pods = workload.Pods.Select((pod, k) => pod with { CreatedAt = SampleWorkload.At(made - age), Containers = k == 0 ? [container] : pod.Containers });
        var bundle = Unproven with
        {
            OnsetAt = SampleWorkload.At(-40),
            Workload = workload with { RolloutStartedAt = SampleWorkload.At(-age), Pods = [.. pods] },
            Signals = [SampleBundle.Sign(PodSigns.CrashLoop)],
            Measures = [],
            KnownGood = [new GoodRevision(SampleWorkload.New, SampleWorkload.At(40 - age), SampleWorkload.At(-8)), .. Unproven.KnownGood],
        };
        Assert.Equal(settled, Settled.IsRelease(bundle));
        Assert.Equal(!settled, Analysers.Diagnose(bundle).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
    }

    [Fact]
    public void WhatWasProvenAfterTheTroubleBeganWasNotProvenBefore() =>
        Assert.True(Analysers.Diagnose(Proven(TimeSpan.FromMinutes(4.1))).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });

    /// <summary>Three times the requests: the release before would get them too.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ASurgeAfterItIsNotItsDoing(double provenAfter) =>
        Assert.NotEqual(Cause.BadRelease, Analysers.Diagnose(Proven(TimeSpan.FromMinutes(provenAfter)) with { Load = new LoadFact(20, 60) }).Accepted?.Cause);

    /// <summary>Nobody measures what it calls, its pods are ready, and the calls fail.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void CallsThatFailAreNotItsDoing(double provenAfter)
    {
        var called = new DependencyFact("deployment/cart", "cart", null, IsMeasured: false, null, null, "c0ffee", null, CallsFail: true);
        var diagnosis = Analysers.Diagnose(Proven(TimeSpan.FromMinutes(provenAfter)) with { Dependencies = [called] });
        Assert.NotEqual(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.Contains(diagnosis.Hypotheses, hypothesis => hypothesis is { Cause: Cause.DependencyFailure, Confidence: > 0.5 });
        Assert.True(Analysers.Diagnose(Unproven with { Dependencies = [called] }).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
    }

    internal static EvidenceBundle Unproven { get; } = SampleBundle.BadRelease() with
    {
        Workload = SampleWorkload.RolledOut() with
        {
            RolloutStartedAt = Started,
            Pods = [.. SampleWorkload.RolledOut().Pods.Select(pod => pod with { CreatedAt = Started })],
        },
        Measures = [SampleBundle.Measure(SampleWorkload.New, 0.4, 60), SampleBundle.Measure(SampleWorkload.Old, 0, 900) with { DuringTrouble = false }],
        KnownGood = [new GoodRevision(SampleWorkload.Old, Started.AddDays(-1), Started)],
    };

    private static EvidenceBundle Proven(TimeSpan after) =>
        Unproven with { KnownGood = [new GoodRevision(SampleWorkload.New, Started + after, SampleBundle.Onset), .. Unproven.KnownGood] };

    private static Hypothesis Release(Diagnosis diagnosis) => diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease);
}
