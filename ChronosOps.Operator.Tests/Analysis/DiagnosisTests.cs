using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

public sealed class DiagnosisTests
{
    [Fact]
    public void ABadReleaseIsSeenInTheSeries()
    {
        var diagnosis = Diagnose(b => b);
        AssertBadRelease(diagnosis, EvidenceKind.Series, EvidenceKind.Change);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "errors by revision: new 40% errors of 60 requests, old 0% errors of 900");
        Assert.Contains(diagnosis.Findings, finding => finding.Message.Contains("images changed from registry.example/checkout:1 to registry.example/checkout:2", StringComparison.Ordinal));
        Assert.Equal($"release {SampleWorkload.New} (revision 2) of checkout", diagnosis.Accepted?.Subject);
    }

    /// <summary>Within the policy's threshold, and far worse than what it follows: it was noticed by that, and is judged by it.</summary>
    [Fact]
    public void AReleaseIsJudgedByTheLimitByWhichItWasNoticed()
    {
        EvidenceBundle Within(EvidenceBundle b) => b with { Measures = [b.Measures[0] with { Value = b.Measures[0].Threshold * 0.7 }, b.Measures[1]] };
        AssertBadRelease(Diagnose(b => Within(b) with { Signals = [b.Signals[0] with { Limit = b.Measures[0].Threshold / 2 }, .. b.Signals.Skip(1)] }), EvidenceKind.Series, EvidenceKind.Change);
        Assert.Contains(Diagnose(Within).Findings, finding => finding.Message.EndsWith("the new revision does not show it", StringComparison.Ordinal));
    }

    [Fact]
    public void ABadReleaseIsSeenInTheSeriesWhenTheOldRevisionServesNoMore() =>
        AssertBadRelease(Diagnose(b => b with { Workload = SampleWorkload.RolledOut(), Measures = [b.Measures[0]] }), EvidenceKind.Series, EvidenceKind.Change);

    [Fact]
    public void ABadReleaseIsSeenInItsCrashes()
    {
        var diagnosis = Diagnose(b => NeverReady(b, PodSigns.CrashLoop));
        AssertBadRelease(diagnosis, EvidenceKind.Change, EvidenceKind.ContainerState);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "1 of 1 pods of the new revision are not ready, all 3 of the old one are");
    }

    [Fact]
    public void ABadReleaseIsSeenInItsImage()
    {
        var diagnosis = Diagnose(b => NeverReady(b, PodSigns.ImagePullFailure));
        AssertBadRelease(diagnosis, EvidenceKind.Change, EvidenceKind.ContainerState);
        Assert.Contains(diagnosis.Findings, finding => finding is { Message: "an image that the release names cannot be pulled", Ref: "registry.example/checkout:2" });
    }

    [Fact]
    public void ARolloutThatIsStuckSaysLessThanACrash() =>
        Assert.True(Confidence(b => NeverReady(b, PodSigns.RolloutNotProgressing)) < Confidence(b => NeverReady(b, PodSigns.CrashLoop)));

    /// <summary>A dependency that is away, or a load, does the same: a release of a moment ago is not rolled back for it.</summary>
    [Fact]
    public void PodsThatAreNoLongerReadyAloneAreNoReasonToBlameTheRelease()
    {
        var warning = new EventFact(SampleWorkload.Now, "Warning", "Unhealthy", "Pod/checkout-7c9b4d8f6-nnnn1", "Readiness probe failed: HTTP probe failed with statuscode: 503", 4);
        var diagnosis = Diagnose(b => NeverReady(b, PodSigns.NotReady) with { Events = [warning] });
        Assert.InRange(BadRelease(diagnosis).Confidence, 0, 0.5);
        Assert.True(Confidence(b => NeverReady(b, PodSigns.NotReady) with { Signals = [SampleBundle.Sign(PodSigns.NotReady), SampleBundle.Sign(PodSigns.CrashLoop)] }) >= 0.8);
    }

    [Fact]
    public void WarningsAboutThePodsOfTheReleaseSpeakForIt()
    {
        var warning = new EventFact(SampleWorkload.Now, "Warning", "BackOff", "Pod/checkout-7c9b4d8f6-nnnn1", "Back-off restarting failed container", 4);
        var diagnosis = Diagnose(b => NeverReady(b, PodSigns.RolloutNotProgressing) with { Events = [warning, warning with { Type = "Normal" }, warning with { Object = "Pod/cart-1" }] });
        Assert.Equal(["Pod/checkout-7c9b4d8f6-nnnn1 BackOff (×4): Back-off restarting failed container"], diagnosis.Findings.Where(finding => finding.Source == "events").Select(finding => finding.Message));
    }

    [Fact]
    public void TheReleaseOfANeighbourIsConsideredAndRejectedWithTheReason()
    {
        var diagnosis = Diagnose(b => b with { Neighbours = [new NeighbourFact("deployment/cart", "cart", "c0ffee", SampleBundle.Onset.AddSeconds(-40), RolloutComplete: true, HasBadPods: false)] });
        AssertBadRelease(diagnosis, EvidenceKind.Series, EvidenceKind.Change);
        var neighbour = diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.NeighbourRelease);
        Assert.Equal("release c0ffee of cart", neighbour.Subject);
        Assert.Equal("the trouble is confined to the new revision of checkout; its old revision ran beside cart and was well", neighbour.Rejection);
        Assert.Contains(neighbour.For, argument => argument.Finding.Message == "cart was released 40s before the trouble");
    }

    [Fact]
    public void ANeighbourThatWasReleasedAfterTheTroubleIsNotToBlame()
    {
        var diagnosis = Diagnose(b => b with { Neighbours = [new NeighbourFact("deployment/cart", "cart", "c0ffee", SampleBundle.Onset.AddSeconds(20), RolloutComplete: false, HasBadPods: true)] });
        Assert.Equal("cart was released 20s after the trouble", diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.NeighbourRelease).Rejection);
    }

    [Fact]
    public void ANeighbourAloneIsNeverAccepted() =>
        Assert.Null(Diagnose(b => Quiet(b) with { Neighbours = [new NeighbourFact("deployment/cart", "cart", "c0ffee", SampleBundle.Onset.AddSeconds(-5), RolloutComplete: false, HasBadPods: true)] }).Accepted);

    [Fact]
    public void AReleaseAfterTheOnsetIsRejected()
    {
        var diagnosis = Diagnose(b => b with { OnsetAt = SampleWorkload.RolloutStart.AddSeconds(-60) });
        Assert.Null(diagnosis.Accepted);
        Assert.Equal("the release began 1m00s after the trouble", BadRelease(diagnosis).Rejection);
    }

    [Fact]
    public void ClocksMayDifferByAFewSeconds() =>
        AssertBadRelease(Diagnose(b => b with { OnsetAt = SampleWorkload.RolloutStart.AddSeconds(-15) }), EvidenceKind.Series, EvidenceKind.Change);

    [Fact]
    public void WhereNothingChangedNoCauseIsAccepted()
    {
        var diagnosis = Diagnose(Quiet);
        Assert.Null(diagnosis.Accepted);
        Assert.StartsWith("the running release is", BadRelease(diagnosis).Rejection, StringComparison.Ordinal);
    }

    [Fact]
    public void TroubleThatTheOldRevisionShowsTooIsNotTheReleases()
    {
        var diagnosis = Diagnose(b => b with { Measures = [b.Measures[0], SampleBundle.Measure(SampleWorkload.Old, 0.3, 900)] });
        Assert.Null(diagnosis.Accepted);
        Assert.Contains("the old revision shows it too", BadRelease(diagnosis).Rejection, StringComparison.Ordinal);
    }

    [Fact]
    public void AConfigMapWithWhichPodsOfTheReleaseBeganAndThatIsGoneIsNotTheReleasesFault()
    {
        var rolled = SampleWorkload.RolledOut();
        var workload = rolled with { Pods = [rolled.Pods[0] with { Ready = false }, .. rolled.Pods.Skip(1)] };
        var diagnosis = Diagnose(b => NeverReady(b, PodSigns.ContainerConfigError) with { Workload = workload, Configs = [Config(exists: false, null)] });
        Assert.Equal((Cause.BadConfiguration, "ConfigMap settings"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 1);
        Assert.Equal([EvidenceKind.Change, EvidenceKind.ContainerState], diagnosis.Accepted.Kinds.Order());

        // Between two tries the container is said to crash.
        var refused = new EventFact(SampleWorkload.Now, "Warning", "Failed", $"Pod/{workload.Pods[0].Name}", "Error: configmap \"settings\" not found", 2);
        Assert.NotEqual(Cause.BadConfiguration, Diagnose(b => Crashing(b)).Accepted?.Cause);
        Assert.Equal(Cause.BadConfiguration, Diagnose(b => Crashing(b, refused)).Accepted?.Cause);
        Assert.NotEqual(Cause.BadConfiguration, Diagnose(b => Crashing(b, refused with { Message = "Error: configmap \"settings-2\" not found" })).Accepted?.Cause);
        Assert.NotEqual(Cause.BadConfiguration, Diagnose(b => Crashing(b, refused with { Time = SampleBundle.Onset.AddMinutes(-1) })).Accepted?.Cause);
        EvidenceBundle Crashing(EvidenceBundle b, params EventFact[] events) => NeverReady(b, PodSigns.CrashLoop) with { Workload = workload, Configs = [Config(exists: false, null)], Events = events };

        // Requests that fail of pods that run are no matter of a ConfigMap that pods need to begin.
        Assert.Equal(Cause.BadRelease, Diagnose(b => b with { Workload = rolled, Configs = [Config(exists: false, null)] }).Accepted?.Cause);

        // None of the new release runs: it may never have been there.
        var without = Diagnose(b => NeverReady(b, PodSigns.ContainerConfigError) with { Configs = [Config(exists: false, null)], Workload = rolled with { Pods = [.. workload.Pods.Select(pod => pod with { Ready = false })] } });
        Assert.NotEqual(Cause.BadConfiguration, without.Accepted?.Cause);
    }

    /// <summary>Somebody deleted it, and then a good release came out that names it as the one before does: that one cannot have begun without it.</summary>
    [Theory]
    [InlineData("its pods serve on", true)]
    [InlineData("it served until the release", true)]
    [InlineData("it served long ago", false)]
    [InlineData("it has not proved itself", false)]
    [InlineData("it could do without", false)]
    [InlineData("it does not name it", false)]
    [InlineData("no pod waits for it", false)]
    public void AConfigMapWithWhichTheRevisionBeforeServedIsNotForgottenByTheRelease(string before, bool wasThere)
    {
        var rolling = SampleWorkload.Rolling();
        var named = SampleWorkload.OldRevision with { Facts = SampleWorkload.OldFacts with { ConfigReferences = [new ConfigReference("ConfigMap", "settings", before == "it could do without")] } };
        var diagnosis = Diagnose(b =>
        {
            var waiting = NeverReady(b, before == "no pod waits for it" ? PodSigns.CrashLoop : PodSigns.ContainerConfigError);
            return waiting with
            {
                Workload = waiting.Workload with
                {
                    Revisions = [rolling.Revisions[0], before == "it does not name it" ? rolling.Revisions[1] : named],
                    Pods = [.. waiting.Workload.Pods.Where(pod => pod.Revision == SampleWorkload.New || before is not ("it served until the release" or "it served long ago"))],
                },
                Configs = [Config(exists: false, null) with { Revisions = before == "it does not name it" ? [SampleWorkload.New] : [SampleWorkload.New, SampleWorkload.Old] }],
                KnownGood = before switch
                {
                    "it has not proved itself" => [],
                    "it served long ago" => [b.KnownGood[0] with { LastGoodAt = SampleWorkload.At(-7200) }],
                    _ => b.KnownGood,
                },
            };
        });
        Assert.Equal(wasThere, diagnosis.Accepted is { Cause: Cause.BadConfiguration, Subject: "ConfigMap settings" });
        Assert.Equal(wasThere, diagnosis.Accepted is not { Cause: Cause.BadRelease, Confidence: >= 0.8 });
    }

    [Fact]
    public void WhatTheReleaseChangedIsNamed()
    {
        string[] changes = ["containers[app].image from a:1 to a:2", .. Enumerable.Range(1, 8).Select(i => $"containers[app].env[V{i}].value changed")];
        var finding = Diagnose(b => b with { TemplateChanges = changes }).Findings.First(finding => finding.Message.Contains("images changed from", StringComparison.Ordinal));
        Assert.EndsWith("checkout:2; containers[app].env[V1].value changed, containers[app].env[V2].value changed, containers[app].env[V3].value changed, "
            + "containers[app].env[V4].value changed, containers[app].env[V5].value changed, containers[app].env[V6].value changed and 2 more", finding.Message, StringComparison.Ordinal);
    }

    /// <summary>Of a single pod nothing ever runs beside the new one.</summary>
    [Fact]
    public void AnOldRevisionThatEndedAsTheTroubleBeganSpeaksAgainstTheReleaseToo()
    {
        var diagnosis = Diagnose(b => b with { Measures = [.. b.Measures.Select(measure => measure with { DuringTrouble = false })] });
        AssertBadRelease(diagnosis, EvidenceKind.Series, EvidenceKind.Change);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "errors by revision: new 40% errors of 60 requests, old 0% errors of 900 until the trouble began");
    }

    [Fact]
    public void AnEarlierBadReleaseThatWasRolledBackMinutesAgoIsNotTheOldRevision()
    {
        var earlier = SampleBundle.Measure("an-earlier-one", 0.4, 5000) with { SeenAt = SampleBundle.Onset.AddMinutes(-3) };
        AssertBadRelease(
            Diagnose(b => b with { Measures = [earlier, .. b.Measures] }), EvidenceKind.Series, EvidenceKind.Change);
    }

    [Fact]
    public void OfSeveralOldRevisionsSideBySideTheProvenOneCounts()
    {
        var other = SampleBundle.Measure("neither-proven", 0.4, 5000);
        AssertBadRelease(
            Diagnose(b => b with { Measures = [other, .. b.Measures], KnownGood = [new(SampleWorkload.Old, SampleBundle.Onset, SampleBundle.Onset)] }),
            EvidenceKind.Series, EvidenceKind.Change);
    }

    [Fact]
    public void TroubleThatTheNewRevisionDoesNotShowIsNotTheReleases() =>
        Assert.True(
            Confidence(b => b with { Measures = [SampleBundle.Measure(SampleWorkload.New, 0.01, 60), b.Measures[1]] }) < Confidence(b => b with { Measures = [] }));

    [Fact]
    public void PodsOfTheOldRevisionThatAreIllTooSpeakAgainstTheRelease()
    {
        var sick = SampleWorkload.Rolling();
        sick = sick with { Pods = [.. sick.Pods.Select(pod => pod with { Ready = false })] };
        Assert.True(Confidence(b => NeverReady(b, PodSigns.CrashLoop) with { Workload = sick }) < Confidence(b => NeverReady(b, PodSigns.CrashLoop)));
    }

    [Theory]
    [InlineData("pods \"web\" is forbidden: maximum memory usage per Container is 64Mi", "containers[app].resources.limits.memory from 32Mi to 1Gi", true)]
    [InlineData("pods \"web\" is forbidden: maximum memory usage per Container is 64Mi", "containers[app].image from web:1 to web:2", false)]
    [InlineData("pods \"web\" is forbidden: maximum memory usage per Container is 64Mi", null, false)]
    [InlineData("pods \"web\" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=3, limited: pods=3", "containers[app].image from web:1 to web:2", false)]
    [InlineData("Internal error occurred: failed calling webhook \"sidecar.example.com\": connection refused", "containers[app].image from web:1 to web:2", false)]
    public void PodsThatAreRefusedAreTheReleasesDoingWhereTheyAreRefusedForWhatItChanged(string refusal, string? change, bool isReleases)
    {
        var confidence = Confidence(b => b with
        {
            Workload = b.Workload with { Pods = [.. b.Workload.PodsOf(SampleWorkload.Old)], PodsRefused = refusal },
            Signals = [SampleBundle.Sign(PodSigns.RolloutNotProgressing)],
            Measures = [],
            TemplateChanges = change is null ? null : [change],
        });
        Assert.Equal(isReleases, confidence >= 0.8);
        Assert.Equal(isReleases, confidence >= Judge.LeastConfidence);
    }

    [Fact]
    public void AWorkloadsOnlyRevisionCannotBeABadReleaseForSure() =>
        Assert.NotEqual(Cause.BadRelease, Diagnose(b => b with { Workload = b.Workload with { Revisions = [SampleWorkload.NewRevision] }, Measures = [b.Measures[0]] }).Accepted?.Cause);

    [Fact]
    public void AConfigMapThatWasEditedInPlaceIsConsidered()
    {
        var diagnosis = Diagnose(b => Quiet(b) with { Configs = [Config(exists: true, SampleBundle.Onset.AddSeconds(-10))] });
        var edited = diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadConfiguration);
        Assert.Contains(edited.For, argument => argument.Finding.Message == "ConfigMap settings was changed in place 10s before the trouble");
        Assert.Equal(("ConfigMap settings", edited), (edited.Subject, diagnosis.Hypotheses[0]));
    }

    /// <summary>A release that served well for a day, a ConfigMap of it that was written, and then the trouble; its onset is the beginning of the step in which it was seen.</summary>
    [Theory]
    [InlineData(-10)]
    [InlineData(4)]
    public void AConfigMapThatWasEditedUnderAReleaseThatHadProvedItselfIsTheCause(int edited)
    {
        var settled = SampleBundle.PodFault() with { PodMeasures = [], Measures = [], Configs = [Config(exists: true, SampleBundle.Onset.AddSeconds(edited)) with { Revisions = [SampleWorkload.Old] }] };
        var diagnosis = Analysers.Diagnose(settled);
        Assert.Equal((Cause.BadConfiguration, "ConfigMap settings"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal([EvidenceKind.Change], diagnosis.Accepted!.Kinds);

        var unproven = settled with { KnownGood = [new GoodRevision(SampleWorkload.Old, SampleBundle.Onset.AddSeconds(edited + 5), SampleBundle.Onset.AddSeconds(edited + 5))] };
        Assert.InRange(Analysers.Diagnose(unproven).Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadConfiguration).Confidence, 0, 0.5);
    }

    [Fact]
    public void AConfigMapThatWasEditedAfterTheOnsetIsRejected() =>
        Assert.Equal(
            "ConfigMap settings was changed in place 20s after the trouble",
            Diagnose(b => b with { Configs = [Config(exists: true, SampleBundle.Onset.AddSeconds(20))] }).Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadConfiguration).Rejection);

    /// <summary>The ConfigMap was changed two minutes before the release. Pods of the revision before that had started by then served on with what it held before, and others with something else altogether.</summary>
    [Theory]
    [InlineData(-120, true, true)]
    [InlineData(-121, true, false)]
    [InlineData(-120, false, false)]
    public void AConfigMapThatTheRevisionBeforeStartedWithAndServedWellIsRejected(double started, bool refers, bool expected)
    {
        var config = Config(exists: true, SampleWorkload.RolloutStart.AddSeconds(-120));
        var diagnosis = Diagnose(b => b with
        {
            Configs = [refers ? config with { Revisions = [SampleWorkload.New, SampleWorkload.Old] } : config],
            KnownGood = [b.KnownGood[0] with { StartedAt = SampleWorkload.RolloutStart.AddSeconds(started) }],
        });
        var rejection = diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadConfiguration).Rejection;
        Assert.Equal(expected, rejection == "pods of the revision before started after ConfigMap settings was changed, and served well");
    }

    [Fact]
    public void AConfigMapThatIsGoneExplainsTroubleWhereNothingElseChanged() =>
        Assert.Equal(Cause.BadConfiguration, Diagnose(b => Quiet(b) with { Configs = [Config(exists: false, null)] }).Accepted?.Cause);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AConfigMapOfLongAgoOrAnOptionalOneThatIsGoneIsNotConsidered(bool exists)
    {
        var config = Config(exists, exists ? SampleBundle.Onset.AddHours(-1) : null);
        var optional = config with { Reference = config.Reference with { Optional = !exists } };
        Assert.DoesNotContain(Diagnose(b => b with { Configs = [optional] }).Hypotheses, hypothesis => hypothesis.Cause == Cause.BadConfiguration);
    }

    [Fact]
    public void EachGapLowersConfidence()
    {
        var none = Confidence(b => b);
        var one = Confidence(b => b with { Gaps = ["events: forbidden"] });
        var two = Confidence(b => b with { Gaps = ["events: forbidden", "series by revision: timeout"] });
        Assert.True(none > one && one > two, $"{none} {one} {two}");
        Assert.Equal(["events: forbidden"], Diagnose(b => b with { Gaps = ["events: forbidden"] }).Gaps);
    }

    /// <summary>The mended release after a broken one: the controller of an ordered StatefulSet has made no pod of it yet.</summary>
    [Fact]
    public void AReleaseThatAPodOfAnotherOneHoldsUpIsNotBlamed()
    {
        var broken = SampleWorkload.Pod("checkout-2", "b70ken", SampleWorkload.At(-90), ready: false);
        var diagnosis = Diagnose(b => Stuck(b, w => w with { WaitsForEachPod = true, Pods = [broken, .. w.PodsOf(SampleWorkload.Old)] }));
        Assert.Null(diagnosis.Accepted);
        Assert.Contains(BadRelease(diagnosis).Against, argument => argument.Finding.Message.Contains("waits for pod checkout-2 of revision b70ken", StringComparison.Ordinal));
        Assert.Equal(Cause.BadRelease, Diagnose(b => Stuck(b, w => w)).Accepted?.Cause);
    }

    /// <summary>Of StatefulSets and DaemonSets no condition tells it, but an Event does.</summary>
    [Fact]
    public void APodThatAnyRevisionWouldBeRefusedSpeaksAgainstTheRelease()
    {
        var refused = new EventFact(SampleWorkload.At(-20), "Warning", "FailedCreate", "Deployment/checkout", "create Pod checkout-2 failed: forbidden: exceeded quota: small", 3);
        Assert.Contains(BadRelease(Diagnose(b => Stuck(b, w => w) with { Events = [refused] })).Against, argument => argument.Finding.Message.Contains("exceeded quota: small", StringComparison.Ordinal));
    }

    private static EvidenceBundle Stuck(EvidenceBundle bundle, Func<WorkloadSnapshot, WorkloadSnapshot> change) => bundle with
    {
        Workload = change(bundle.Workload),
        Measures = [],
        Signals = [SampleBundle.Reading(PodSigns.RolloutNotProgressing, SignalState.Firing) with { IsKubernetesSign = true }],
    };

    [Fact]
    public void FindingsAreNamedOneByOneAndEveryArgumentRestsOnOne()
    {
        var diagnosis = Diagnose(b => b with { Neighbours = [new NeighbourFact("deployment/cart", "cart", "c0ffee", SampleBundle.Onset, RolloutComplete: true, HasBadPods: false)] });
        Assert.Equal(Enumerable.Range(1, diagnosis.Findings.Count).Select(k => $"f{k}"), diagnosis.Findings.Select(finding => finding.Id));
        Assert.All(diagnosis.Hypotheses.SelectMany(hypothesis => hypothesis.For.Concat(hypothesis.Against)), argument => Assert.Contains(argument.Finding, diagnosis.Findings));
    }

    private static Diagnosis Diagnose(Func<EvidenceBundle, EvidenceBundle> change) => Analysers.Diagnose(change(SampleBundle.BadRelease()));

    private static double Confidence(Func<EvidenceBundle, EvidenceBundle> change) => BadRelease(Diagnose(change)).Confidence;

    private static Hypothesis BadRelease(Diagnosis diagnosis) => diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease);

    private static void AssertBadRelease(Diagnosis diagnosis, params EvidenceKind[] kinds)
    {
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
        Assert.Null(diagnosis.Accepted.Rejection);
        Assert.Equal(kinds.Order(), diagnosis.Accepted.Kinds.Order());
    }

    /// <summary>The release never served: its one pod shows a sign, and no series does.</summary>
    private static EvidenceBundle NeverReady(EvidenceBundle bundle, string sign)
    {
        var pods = bundle.Workload.Pods.Select(pod => pod with { Ready = pod.Revision == SampleWorkload.Old });
        return bundle with { Workload = bundle.Workload with { Pods = [.. pods] }, Signals = [SampleBundle.Sign(sign)], Measures = [] };
    }

    /// <summary>The workload as a whole is ill, two days after its last release.</summary>
    private static EvidenceBundle Quiet(EvidenceBundle bundle) => bundle with
    {
        Workload = SampleWorkload.RolledOut() with { RolloutStartedAt = SampleWorkload.At(-172800) },
        Signals = [SampleBundle.Fires("errors", null)],
        Measures = [bundle.Measures[0]],
    };

    private static ConfigFact Config(bool exists, DateTimeOffset? changed) => new(new ConfigReference("ConfigMap", "settings", false), exists, changed, [SampleWorkload.New]);
}
