using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>Pods that cannot be made, or that no node takes.</summary>
public sealed class RefusalTests
{
    private const string Exceeded = "pods \"web\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3";
    private const string Full = "0/3 nodes are available: 3 Insufficient cpu.";
    private static readonly NewDemands NoMore = new(null, null);
    private static readonly NewDemands MoreCpu = new("resources.requests.cpu", "resources.requests.cpu");

    [Fact]
    public void AQuotaThatIsUsedUpIsTheCause()
    {
        var diagnosis = Diagnose(b => Stuck(b) with { Workload = b.Workload with { Pods = [.. b.Workload.PodsOf(SampleWorkload.Old)], PodsRefused = Exceeded } });
        Assert.Equal((Cause.Quota, "quota of namespace shop"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
    }

    [Fact]
    public void UnlessTheReleaseAsksForMore()
    {
        var diagnosis = Diagnose(b => Stuck(b) with
        {
            Workload = b.Workload with { Pods = [.. b.Workload.PodsOf(SampleWorkload.Old)], PodsRefused = Exceeded },
            NewDemands = new(null, "resources.limits.memory"),
        });
        Assert.NotEqual(Cause.Quota, diagnosis.Accepted?.Cause);
        Assert.Contains(Of(diagnosis, Cause.Quota).Against, argument => argument.Finding.Message.EndsWith("resources.limits.memory", StringComparison.Ordinal));
    }

    /// <summary>A quota looks at amounts, and not at nodes: the pods of the one before would be refused as well.</summary>
    [Fact]
    public void AQuotaRefusesNoReleaseForTheNodesThatItChooses()
    {
        var diagnosis = Diagnose(b => Unmade(b) with { Workload = Unmade(b).Workload with { PodsRefused = Exceeded }, NewDemands = new("nodeSelector", null) });
        Assert.Equal(Cause.Quota, diagnosis.Accepted?.Cause);
    }

    /// <summary>What a LimitRange refuses is the release's doing where it asks for more of that than the one before.</summary>
    [Theory]
    [InlineData("containers[app].env[APP_VERSION].value changed", Cause.Quota)]
    [InlineData("containers[app].resources.requests.cpu from 100m to 200m", Cause.Quota)]
    [InlineData("containers[app].resources.limits.memory from 160Mi to 1Gi", Cause.BadRelease)]
    [InlineData(null, Cause.Quota)]
    public void LimitsOfTheNamespaceThatWereLoweredAreTheCauseUnlessTheReleaseAsksForMore(string? change, Cause expected)
    {
        const string refusal = "pods \"checkout-7c9b4d8f6-\" is forbidden: maximum memory usage per Container is 100Mi, but limit is 160Mi";
        var diagnosis = Diagnose(b => Unmade(b) with { Workload = Unmade(b).Workload with { PodsRefused = refusal }, TemplateChanges = change is null ? null : [change] });
        Assert.Equal(expected, diagnosis.Accepted?.Cause);
        Assert.Equal(expected == Cause.Quota ? "limits of namespace shop" : Of(diagnosis, Cause.BadRelease).Subject, diagnosis.Accepted?.Subject);
        Assert.Equal(expected == Cause.BadRelease, diagnosis.Findings.Any(finding => finding.Message == $"the pods are refused for what the release changed: {change}"));
    }

    /// <summary>Refusals as API servers say them, and what of the template they speak of.</summary>
    [Theory]
    [InlineData("pods \"web-1\" is forbidden: maximum memory usage per Container is 64Mi, but limit is 1Gi", "containers[app].resources.limits.memory from 32Mi to 1Gi", true)]
    [InlineData("pods \"web-1\" is forbidden: maximum memory usage per Container is 64Mi, but limit is 1Gi", "containers[app].resources.limits.cpu from 1 to 2", false)]
    [InlineData("pods \"web-1\" is forbidden: [minimum cpu usage per Pod is 1, but request is 10m, minimum memory usage per Pod is 1Gi, but request is 48Mi]", "containers[app].resources.requests.cpu from 2 to 10m", true)]
    [InlineData("pods \"web-1\" is forbidden: memory max limit to request ratio per Container is 2, but provided ratio is 4.000000", "containers[app].resources.requests removed", true)]
    [InlineData("pods \"web-1\" is forbidden: maximum memory usage per Container is 64Mi, but limit is 1Gi", "containers[app].resources.limits added", true)]
    [InlineData("pods \"web-1\" is forbidden: maximum memory usage per Pod is 64Mi, but limit is 1Gi", "containers[proxy] added", true)]
    [InlineData("create Pod memory-0 in StatefulSet memory failed error: pods \"memory-0\" is forbidden: error looking up service account shop/image-puller: serviceaccount \"image-puller\" not found", "containers[app].image from a:1 to a:2", false)]
    [InlineData("pods \"web-1\" is forbidden: error looking up service account shop/puller: serviceaccount \"puller\" not found", "serviceAccountName changed", true)]
    [InlineData("pods \"web-1\" is forbidden: no PriorityClass with name image was found", "containers[app].image from a:1 to a:2", false)]
    [InlineData("pods \"web-1\" is forbidden: no PriorityClass with name high was found", "priorityClassName added", true)]
    [InlineData("pods \"web-1\" is forbidden: pod rejected: RuntimeClass \"kata\" not found", "runtimeClassName added", true)]
    [InlineData("pods \"web-1\" is forbidden: pod rejected: RuntimeClass \"kata\" not found", "priorityClassName added", false)]
    [InlineData("pods \"web-1\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"app\" must set securityContext.allowPrivilegeEscalation=false)", "containers[app].securityContext.allowPrivilegeEscalation from false to true", true)]
    [InlineData("pods \"web-1\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"app\" must set securityContext.allowPrivilegeEscalation=false)", "containers[app].securityContext.runAsUser from 1 to 2", false)]
    [InlineData("pods \"web-1\" is forbidden: violates PodSecurity \"baseline:latest\": hostPath volumes (volume \"host\"), hostPort (container \"app\" uses hostPort 80)", "containers[app].ports[http].hostPort added", true)]
    [InlineData("pods \"web-1\" is forbidden: violates PodSecurity \"baseline:latest\": hostPath volumes (volume \"host\")", "volumes[host] added", true)]
    [InlineData("pods \"web-1\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true (container \"proxy\" must set securityContext.runAsNonRoot=true)", "containers[proxy] added", true)]
    [InlineData("pods \"web-1\" is forbidden: PodSecurityPolicy: unable to admit pod: [spec.securityContext.hostNetwork: Invalid value: true: Host network is not allowed to be used]", "hostNetwork added", true)]
    [InlineData("pods \"web-1\" is forbidden: PodSecurityPolicy: unable to admit pod: [spec.securityContext.hostNetwork: Invalid value: true: Host network is not allowed to be used]", "containers[app].env[A].value changed", false)]
    [InlineData("admission webhook \"images.example.com\" denied the request: the image a:2 is not signed", "containers[app].image from a:1 to a:2", true)]
    [InlineData("admission webhook \"image.example.com\" denied the request: the label team is missing", "containers[app].image from a:1 to a:2", false)]
    [InlineData("admission webhook \"labels.example.com\" denied the request: the label team is missing", "metadata.labels.team removed", true)]
    [InlineData("pods \"web-1\" is forbidden: the order of things", "the order of entries changed", false)]
    public void ARefusalSpeaksOfAFieldByItsName(string refusal, string change, bool speaks) =>
        Assert.Equal(speaks ? change : null, Refusal.ChangeSpokenOf(refusal, ["terminationGracePeriodSeconds from 15 to 30", change]));

    /// <summary>One of its pods was let in: what is refused since then is refused for something else.</summary>
    [Fact]
    public void AReleaseWhosePodsWereLetInIsNotRefusedForWhatItChanged()
    {
        const string refusal = "pods \"checkout-7c9b4d8f6-\" is forbidden: maximum memory usage per Container is 100Mi, but limit is 160Mi";
        var diagnosis = Diagnose(b => Stuck(b) with { Workload = b.Workload with { PodsRefused = refusal }, TemplateChanges = ["containers[app].resources.limits.memory from 64Mi to 160Mi"] });
        Assert.NotEqual(Cause.BadRelease, diagnosis.Accepted?.Cause);
    }

    /// <summary>Nobody says why: the controller does not run, for instance, and would not make a pod of the release before either.</summary>
    [Fact]
    public void AReleaseOfWhichNoPodIsMadeForNoReasonThatIsKnownIsNotToBlame()
    {
        var diagnosis = Diagnose(Unmade);
        Assert.Null(diagnosis.Accepted);
        Assert.Contains(Of(diagnosis, Cause.BadRelease).Against, argument => argument.Finding.Message == "pods are not made, and nothing says that it is for what the release changed");
    }

    [Fact]
    public void AReleaseThatWaitsForAPodToEndIsNotToBlameThatItDoesNotEnd()
    {
        var diagnosis = Diagnose(b =>
        {
            var (first, others) = (b.Workload.PodsOf(SampleWorkload.Old).First(), b.Workload.PodsOf(SampleWorkload.Old).Skip(1));
            return Stuck(b) with { Workload = b.Workload with { Key = b.Workload.Key with { Kind = WorkloadKind.StatefulSet }, Pods = [first with { Ready = false, Deleting = true, EndsBy = SampleWorkload.At(-90) }, .. others] } };
        });
        Assert.Null(diagnosis.Accepted);
        Assert.Contains(Of(diagnosis, Cause.BadRelease).Against, argument => argument.Finding.Message == "the controller waits for pod checkout-5f8d6c7b9-oooo1 to end before it makes a pod of the release");
    }

    /// <summary>An Event tells it of a StatefulSet, and is history once a pod was made after it.</summary>
    [Theory]
    [InlineData(-20, true)]
    [InlineData(-7300, false)]
    public void AnEventTellsThatPodsAreRefusedUnlessOneWasMadeAfterIt(double at, bool tells)
    {
        var refused = new EventFact(SampleWorkload.At(at), "Warning", "FailedCreate", "StatefulSet/checkout", $"create Pod checkout-3 in StatefulSet checkout failed error: {Exceeded}", 9);
        var settled = SampleWorkload.Settled() with { Key = SampleWorkload.Key with { Kind = WorkloadKind.StatefulSet }, Replicas = 6, PodsMissingSince = SampleWorkload.At(-60) };
        var diagnosis = Diagnose(b => Stuck(b) with { Workload = settled, Events = [refused], KnownGood = [] });
        Assert.Equal(tells ? Cause.Quota : null, diagnosis.Accepted?.Cause);
    }

    /// <summary>Somebody asked for more replicas than the quota has room for, minutes after a release that is well.</summary>
    [Fact]
    public void AReleaseThatRunsAndGrewBeyondTheQuotaIsNotToBlame()
    {
        var grown = SampleWorkload.RolledOut() with { Replicas = 6, PodsRefused = Exceeded, PodsMissingSince = SampleWorkload.At(-60) };
        var diagnosis = Diagnose(b => Stuck(b) with { Workload = grown, NewDemands = MoreCpu });
        Assert.Equal((Cause.Quota, "quota of namespace shop"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
    }

    /// <summary>A pod of the release waits for a node, or is refused, and the pods of the release before begin to fail by themselves. Whatever the release has changed: it has answered nothing.</summary>
    [Theory]
    [InlineData(false, true, false, true, Cause.NoRoom)]
    [InlineData(false, true, false, false, null)]
    [InlineData(false, false, false, false, null)]
    [InlineData(true, true, false, true, Cause.Quota)]
    [InlineData(false, true, true, true, Cause.BadRelease)]
    public void RequestsThatFailWhileNothingOfTheReleaseHasBegunAreNotItsDoing(bool isRefused, bool isKnown, bool asksForMore, bool isStuck, Cause? expected)
    {
        var rolling = SampleWorkload.Rolling();
        var diagnosis = Diagnose(b => b with
        {
            Workload = isRefused
                ? rolling with { Pods = [.. rolling.PodsOf(SampleWorkload.Old)], PodsRefused = Exceeded }
                : rolling with { Pods = [Waiting("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New), .. rolling.PodsOf(SampleWorkload.Old)] },
            Signals = isStuck ? [SampleBundle.Fires("errors", null), Sign] : [SampleBundle.Fires("errors", null)],
            Measures = [SampleBundle.Measure(SampleWorkload.Old, 0.6, 900)],
            NewDemands = asksForMore ? MoreCpu : isKnown ? NoMore : null,
        });
        Assert.Equal(expected, diagnosis.Accepted?.Cause);
        Assert.Equal(expected != Cause.BadRelease, diagnosis.Findings.Any(finding => finding.Message == "no pod of the release has begun: errors is measured of pods of another revision"));
    }

    /// <summary>Its pod has come to a node, or is the only one there is: it may be what has requests fail.</summary>
    [Theory]
    [InlineData("node-1", true)]
    [InlineData(null, false)]
    public void AReleaseOfWhichSomethingHasBegunOrBesideWhichNothingServesMayBe(string? node, bool oldServes)
    {
        var rolling = SampleWorkload.Rolling();
        var diagnosis = Diagnose(b => b with
        {
            Workload = rolling with { Pods = [Waiting("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New) with { Node = node }, .. rolling.PodsOf(SampleWorkload.Old).Select(pod => pod with { Ready = oldServes })] },
            Signals = [SampleBundle.Fires("errors", null)],
            Measures = [],
        });
        Assert.DoesNotContain(diagnosis.Findings, finding => finding.Message.StartsWith("no pod of the release has begun", StringComparison.Ordinal));
    }

    [Fact]
    public void AReleaseThatRunsAndGrewBeyondTheNodesIsNotToBlame()
    {
        var diagnosis = Diagnose(b => Stuck(b) with { Workload = Grown(), OnsetAt = SampleWorkload.At(-60) });
        Assert.Equal((Cause.NoRoom, "the nodes"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Contains(diagnosis.Findings, finding => finding.Message == $"no node takes 1 of 4 pods: {Full}");
    }

    [Fact]
    public void AReleaseOfWhichNoPodWasEverPlacedIs()
    {
        var rolling = SampleWorkload.Rolling();
        var diagnosis = Diagnose(b => Stuck(b) with
        {
            Workload = rolling with { Pods = [Waiting("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New), .. rolling.PodsOf(SampleWorkload.Old)] },
            NewDemands = MoreCpu,
        });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
        Assert.InRange(Of(diagnosis, Cause.NoRoom).Confidence, 0, 0.4);
    }

    /// <summary>Somebody has cordoned the nodes, or they are full: they would not take the one before either, unless the release asks for more of them. Where that is not known, nothing is blamed.</summary>
    [Theory]
    [InlineData(true, null, null, Cause.NoRoom)]
    [InlineData(true, null, "resources.limits.memory", Cause.NoRoom)]
    [InlineData(true, "nodeSelector", null, Cause.BadRelease)]
    [InlineData(false, null, null, null)]
    public void AReleaseThatAsksForNoMoreOfItsNodeIsNotToBlameThatNoneTakesIt(bool isKnown, string? ofNode, string? ofQuota, Cause? expected)
    {
        var rolling = SampleWorkload.Rolling();
        var diagnosis = Diagnose(b => Stuck(b) with
        {
            Workload = rolling with { Pods = [Waiting("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New), .. rolling.PodsOf(SampleWorkload.Old)] },
            NewDemands = isKnown ? new(ofNode, ofQuota) : null,
        });
        Assert.Equal(expected, diagnosis.Accepted?.Cause);
    }

    /// <summary>A surge pod that finds no node explains no errors.</summary>
    [Fact]
    public void APodThatWaitsWhileRequestsFailIsNotTheCause()
    {
        var rolling = SampleWorkload.Rolling();
        var diagnosis = Diagnose(b => b with { Workload = rolling with { Pods = [.. rolling.Pods, Waiting("checkout-7c9b4d8f6-nnnn2", SampleWorkload.New)] } });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);
        Assert.DoesNotContain(diagnosis.Hypotheses, hypothesis => hypothesis.Cause == Cause.NoRoom);
    }

    [Fact]
    public void NoReplicasAreWhatSomebodyAskedFor()
    {
        var diagnosis = Diagnose(b => b with { Workload = SampleWorkload.Settled() with { Replicas = 0, Pods = [] }, Signals = [], Measures = [] });
        Assert.Equal((Cause.ScaledToZero, "checkout"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
    }

    private static WorkloadSnapshot Grown() => SampleWorkload.Settled() with
    {
        Replicas = 4,
        TotalReplicas = 4,
        UpdatedReplicas = 4,
        Pods = [.. SampleWorkload.Settled().Pods, Waiting("checkout-5f8d6c7b9-oooo4", SampleWorkload.Old)],
    };

    private static PodSnapshot Waiting(string name, string revision) => SampleWorkload.Pod(name, revision, SampleWorkload.At(-60), ready: false) with { Unschedulable = Full, Containers = [] };

    private static SignalReading Sign => SampleBundle.Reading(PodSigns.RolloutNotProgressing, SignalState.Firing) with { IsKubernetesSign = true };

    private static EvidenceBundle Stuck(EvidenceBundle bundle) => bundle with { Measures = [], Signals = [Sign] };

    /// <summary>The same, and no pod of the release was made.</summary>
    private static EvidenceBundle Unmade(EvidenceBundle bundle) => Stuck(bundle) with { Workload = bundle.Workload with { Pods = [.. bundle.Workload.PodsOf(SampleWorkload.Old)] } };

    private static Diagnosis Diagnose(Func<EvidenceBundle, EvidenceBundle> change) => Analysers.Diagnose(change(SampleBundle.BadRelease()));

    private static Hypothesis Of(Diagnosis diagnosis, Cause cause) => diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == cause);
}
