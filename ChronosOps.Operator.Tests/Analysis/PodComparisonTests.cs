using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

public sealed class PodComparisonTests
{
    [Fact]
    public void OneIllPodAmongWellOnesIsToBlameAndNotTheRelease()
    {
        var diagnosis = Analysers.Diagnose(SampleBundle.PodFault());
        Assert.Equal((Cause.PodFault, "pod checkout-5f8d6c7b9-oooo2"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal([EvidenceKind.Series, EvidenceKind.Change], diagnosis.Accepted!.Kinds.Order());
        Assert.True(diagnosis.Accepted.Confidence >= 0.9, $"{diagnosis.Accepted.Confidence}");
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "errors by pod: checkout-5f8d6c7b9-oooo2 40% errors of 300 requests, all 2 others of the same revision at most 1% errors");
        Assert.Equal(diagnosis.Findings.Single(finding => finding.Source == "pods" && finding.Kind == EvidenceKind.Series).Message,
            diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease).Rejection);
    }

    [Theory]
    [InlineData(-86400, -621)]
    [InlineData(-500, -261)]
    public void AReleaseIsSettledOnceItServedAsLongAgainAsItTookToProveItselfOrTenMinutes(double releasedAt, double provenAt)
    {
        var diagnosis = Diagnose(b => b with
        {
            Workload = b.Workload with { RolloutStartedAt = SampleWorkload.At(releasedAt) },
            KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(provenAt), SampleWorkload.At(-30))],
        });
        Assert.Contains(diagnosis.Hypotheses, hypothesis => hypothesis.Cause == Cause.PodFault);
    }

    [Fact]
    public void TwoIllPodsAreToldAndNoneIsBlamed()
    {
        var diagnosis = Diagnose(b => b with { PodMeasures = [SampleBundle.Pod(1, 0.5), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0)] });
        Assert.Null(diagnosis.Accepted);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "errors by pod: 2 show it (checkout-5f8d6c7b9-oooo1, checkout-5f8d6c7b9-oooo2), 1 do not, of 0 it cannot be told");
    }

    /// <summary>A pod that was not ready for a while served too little to tell. The release has proved itself all the same, minutes ago, and a pod of it is well.</summary>
    [Fact]
    public void ASettledReleaseOfWhichAPodIsWellIsNotBlamedWhereAnotherCannotBeTold()
    {
        var older = SampleWorkload.Revision(SampleWorkload.Facts("registry.example/checkout:0"), 0, "checkout-older", SampleWorkload.At(-200000));
        var diagnosis = Diagnose(b => b with
        {
            Workload = b.Workload with { RolloutStartedAt = SampleWorkload.At(-500), Revisions = [.. b.Workload.Revisions, older] },
            KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-261), SampleWorkload.At(-30)), new GoodRevision(older.Hash, SampleWorkload.At(-190000), SampleWorkload.At(-500))],
            PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0, 20)],
        });
        Assert.NotEqual(Cause.BadRelease, diagnosis.Accepted?.Cause);
    }

    public static TheoryData<string> Undecided => [.. Undecisive.Keys];

    /// <summary>Where luck, a third one or a young release could be behind it.</summary>
    [Theory]
    [MemberData(nameof(Undecided))]
    public void NoPodIsIllByItselfWhere(string situation)
    {
        var bundle = Undecisive[situation](SampleBundle.PodFault());
        Assert.NotEqual(Cause.PodFault, Analysers.Diagnose(bundle).Accepted?.Cause);
    }

    /// <summary>It takes the place of a missing one, or came with more load: the trouble was there before it.</summary>
    [Fact]
    public void APodThatWasMadeSinceTheOnsetAndServedTooLittleLeavesTheIllOneToBlame()
    {
        var measures = new[] { SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4) };
        Assert.Equal(Cause.PodFault, Diagnose(b => New(b) with { PodMeasures = measures }).Accepted?.Cause);
        Assert.Equal(Cause.PodFault, Diagnose(b => New(b) with { PodMeasures = [.. measures, SampleBundle.Pod(3, 0, 99)] }).Accepted?.Cause);
        Assert.NotEqual(Cause.PodFault, Diagnose(b => New(b) with { PodMeasures = [.. measures, SampleBundle.Pod(3, 0.4)] }).Accepted?.Cause);

        static EvidenceBundle New(EvidenceBundle bundle) =>
            bundle with { Workload = bundle.Workload with { Pods = [bundle.Workload.Pods[0], bundle.Workload.Pods[1], bundle.Workload.Pods[2] with { CreatedAt = SampleWorkload.At(-10) }] } };
    }

    /// <summary>The trouble began twenty seconds ago.</summary>
    [Fact]
    public void APodIsBlamedThatServedWellFirstOrHadHadTheTimeToWarmUp()
    {
        Assert.Equal(Cause.PodFault, Diagnose(b => Younger(b, -81)).Accepted?.Cause);
        Assert.Equal(Cause.PodFault, Diagnose(b => Younger(b, -50) with { PodMeasures = [.. b.PodMeasures.Select(measure => measure with { WellBefore = true })] }).Accepted?.Cause);
        var cold = Diagnose(b => Younger(b, -50));
        Assert.Null(cold.Accepted);
        Assert.Contains(cold.Findings, finding => finding.Message.StartsWith("errors by pod: checkout-5f8d6c7b9-oooo2 alone shows it, has not served well yet", StringComparison.Ordinal));
        Assert.DoesNotContain(cold.Hypotheses, hypothesis => hypothesis.Cause == Cause.BadRelease && hypothesis.Rejection is null);
    }

    [Fact]
    public void AConfigurationThatChangedSinceThePodBeganLeavesOneKindOfEvidence()
    {
        var edited = new ConfigFact(new ConfigReference("ConfigMap", "settings", Optional: false), true, SampleWorkload.At(-600), [SampleWorkload.Old]);
        Assert.Equal([EvidenceKind.Series], Hypothesis(b => Referring(b) with { Configs = [edited] }).Kinds);
        Assert.Equal([EvidenceKind.Series], Hypothesis(b => Referring(b) with { Configs = [edited with { Exists = null, ChangedAt = null }] }).Kinds);
        Assert.Equal([EvidenceKind.Series], Hypothesis(b => Referring(b) with { Configs = [], Gaps = ["configuration: the server does not answer"] }).Kinds);
        Assert.Equal(2, Hypothesis(b => Referring(b) with { Configs = [edited with { ChangedAt = SampleWorkload.At(-8000) }] }).Kinds.Count);
    }

    [Fact]
    public void AConfigurationThatOnlyTheIllPodStartedWithLeavesOneKindOfEvidence()
    {
        var edited = new ConfigFact(new ConfigReference("ConfigMap", "settings", Optional: false), true, SampleWorkload.At(-3600), [SampleWorkload.Old]);
        Assert.Equal([EvidenceKind.Series], Hypothesis(b => Younger(Referring(b)) with { Configs = [edited] }).Kinds);
    }

    private static EvidenceBundle Referring(EvidenceBundle bundle) =>
        bundle with { Workload = bundle.Workload with { Current = bundle.Workload.Current with { ConfigReferences = [new ConfigReference("ConfigMap", "settings", Optional: false)] } } };

    /// <summary>The ill pod came an hour and a half after the others.</summary>
    private static EvidenceBundle Younger(EvidenceBundle bundle, double createdAt = -1800) =>
        bundle with { Workload = bundle.Workload with { Pods = [bundle.Workload.Pods[0], bundle.Workload.Pods[1] with { CreatedAt = SampleWorkload.At(createdAt) }, bundle.Workload.Pods[2]] } };

    private static readonly Dictionary<string, Func<EvidenceBundle, EvidenceBundle>> Undecisive = new()
    {
        ["all show it"] = b => b with { PodMeasures = [SampleBundle.Pod(1, 0.4), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0.3)] },
        ["another shows half of it"] = b => b with { PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0.03)] },
        ["another shows a quarter of it"] = b => b with { PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.06), SampleBundle.Pod(3, 0.02)] },
        ["the ill one served too little to tell"] = b => b with { PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4, 99), SampleBundle.Pod(3, 0)] },
        ["a well one served too little to tell"] = b => b with { PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4), SampleBundle.Pod(3, 0, 99)] },
        ["the pods were not measured"] = b => b with { PodMeasures = [] },
        ["it is the only pod"] = b => b with { PodMeasures = [SampleBundle.Pod(2, 0.4)] },
        ["the release has not proved itself"] = b => b with { KnownGood = [] },
        ["another was not measured at all"] = b => b with { PodMeasures = [SampleBundle.Pod(1, 0), SampleBundle.Pod(2, 0.4)] },
        ["it came after the onset"] = b => Younger(b, -10),
        ["it began a minute before the onset"] = b => Younger(b, -80),
        ["it began in the grace of the signal"] = b => Younger(b, -130) with { PodMeasures = [.. b.PodMeasures.Select(measure => measure with { Grace = TimeSpan.FromMinutes(2) })] },
        ["its container began anew a moment before the onset"] = b => b with
        {
            Workload = b.Workload with { Pods = [b.Workload.Pods[0], b.Workload.Pods[1] with { Containers = [SampleWorkload.Ends(ago: 30)] }, b.Workload.Pods[2]] },
        },
        ["the release proved itself a moment ago"] = b => b with { KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-600), SampleWorkload.At(-30))] },
        ["it is a young release that proved itself faster than it has served since"] = b => b with
        {
            Workload = b.Workload with { RolloutStartedAt = SampleWorkload.At(-500), Pods = [.. b.Workload.Pods.Select(pod => pod with { CreatedAt = SampleWorkload.At(-500) })] },
            KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-250), SampleWorkload.At(-30))],
        },
        ["the release proved itself only after the onset"] = b => b with { KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.Now, SampleWorkload.Now)] },
        ["two signals name different pods"] = b => b with
        {
            Signals = [.. b.Signals, SampleBundle.Fires("latency", null)],
            PodMeasures = [.. b.PodMeasures, SampleBundle.Pod(1, 0.4, signal: "latency"), SampleBundle.Pod(2, 0, signal: "latency"), SampleBundle.Pod(3, 0, signal: "latency")],
        },
        ["it is on its way out already"] = b => b with { Workload = b.Workload with { Pods = [.. b.Workload.Pods.Select(pod => pod with { Deleting = true })] } },
    };

    private static Diagnosis Diagnose(Func<EvidenceBundle, EvidenceBundle> change) => Analysers.Diagnose(change(SampleBundle.PodFault()));

    private static Hypothesis Hypothesis(Func<EvidenceBundle, EvidenceBundle> change) => Diagnose(change).Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.PodFault);
}
