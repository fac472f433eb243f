using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>What an alert of Alertmanager adds to the evidence.</summary>
public sealed class AlertEvidenceTests
{
    private static readonly SignalReading Alert = new() { Signal = "alert/Slow", State = SignalState.Firing, Since = SampleBundle.Onset, Message = "slow" };

    [Fact]
    public void BesideASignalItIsNoSecondWitnessAndHidesNothing()
    {
        var bundle = SampleBundle.BadRelease();
        var alone = Analysers.Diagnose(bundle).Accepted!;
        var both = Analysers.Diagnose(bundle with { Signals = [.. bundle.Signals, Alert] }).Accepted!;
        Assert.Equal((alone.Cause, alone.Subject), (both.Cause, both.Subject));
        Assert.Equal(alone.Kinds.Order(), both.Kinds.Order());
        Assert.InRange(both.Confidence - alone.Confidence, 0, 0.05);
    }

    [Fact]
    public void AloneItIsOneKindOfEvidenceAndNotEnoughForTheUsualPolicy()
    {
        var bundle = SampleBundle.BadRelease();
        var diagnosis = Analysers.Diagnose(bundle with { Signals = [Alert, .. SampleBundle.NoSigns()], Measures = [] });
        var told = diagnosis.Findings.Where(finding => finding.Message.Contains(Alert.Signal, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(told);
        Assert.All(told, finding => Assert.Equal(EvidenceKind.Series, finding.Kind));
        Assert.True(diagnosis.Hypotheses.All(hypothesis => hypothesis.Confidence < SamplePolicy.Effective().MinimumConfidence), string.Join(", ", diagnosis.Hypotheses.Select(one => $"{one.Cause} {one.Confidence}")));
    }

    [Fact]
    public void ItDoesNotHideThatTheTroubleIsTheNewRevisionsAlone()
    {
        var bundle = SampleBundle.BadRelease();
        Assert.Equal(Confinement.ToTheNewRevision(bundle), Confinement.ToTheNewRevision(bundle with { Signals = [.. bundle.Signals, Alert] }));
        Assert.NotNull(Confinement.ToTheNewRevision(bundle));
        Assert.Null(Confinement.ToTheNewRevision(bundle with { Signals = [Alert] }));
    }
}
