using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>A pod of a proven release that waits for its image.</summary>
public sealed class ImageTests
{
    private const string Waiting = "checkout-5f8d6c7b9-oooo4";
    private const string Refused = "Failed to pull image \"registry.example/checkout:1\": dial tcp 192.0.2.7:443: connect: connection refused";

    [Fact]
    public void TheRegistryIsToBlameForAnImageThatOtherPodsRun()
    {
        var diagnosis = Analysers.Diagnose(Bundle());
        Assert.Equal((Cause.ImageUnavailable, "image registry.example/checkout:1"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.9, 0.99);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "1 pods of the revision wait for image registry.example/checkout:1: ImagePullBackOff: Back-off pulling image");
        Assert.Contains(diagnosis.Findings, finding => finding.Message == "3 pods of the same revision run it, or did");
        Assert.Equal("the release had proved itself with the same image 4m00s before the trouble", Of(diagnosis, Cause.BadRelease).Rejection);
    }

    /// <summary>The state of the container only says that it waits.</summary>
    [Fact]
    public void WhatTheRegistrySaidIsToldFromTheEvent()
    {
        var diagnosis = Analysers.Diagnose(Bundle() with { Events = [Event("BackOff", "Back-off pulling image"), Event("Failed", Refused)] });
        Assert.Equal(Cause.ImageUnavailable, diagnosis.Accepted?.Cause);
        Assert.Contains(diagnosis.Findings, finding => finding.Message == $"1 pods of the revision wait for image registry.example/checkout:1: {Refused}");
    }

    [Fact]
    public void WhereAllThatWaitAreOnANodeThatRunsNoneTheNodeIsNamed()
    {
        var bundle = Bundle();
        var diagnosis = Analysers.Diagnose(bundle with { Workload = bundle.Workload with { Pods = [.. bundle.Workload.Pods.Select(pod => pod with { Node = pod.Name == Waiting ? "far" : "near" })] } });
        Assert.Equal(Cause.ImageUnavailable, diagnosis.Accepted?.Cause);
        Assert.Contains(diagnosis.Findings, finding => finding.Message.Contains(", all on node far, where none runs it: ", StringComparison.Ordinal));
    }

    private static readonly Dictionary<string, Func<EvidenceBundle, EvidenceBundle>> Blamed = new()
    {
        ["the only pod was made anew"] = b => b with { Workload = b.Workload with { Pods = [b.Workload.Pods[3]] } },
        ["a container that was started anew waits for it"] = b => b with { Workload = b.Workload with { Pods = [b.Workload.Pods[3] with { Containers = [b.Workload.Pods[3].Containers[0] with { TerminatedAt = Onset }] }] } },
        ["the release was restarted"] = b => b with { Workload = b.Workload with { RollingSince = Onset } },
        ["the pods that wait are beyond the deadline"] = b => b with { Signals = [.. b.Signals, SampleBundle.Sign(PodSigns.RolloutNotProgressing)] },
        ["no pod is left for the Services"] = b => b with { Signals = [.. b.Signals, SampleBundle.Sign(ServiceSigns.EndpointsMissing)] },
        ["the release is as old as the workload"] = b => b with { Workload = b.Workload with { Revisions = [SampleWorkload.OldRevision] } },
    };

    private static readonly Dictionary<string, Func<EvidenceBundle, EvidenceBundle>> Acquitted = new()
    {
        ["the release has not proved itself"] = b => b with { KnownGood = [] },
        ["it has proved itself since the trouble began only"] = b => b with { KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-59), SampleWorkload.Now)] },
        ["another release has proved itself"] = b => b with { KnownGood = [new GoodRevision(SampleWorkload.New, SampleWorkload.At(-80000), SampleWorkload.At(-60))] },
        ["requests fail too"] = b => b with { Signals = [.. b.Signals, SampleBundle.Fires("errors", SampleWorkload.Old)] },
        ["somebody returns to a release that had proved itself"] = b => b with { Workload = b.Workload with { RollingSince = SampleWorkload.At(-7300) } },
        ["no pod waits any more"] = b => b with { Workload = b.Workload with { Pods = [.. b.Workload.Pods.Take(3)] } },
    };

    public static TheoryData<string> WhereItIsBlamed => [.. Blamed.Keys];

    public static TheoryData<string> WhereItIsNot => [.. Acquitted.Keys];

    [Theory]
    [MemberData(nameof(WhereItIsBlamed))]
    public void AnImageThatCannotBeHadIsTheCauseWhere(string situation) => Assert.Equal(Cause.ImageUnavailable, Analysers.Diagnose(Blamed[situation](Bundle())).Accepted?.Cause);

    [Theory]
    [MemberData(nameof(WhereItIsNot))]
    public void AnImageThatCannotBeHadIsNotTheCauseWhere(string situation) =>
        Assert.DoesNotContain(Analysers.Diagnose(Acquitted[situation](Bundle())).Hypotheses, hypothesis => hypothesis.Cause == Cause.ImageUnavailable);

    /// <summary>As before there was another cause to tell it from.</summary>
    [Fact]
    public void AReleaseWhoseImageWasNeverThereIsToBlame()
    {
        var rolling = SampleWorkload.Rolling();
        var diagnosis = Analysers.Diagnose(SampleBundle.BadRelease() with
        {
            Workload = rolling with { Pods = [.. rolling.PodsOf(SampleWorkload.Old), WaitingPod("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New)] },
            Signals = [SampleBundle.Sign(PodSigns.ImagePullFailure)],
            Measures = [],
        });
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.9, 0.99);
        Assert.DoesNotContain(diagnosis.Hypotheses, hypothesis => hypothesis.Cause == Cause.ImageUnavailable);
    }

    [Fact]
    public void NothingIsDoneAboutIt()
    {
        var policy = SamplePolicy.Effective() with { Ladder = [RemediationAction.Rollback, RemediationAction.Restart, RemediationAction.Scale], MaxReplicas = 10 };
        var choice = Ladder.Next(policy, Bundle(), Analysers.Diagnose(Bundle()), []);
        Assert.Equal((null, "NoRungHelps"), (choice.Step, choice.Reason));
        Assert.Equal("no action of the policy helps against ImageUnavailable: image registry.example/checkout:1; never Rollback: the release has run with its image before; "
            + "never Restart: a pod that is ended may not come back; never Scale: more pods would wait for the same image", choice.Message);
    }

    private static DateTimeOffset Onset => SampleWorkload.At(-60);

    /// <summary>A release that began minutes ago and proved itself, with another to return to: three pods run, a fourth that came a minute ago waits for its image.</summary>
    private static EvidenceBundle Bundle() => SampleBundle.PodFault() with
    {
        OnsetAt = Onset,
        Workload = SampleWorkload.Settled() with
        {
            RolloutStartedAt = SampleWorkload.At(-500),
            Revisions = [SampleWorkload.OldRevision, SampleWorkload.NewRevision with { Number = 0 }],
            Pods = [.. SampleWorkload.Settled().Pods, WaitingPod(Waiting, SampleWorkload.Old)],
        },
        Signals = [SampleBundle.Sign(PodSigns.ImagePullFailure) with { Revision = SampleWorkload.Old, Message = "container app of pod checkout-5f8d6c7b9-oooo4: ImagePullBackOff: Back-off pulling image" }],
        KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-300), Onset), new GoodRevision(SampleWorkload.New, SampleWorkload.At(-80000), SampleWorkload.At(-500))],
        Measures = [],
        PodMeasures = [],
    };

    private static PodSnapshot WaitingPod(string name, string revision) => SampleWorkload.Pod(name, revision, Onset, ready: false,
        SampleWorkload.Container(ready: false) with { Image = "registry.example/checkout:1", WaitingReason = "ImagePullBackOff", WaitingMessage = "Back-off pulling image" });

    private static EventFact Event(string reason, string message) => new(Onset, "Warning", reason, $"Pod/{Waiting}", message, 1);

    private static Hypothesis Of(Diagnosis diagnosis, Cause cause) => diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == cause);
}
