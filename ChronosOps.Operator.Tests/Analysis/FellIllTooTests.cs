using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release that has yet to prove itself, all pods of which are its, fails half a minute after it came out, and two that have nothing to do with it do too.</summary>
public sealed class FellIllTooTests
{
    [Fact]
    public void AReleaseThatFellIllWithSeveralOthersIsLeftToPeople()
    {
        var bundle = RolledOut();
        Assert.True(Analysers.Diagnose(bundle with { FellIllToo = [] }).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Null(diagnosis.Accepted);
        Assert.Contains(diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease).Against,
            argument => argument.Finding.Message == "the running revision served well for 25s, until cart, prices fell ill too, which were not released and do not call checkout");
    }

    [Fact]
    public void OneOtherMayBeChance() => AssertBlamed(RolledOut() with { FellIllToo = ["cart"] });

    /// <summary>What fell ill with it may well call it, and nobody knows.</summary>
    [Fact]
    public void AReleaseThatFailedFromTheFirstIsBlamedWhateverElseIsIll() => AssertBlamed(RolledOut() with { WellBefore = null });

    [Fact]
    public void WhereTheTroubleIsTheNewRevisionsAloneItIsBlamedWhateverElseIsIll() => AssertBlamed(RolledOut() with { Measures = SampleBundle.BadRelease().Measures });

    private static void AssertBlamed(EvidenceBundle bundle) => Assert.True(Analysers.Diagnose(bundle).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });

    private static EvidenceBundle RolledOut()
    {
        var sample = SampleBundle.BadRelease();
        return sample with
        {
            Workload = SampleWorkload.RolledOut(),
            Measures = [sample.Measures[0], sample.Measures[1] with { DuringTrouble = false }],
            WellBefore = TimeSpan.FromSeconds(25),
            FellIllToo = ["cart", "prices"],
        };
    }
}
