using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A release of the same image changed a probe, and its pods do not get ready.</summary>
public sealed class ProbeTests
{
    private const string Readiness = "containers[app].readinessProbe.httpGet.path changed";
    private const string Liveness = "containers[app].livenessProbe added";
    private static readonly ContainerSnapshot Running = SampleWorkload.Container(ready: false) with { RunsSince = SampleWorkload.At(-28) };
    private static readonly ContainerSnapshot Killed = SampleWorkload.Container(ready: false) with { WaitingReason = "CrashLoopBackOff", RestartCount = 3, ExitCode = 143, TerminatedReason = "Error" };

    [Fact]
    public void AProbeThatTheReleaseChangedAndThatFailsWhileTheContainersRunIsTheCause()
    {
        var diagnosis = Analysers.Diagnose(Bundle());
        Assert.Equal(Cause.ProbeMisconfigured, diagnosis.Accepted?.Cause);
        Assert.Equal($"readinessProbe of container app in release {SampleWorkload.New} (revision 2) of checkout", diagnosis.Accepted!.Subject);
        Assert.Equal([EvidenceKind.Change, EvidenceKind.ContainerState], diagnosis.Accepted.Kinds.Order());
        Assert.InRange(diagnosis.Accepted.Confidence, 0.9, 0.99);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == $"the release changed it, and no image: {Readiness}");
        Assert.Contains(diagnosis.Hypotheses, hypothesis => hypothesis is { Cause: Cause.BadRelease, Confidence: < 0.5 });
    }

    [Theory]
    [InlineData("startup", "containers[app].startupProbe.failureThreshold from 30 to 1")]
    [InlineData("liveness", Liveness)]
    public void AContainerThatTheKubeletEndsForTheProbeRuns(string kind, string change) =>
        Assert.Equal(Cause.ProbeMisconfigured, Analysers.Diagnose(Bundle(change, kind, Killed, PodSigns.CrashLoop)).Accepted?.Cause);

    public static TheoryData<string> Situations => [.. Otherwise.Keys];

    /// <summary>It is rolled back all the same, as a bad release, where that is what it looks like.</summary>
    [Theory]
    [MemberData(nameof(Situations))]
    public void TheProbeIsNotBlamedWhere(string situation)
    {
        var diagnosis = Analysers.Diagnose(Otherwise[situation]());
        Assert.DoesNotContain(diagnosis.Hypotheses, hypothesis => hypothesis.Cause == Cause.ProbeMisconfigured);
    }

    private static readonly Dictionary<string, Func<EvidenceBundle>> Otherwise = new()
    {
        ["the release changed no probe"] = () => Bundle("containers[app].env[MODE].value changed"),
        ["a variable bears the name of one"] = () => Bundle("containers[app].env[readinessProbe].value changed"),
        ["the template could not be read"] = () => Bundle() with { TemplateChanges = null },
        ["another probe fails"] = () => Bundle(failing: "liveness"),
        ["no probe fails"] = () => Bundle() with { Events = [] },
        ["a probe of the old revision failed"] = () => Bundle() with { Events = [Failed("readiness") with { Object = "Pod/checkout-5f8d6c7b9-oooo1" }] },
        ["a pod of it is ready"] = () => Bundle(container: SampleWorkload.Container()),
        ["the image changed, too"] = () => Bundle() with { Workload = Stuck(Running, SampleWorkload.OldRevision) },
        ["the container ends by itself"] = () => Bundle(container: Killed with { ExitCode = 1 }, sign: PodSigns.CrashLoop),
        ["the container ends in good order, and a readiness probe ends nothing"] = () => Bundle(container: Killed with { ExitCode = 0 }, sign: PodSigns.CrashLoop),
        ["its memory runs out"] = () => Bundle(Liveness, "liveness", Killed with { ExitCode = 137, TerminatedReason = "OOMKilled" }, PodSigns.CrashLoop),
        ["its image cannot be pulled"] = () => Bundle(container: Running with { RunsSince = null, WaitingReason = "ImagePullBackOff" }, sign: PodSigns.ImagePullFailure),
        ["no container was started yet"] = () => Bundle() with { Workload = Stuck(null) },
        ["the trouble was there before the release"] = () => Bundle() with { OnsetAt = SampleWorkload.RolloutStart.AddSeconds(-60) },
    };

    private static EvidenceBundle Bundle(string change = Readiness, string failing = "readiness", ContainerSnapshot? container = null, string sign = PodSigns.RolloutNotProgressing) => SampleBundle.BadRelease() with
    {
        Workload = Stuck(container ?? Running),
        Signals = [SampleBundle.Sign(sign)],
        Measures = [],
        TemplateChanges = ["containers[app].env[VERSION].value changed", change],
        Events = [Failed(failing)],
    };

    private static EventFact Failed(string kind) =>
        new(SampleWorkload.At(-5), "Warning", "Unhealthy", "Pod/checkout-7c9b4d8f6-nnnn1", $"{char.ToUpperInvariant(kind[0])}{kind[1..]} probe failed: HTTP probe failed with statuscode: 404", 9);

    private static WorkloadSnapshot Stuck(ContainerSnapshot? container, RevisionSnapshot? old = null)
    {
        var rolling = SampleWorkload.Rolling();
        var pod = SampleWorkload.Pod("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New, SampleWorkload.RolloutStart, container?.Ready ?? false) with { Containers = container is null ? [] : [container] };
        var same = SampleWorkload.Revision(SampleWorkload.NewFacts with { Revision = SampleWorkload.Old }, 1, "checkout-5f8d6c7b9", SampleWorkload.At(-86400));
        return rolling with { Pods = [pod, .. rolling.PodsOf(SampleWorkload.Old)], Revisions = [SampleWorkload.NewRevision, old ?? same] };
    }
}
