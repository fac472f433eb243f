using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>Pods that are ready, and a Service that no longer leads to them.</summary>
public sealed class ServiceTests
{
    private static readonly FieldChange Ada = new(SampleWorkload.At(-32), "kubectl-edit");

    [Fact]
    public void AServiceThatWasChangedIsBlamedByNameWithWhoAndWhen()
    {
        var diagnosis = Diagnose(SampleWorkload.Settled(), ServiceSignsTests.Changed);
        var accepted = diagnosis.Accepted!;
        Assert.Equal(Cause.ServiceMismatch, accepted.Cause);
        Assert.Equal("Service checkout (by kubectl-edit at 11:59:28Z): its selector app=chekout selects no pod, the workload's have app=checkout", accepted.Subject);
        Assert.Equal([EvidenceKind.Change, EvidenceKind.ContainerState], accepted.Kinds.Order());
        Assert.InRange(accepted.Confidence, 0.9, 0.99);
    }

    [Fact]
    public void RequestsThatStoppedAreAThirdKindOfEvidence()
    {
        var bundle = Bundle(SampleWorkload.Settled(), ServiceSignsTests.Changed) with { Load = new LoadFact(30, 0) };
        Assert.Contains(EvidenceKind.Series, Analysers.Diagnose(bundle).Accepted!.Kinds);
        Assert.DoesNotContain(EvidenceKind.Series, Analysers.Diagnose(bundle with { Load = new LoadFact(30, 20) }).Accepted!.Kinds);
    }

    [Fact]
    public void NothingIsDoneAboutIt()
    {
        var bundle = Bundle(SampleWorkload.Settled(), ServiceSignsTests.Changed);
        var choice = Ladder.Next(SampleGates.OpenForScale().Policy, bundle, Analysers.Diagnose(bundle), []);
        Assert.Equal((null, "NoRungHelps"), (choice.Step, choice.Reason));
        Assert.Contains("never Rollback: the pods are well", choice.Message, StringComparison.Ordinal);
    }

    /// <summary>A release of the same minute is not to blame for what somebody did to the Service.</summary>
    [Fact]
    public void AReleaseAMomentBeforeDoesNotContradictIt() =>
        Assert.Equal(Cause.ServiceMismatch, Diagnose(SampleWorkload.RolledOut(), ServiceSignsTests.Changed).Accepted?.Cause);

    /// <summary>A Service that leads nowhere cannot make requests fail.</summary>
    [Theory]
    [InlineData(28, false)]
    [InlineData(0, true)]
    public void AReleaseIsExcusedByAChangedServiceOnlyWhereRequestsHaveStopped(double now, bool isExcused)
    {
        var bundle = SampleBundle.BadRelease() with { Services = [new ServiceFact(ServiceSignsTests.Changed, Ada)], Load = new LoadFact(30, now) };
        var release = Analysers.Diagnose(bundle).Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease);
        Assert.Equal(isExcused, release.Against.Any(argument => argument.Finding.Source == "services"));
    }

    /// <summary>What the collector leaves out while the sign does not fire.</summary>
    [Fact]
    public void ABadReleaseIsSeenThoughAServiceIsParkedOnNothing()
    {
        var workload = SampleWorkload.Rolling() with { Services = [ServiceSignsTests.Well, ServiceSignsTests.Changed] };
        var bundle = SampleBundle.BadRelease() with { Workload = workload };
        var reading = SampleContext.Well(SamplePolicy.Effective()) with { Workload = workload, Signals = [.. bundle.Signals, .. ServiceSigns.Judge(workload, SampleWorkload.Now)] };
        var diagnosis = Analysers.Diagnose(bundle with { Signals = reading.Signals, Services = [.. ServiceSigns.MissedIn(reading).Select(lost => new ServiceFact(lost, Ada))] });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.DoesNotContain(diagnosis.Hypotheses, hypothesis => hypothesis.Cause == Cause.ServiceMismatch);
    }

    [Fact]
    public void ItIsStillBlamedWhereNobodyKnowsWhoChangedIt()
    {
        var bundle = Bundle(SampleWorkload.Settled(), ServiceSignsTests.Changed);
        var diagnosis = Analysers.Diagnose(bundle with { Services = [new ServiceFact(ServiceSignsTests.Changed, null)], Gaps = ["who changed Service checkout: forbidden"] });
        Assert.Equal((Cause.ServiceMismatch, "Service checkout: its selector app=chekout selects no pod, the workload's have app=checkout"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
    }

    [Fact]
    public void AReleaseThatMovedItsLabelsAwayIsABadRelease()
    {
        var diagnosis = Diagnose(SampleWorkload.RolledOut(), ServiceSignsTests.LeftBehind);
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.Equal([EvidenceKind.Change, EvidenceKind.ContainerState], diagnosis.Accepted!.Kinds.Order());
        Assert.InRange(diagnosis.Accepted.Confidence, 0.8, 0.99);
        Assert.Contains(diagnosis.Hypotheses, hypothesis => hypothesis is { Cause: Cause.ServiceMismatch, Rejection: not null });
    }

    private static Diagnosis Diagnose(WorkloadSnapshot workload, ServiceSnapshot service) => Analysers.Diagnose(Bundle(workload, service));

    private static EvidenceBundle Bundle(WorkloadSnapshot workload, ServiceSnapshot service)
    {
        var joined = workload with { Services = [service] };
        return SampleBundle.BadRelease() with
        {
            Workload = joined,
            Signals = ServiceSigns.Judge(joined, SampleWorkload.Now),
            OnsetAt = service.LostSince!.Value,
            Measures = [],
            Services = [new ServiceFact(service, Ada)],
        };
    }
}
