using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release that served well for a day is at its limits.</summary>
public sealed class LoadTests
{
    private static readonly SignalReading Full = SampleBundle.Fires("cpu", SampleWorkload.Old) with { IsSaturation = true, Message = "97% of the CPU limit, limit 90% of the CPU limit" };

    [Fact]
    public void MoreRequestsAndFullContainersAreAnOverload()
    {
        var diagnosis = Diagnose(new LoadFact(20, 60), Full);
        Assert.Equal((Cause.Overload, "load of checkout"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal([EvidenceKind.Series, EvidenceKind.Saturation], diagnosis.Accepted!.Kinds.Order());
        Assert.InRange(diagnosis.Accepted.Confidence, 0.8, 0.99);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "60 requests/s since the trouble began, 20 before");
    }

    /// <summary>A rollback would bring the same load to the release before.</summary>
    [Fact]
    public void NothingIsRolledBackForIt()
    {
        var bundle = Bundle(new LoadFact(20, 60), Full, SampleBundle.Fires("errors", null));
        var choice = Ladder.Next(SamplePolicy.Effective(), bundle, Analysers.Diagnose(bundle), []);
        Assert.Equal((null, "NoRungHelps"), (choice.Step, choice.Reason));
    }

    [Theory]
    [InlineData(20.0, 29.0)]
    [InlineData(20.0, 20.0)]
    [InlineData(0.1, 0.9)]
    public void FullContainersWithoutMoreRequestsAreNone(double before, double now)
    {
        var diagnosis = Diagnose(new LoadFact(before, now), Full);
        Assert.Null(diagnosis.Accepted);
        Assert.Contains(Overload(diagnosis).Against, argument => argument.Finding.Message.EndsWith("the load did not rise", StringComparison.Ordinal));
    }

    [Fact]
    public void WhereTheLoadIsNotKnownNothingIsConcluded() => Assert.Null(Diagnose(null, Full).Accepted);

    [Fact]
    public void MoreRequestsAloneAreOneKindOfEvidence()
    {
        var diagnosis = Diagnose(new LoadFact(20, 60), SampleBundle.Fires("errors", null));
        Assert.Equal([EvidenceKind.Series], Overload(diagnosis).Kinds);
        Assert.InRange(Overload(diagnosis).Confidence, 0, 0.79);
    }

    /// <summary>It has yet to prove itself, all pods are its, and the old revision was well until then.</summary>
    [Fact]
    public void AReleaseThatServedWellUntilTheRequestsRoseIsNoBetterSuspectThanTheyAre()
    {
        var sample = SampleBundle.BadRelease();
        var bundle = sample with
        {
            Workload = SampleWorkload.RolledOut(),
            Measures = [sample.Measures[0], sample.Measures[1] with { DuringTrouble = false }],
            Load = new LoadFact(20, 60),
        };
        Assert.True(Analysers.Diagnose(bundle).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
        var diagnosis = Analysers.Diagnose(bundle with { WellBefore = TimeSpan.FromSeconds(25) });
        Assert.Null(diagnosis.Accepted);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "the running revision served well for 25s until the requests rose");
        Assert.True(Analysers.Diagnose(bundle with { WellBefore = TimeSpan.FromSeconds(25), Load = new LoadFact(20, 20) }).Accepted is { Cause: Cause.BadRelease, Confidence: >= 0.8 });
    }

    /// <summary>Clients try again: more replicas would ask more of what fails already.</summary>
    [Fact]
    public void WhereCallsFailNothingIsScaled()
    {
        var called = new DependencyFact("deployment/cart", "cart", null, IsMeasured: false, null, null, "c0ffee", null);
        Assert.Equal(Cause.Overload, Analysers.Diagnose(SampleBundle.Overload() with { Dependencies = [called] }).Accepted?.Cause);
        var diagnosis = Analysers.Diagnose(SampleBundle.Overload() with { Dependencies = [called with { CallsFail = true }] });
        Assert.NotEqual(Cause.Overload, diagnosis.Accepted?.Cause);
        Assert.Contains(Overload(diagnosis).Against, argument => argument.Finding.Message == "calls to cart fail, and requests may be repeated for it: more replicas would pass on more of them");
    }

    [Fact]
    public void ABadReleaseBesideAGoodOneIsStillBlamedWhileTheTrafficRises()
    {
        var diagnosis = Analysers.Diagnose(SampleBundle.BadRelease() with { Load = new LoadFact(20, 60) });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
    }

    /// <summary>Right after a release that nothing can be compared with both are about as likely.</summary>
    [Fact]
    public void AReleaseAndASurgeAtOnceAreLeftToPeople()
    {
        var bundle = SampleBundle.BadRelease() with { Workload = SampleWorkload.RolledOut(), Signals = [Full with { Revision = SampleWorkload.New }], Measures = [], Load = new LoadFact(20, 60) };
        Assert.Null(Analysers.Diagnose(bundle).Accepted);
    }

    private static EvidenceBundle Bundle(LoadFact? load, params SignalReading[] firing) =>
        SampleBundle.PodFault() with { Signals = [.. firing, .. SampleBundle.NoSigns()], PodMeasures = [], Measures = [], Load = load };

    private static Diagnosis Diagnose(LoadFact? load, params SignalReading[] firing) => Analysers.Diagnose(Bundle(load, firing));

    private static Hypothesis Overload(Diagnosis diagnosis) => diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.Overload);
}
