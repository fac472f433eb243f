using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release with errors, beside pods that no node takes; they were missing before it came out.</summary>
public sealed class MissedBeforeTests
{
    private const string Full = "0/3 nodes are available: 3 Insufficient cpu.";

    [Fact]
    public void PodsThatWereMissingBeforeSpeakNeitherForNorAgainstARelease()
    {
        var (with, without) = (Blamed(Missing(true)), Blamed(SampleBundle.BadRelease() with { PodsMissedBefore = true }));
        Assert.Equal(without.Confidence, with.Confidence);
        Assert.DoesNotContain(EvidenceKind.ContainerState, with.Kinds);
        Assert.True(with.Confidence >= 0.8);
    }

    [Fact]
    public void ThoseOfTheReleaseItselfDo() => Assert.Contains(EvidenceKind.ContainerState, Blamed(Missing(false)).Kinds);

    /// <summary>Those of the revision to return to would be refused as well: that is a person's matter.</summary>
    [Fact]
    public void WhereAQuotaRefusesThemItIsTooLittleToActOn()
    {
        var missing = Missing(true);
        var blamed = Blamed(missing with { Workload = missing.Workload with { PodsRefused = "pods \"web\" is forbidden: exceeded quota: small" } });
        Assert.InRange(blamed.Confidence, Judge.LeastConfidence, 0.79);
    }

    private static Hypothesis Blamed(EvidenceBundle bundle)
    {
        var accepted = Analysers.Diagnose(bundle).Accepted;
        Assert.Equal(Cause.BadRelease, accepted?.Cause);
        return accepted!;
    }

    private static EvidenceBundle Missing(bool before)
    {
        var bundle = SampleBundle.BadRelease();
        var waiting = SampleWorkload.Pod("checkout-7c9b4d8f6-nnnn2", SampleWorkload.New, SampleWorkload.RolloutStart, ready: false) with { Unschedulable = Full, Containers = [] };
        return bundle with
        {
            PodsMissedBefore = before,
            Workload = bundle.Workload with { Pods = [.. bundle.Workload.Pods, waiting] },
            Signals = [SampleBundle.Fires("errors", SampleWorkload.New), SampleBundle.Sign(PodSigns.RolloutNotProgressing)],
            Events = [new EventFact(SampleWorkload.At(-10), "Warning", "FailedScheduling", $"Pod/{waiting.Name}", Full, 3)],
        };
    }
}
