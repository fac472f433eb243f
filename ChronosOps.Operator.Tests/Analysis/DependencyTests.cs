using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release that served well for a day fails, and so does what it talks to.</summary>
public sealed class DependencyTests
{
    private static readonly DependencyFact Cart = new("deployment/cart", "cart", "errors: 80% errors, limit 5% errors", IsMeasured: true, SampleBundle.Onset.AddSeconds(-5), SampleWorkload.At(-86400), "c0ffee", "cart-1a2b3c4d");
    private static readonly DependencyFact Late = Cart with { Trouble = null, IsMeasured = false, TroubleSince = null, Incident = null, SlowerCalls = new SlowerCalls(0.0093, 0.7117) };

    [Fact]
    public void WhatIsIllItselfAndWasBeforeIsToBlame()
    {
        var diagnosis = Diagnose(Cart);
        Assert.Equal((Cause.DependencyFailure, "cart (incident cart-1a2b3c4d)"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal([EvidenceKind.Series, EvidenceKind.Dependency], diagnosis.Accepted!.Kinds.Order());
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "cart is ill itself: errors: 80% errors, limit 5% errors");
    }

    [Fact]
    public void WhatWasReleasedAMomentBeforeIsSuspectedWhereNobodyMeasuresIt()
    {
        var diagnosis = Diagnose(Cart with { Trouble = null, IsMeasured = false, TroubleSince = null, Incident = null, RolloutStartedAt = SampleBundle.Onset.AddSeconds(-20) });
        Assert.Equal((Cause.DependencyFailure, "cart"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.5, 0.79);
    }

    /// <summary>It may have been so for months: no rival of what is known better.</summary>
    [Fact]
    public void TroubleOfWhichNobodyKnowsSinceWhenSaysLittle()
    {
        var vague = Cart with { Trouble = "it is scaled to 0", IsMeasured = false, TroubleSince = null, Incident = null };
        Assert.InRange(Diagnose(vague).Accepted!.Confidence, 0.5, 0.7);
        var fault = SampleBundle.PodFault();
        Assert.Equal(Cause.PodFault, Analysers.Diagnose(fault with { Dependencies = [vague], Configs = [] }).Accepted?.Cause);
    }

    /// <summary>No template names it, and calls to it fail all the same.</summary>
    [Fact]
    public void WhatAServiceGraphCountsFailedCallsToIsADependencyToo()
    {
        var diagnosis = Diagnose(Cart with { CallsFail = true });
        Assert.Equal(Cause.DependencyFailure, diagnosis.Accepted?.Cause);
        Assert.Contains(diagnosis.Findings, finding => finding.Kind == EvidenceKind.Dependency && finding.Message == "calls of checkout to cart fail, by the service graph");
    }

    /// <summary>The hosts stand in a ConfigMap, and the annotation tells of them.</summary>
    [Fact]
    public void WhatIsDeclaredIsADependencyAsWhatTheTemplateNames()
    {
        var diagnosis = Diagnose(Cart with { IsDeclared = true });
        Assert.Equal(Diagnose(Cart).Accepted?.Confidence, diagnosis.Accepted?.Confidence);
        Assert.Contains(diagnosis.Findings, finding => finding.Kind == EvidenceKind.Dependency && finding.Message == "checkout declares that it depends on cart");
    }

    [Fact]
    public void WhatIsDeclaredAndIsNowhereIsToldAndBlamesNobody()
    {
        var diagnosis = Analysers.Diagnose(Bundle() with { DeclaredNowhere = ["ghost", "crat"] });
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "chronosops.io/depends-on names ghost, crat: neither a Service nor a workload that serves in namespace shop");
        Assert.DoesNotContain(diagnosis.Hypotheses, hypothesis => hypothesis.Cause == Cause.DependencyFailure);
    }

    /// <summary>Two hosts that are ill for one reason do not contradict each other.</summary>
    [Fact]
    public void SeveralOfThemAreNoContradiction() =>
        Assert.Equal(Cause.DependencyFailure, Diagnose(Cart, Cart with { Name = "basket", Reference = "deployment/basket", Incident = null }).Accepted?.Cause);

    /// <summary>That a signal speaks of the running revision says nothing where no other one runs beside it.</summary>
    [Fact]
    public void AReleaseOfADayAgoThatAloneRunsIsNotConfined()
    {
        var settled = SampleWorkload.Settled() with { Revisions = [SampleWorkload.OldRevision, SampleWorkload.NewRevision with { CreatedAt = SampleWorkload.At(-90000) }] };
        var diagnosis = Analysers.Diagnose(Bundle(Cart) with { Workload = settled, Signals = [SampleBundle.Fires("errors", SampleWorkload.Old)] });
        Assert.Equal(Cause.DependencyFailure, diagnosis.Accepted?.Cause);
    }

    [Fact]
    public void NothingIsDoneToTheOneThatOnlySuffers()
    {
        var bundle = Bundle(Cart);
        Assert.Equal((null, "NoRungHelps"), Parts(Ladder.Next(SamplePolicy.Effective(), bundle, Analysers.Diagnose(bundle), [])));
    }

    [Fact]
    public void WhatFellIllLaterIsNotToBlame()
    {
        var diagnosis = Diagnose(Cart with { TroubleSince = SampleBundle.Onset.AddSeconds(60) });
        Assert.Null(diagnosis.Accepted);
        Assert.Contains(Hypothesis(diagnosis).Against, argument => argument.Finding.Message.StartsWith("cart is ill itself", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsWellAndWasReleasedLongAgoIsNotEvenConsidered() =>
        Assert.DoesNotContain(Diagnose(Cart with { Trouble = null, TroubleSince = null }).Hypotheses, hypothesis => hypothesis.Cause == Cause.DependencyFailure);

    /// <summary>The old revision talks to the same hosts.</summary>
    [Fact]
    public void ABadReleaseBesideAGoodOneIsBlamedAllTheSame()
    {
        var diagnosis = Analysers.Diagnose(SampleBundle.BadRelease() with { Dependencies = [Cart] });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
        Assert.Equal("the trouble is confined to the new revision of checkout; its old revision talked to cart too and was well", Hypothesis(diagnosis).Rejection);
    }

    /// <summary>It ended as the trouble began: whether it would have been well is not known.</summary>
    [Fact]
    public void AnOldRevisionThatEndedAsTheTroubleBeganExoneratesNobody()
    {
        var bundle = SampleBundle.BadRelease();
        var diagnosis = Analysers.Diagnose(bundle with { Dependencies = [Cart], Measures = [.. bundle.Measures.Select(measure => measure with { DuringTrouble = false })] });
        Assert.Null(diagnosis.Accepted);
        Assert.Empty(Hypothesis(diagnosis).Against);
    }

    /// <summary>Its pods are ready, and nobody asks them.</summary>
    [Fact]
    public void ThatPodsOfTheOldRevisionAreReadySaysNothingOfErrors() =>
        Assert.Null(Analysers.Diagnose(SampleBundle.BadRelease() with { Dependencies = [Cart], Measures = [] }).Accepted);

    /// <summary>New pods do not become ready, and old ones are. They show that what is called does not matter only where one of them started since that fell ill: what a pod needs at its start alone, they had.</summary>
    [Theory]
    [InlineData(-3600, null)]
    [InlineData(-5, null)]
    [InlineData(-3, Cause.BadRelease)]
    public void OldPodsThatStartedBeforeWhatIsCalledFellIllExonerateNobody(double started, Cause? expected)
    {
        var rolling = SampleWorkload.Rolling();
        var old = SampleWorkload.Pod("checkout-5f8d6c7b9-oooo9", SampleWorkload.Old, SampleBundle.Onset.AddSeconds(started), true, SampleWorkload.Container() with { RunsSince = SampleBundle.Onset.AddSeconds(started) });
        var diagnosis = Analysers.Diagnose(SampleBundle.BadRelease() with
        {
            Workload = rolling with { Pods = [rolling.Pods[0] with { Ready = false }, .. rolling.Pods.Skip(1), old] },
            Signals = [SampleBundle.Sign(PodSigns.RolloutNotProgressing)],
            Measures = [],
            Dependencies = [Cart with { TroubleSince = SampleBundle.Onset.AddSeconds(-4) }],
        });
        Assert.Equal(expected, diagnosis.Accepted?.Cause);
        Assert.Equal(expected is null, Hypothesis(diagnosis).Against.Count == 0);
    }

    /// <summary>It has yet to prove itself, all pods are its, and the old revision was well until then; that calls of it to cart fail is all that is known of cart.</summary>
    [Fact]
    public void AReleaseThatServedWellUntilCallsBeganToFailIsNotToBlame()
    {
        var bundle = RolledOut();
        Assert.True(Analysers.Diagnose(bundle).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
        var diagnosis = Analysers.Diagnose(bundle with { WellBefore = TimeSpan.FromSeconds(25) });
        Assert.Equal(Cause.DependencyFailure, diagnosis.Accepted?.Cause);
        Assert.Equal("the running revision served well for 25s until calls to cart began to fail", diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease).Rejection);
        Assert.True(Analysers.Diagnose(bundle with { WellBefore = TimeSpan.FromSeconds(25), Dependencies = [Cart with { Trouble = null, TroubleSince = null }] }).Accepted is { Cause: Cause.BadRelease });
    }

    /// <summary>All that is known of cart is that calls to it take longer than before.</summary>
    [Fact]
    public void AReleaseThatServedWellUntilCallsBeganToTakeLongerIsNotToBlame()
    {
        var bundle = RolledOut() with { Dependencies = [Late] };
        var diagnosis = Analysers.Diagnose(bundle with { WellBefore = TimeSpan.FromSeconds(25) });
        Assert.Equal((Cause.DependencyFailure, "cart"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal("the running revision served well for 25s until calls to cart began to take longer", diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease).Rejection);
        Assert.Contains(diagnosis.Findings, finding => finding.Kind == EvidenceKind.Dependency && finding.Message == "calls of checkout to cart take 712ms on average, 9ms before the trouble");
    }

    /// <summary>What it asks for may be what makes cart slow; and what the old one beside it does not suffer from is not cart's doing.</summary>
    [Fact]
    public void AReleaseThatIsSlowFromTheFirstOrAloneIsNotExcusedByCallsThatTakeLonger()
    {
        var bundle = RolledOut() with { Dependencies = [Late] };
        Assert.True(Analysers.Diagnose(bundle).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
        Assert.True(Analysers.Diagnose(bundle with { WellBefore = TimeSpan.FromSeconds(25), Measures = SampleBundle.BadRelease().Measures }).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
    }

    /// <summary>The old one calls the same and is well.</summary>
    [Fact]
    public void WhereTheTroubleIsTheNewRevisionsAloneItsCallsThatFailAreNoExcuse()
    {
        var bundle = RolledOut() with { WellBefore = TimeSpan.FromSeconds(25) };
        Assert.True(Analysers.Diagnose(bundle with { Measures = SampleBundle.BadRelease().Measures }).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
    }

    /// <summary>A process that runs out of memory does not wait for answers either.</summary>
    [Fact]
    public void MemoryThatGrowsIsNotExcusedByCallsThatFail()
    {
        var bundle = RolledOut();
        Assert.DoesNotContain(Served(bundle with { Signals = [.. bundle.Signals, SampleBundle.Growing(1, 2, 3)] }).Findings, finding => finding.Message.Contains("until calls", StringComparison.Ordinal));
        Assert.Contains(Served(bundle).Findings, finding => finding.Message.Contains("until calls", StringComparison.Ordinal));

        static Diagnosis Served(EvidenceBundle bundle) => Analysers.Diagnose(bundle with { WellBefore = TimeSpan.FromSeconds(25) });
    }

    private static EvidenceBundle RolledOut()
    {
        var sample = SampleBundle.BadRelease();
        return sample with
        {
            Workload = SampleWorkload.RolledOut(),
            Measures = [sample.Measures[0], sample.Measures[1] with { DuringTrouble = false }],
            Dependencies = [Cart with { Trouble = null, IsMeasured = false, TroubleSince = null, Incident = null, CallsFail = true }],
        };
    }

    private static (ProposedStep?, string) Parts(LadderChoice choice) => (choice.Step, choice.Reason);

    private static Hypothesis Hypothesis(Diagnosis diagnosis) => diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.DependencyFailure);

    private static EvidenceBundle Bundle(params DependencyFact[] dependencies) =>
        SampleBundle.PodFault() with { PodMeasures = [], Measures = [], Dependencies = dependencies };

    private static Diagnosis Diagnose(params DependencyFact[] dependencies) => Analysers.Diagnose(Bundle(dependencies));
}
