using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Analysis;

/// <summary>Containers that end again and again and run in between.</summary>
public sealed class RestartTests
{
    [Fact]
    public void OnePodOfASettledReleaseThatEndsAloneIsIllByItself()
    {
        var bundle = Bundle(1);
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal((Cause.PodFault, "pod checkout-5f8d6c7b9-oooo2"), (diagnosis.Accepted?.Cause, diagnosis.Accepted?.Subject));
        Assert.Equal([EvidenceKind.Change, EvidenceKind.ContainerState], diagnosis.Accepted!.Kinds.Order());
        Assert.InRange(diagnosis.Accepted.Confidence, 0.8, 0.99);
        var policy = SamplePolicy.Effective() with { Ladder = [RemediationAction.Rollback, RemediationAction.Restart] };
        Assert.Equal(new ProposedStep(RemediationAction.Restart, null, Pod: bundle.Workload.Pods[1]), Ladder.Next(policy, bundle, diagnosis, []).Step);
    }

    [Fact]
    public void AReleaseThatHasNotProvedItselfIsToBlame()
    {
        var workload = SampleWorkload.RolledOut();
        var bundle = SampleBundle.BadRelease() with
        {
            OnsetAt = SampleWorkload.At(-1320),
            Workload = workload with { RolloutStartedAt = SampleWorkload.At(-1400), Pods = [.. workload.Pods.Select(pod => Ending(pod) with { CreatedAt = SampleWorkload.At(-1390) })] },
            Signals = [SampleBundle.Sign(PodSigns.Restarting)],
            Measures = [],
        };
        var diagnosis = Analysers.Diagnose(bundle);
        Assert.Equal(Cause.BadRelease, diagnosis.Accepted?.Cause);
        Assert.InRange(diagnosis.Accepted!.Confidence, 0.8, 0.99);

        var old = Ending(SampleWorkload.Pod("checkout-5f8d6c7b9-oooo1", SampleWorkload.Old, SampleWorkload.At(-86400)));
        var less = Analysers.Diagnose(bundle with { Workload = bundle.Workload with { Pods = [.. bundle.Workload.Pods, old] } });
        Assert.Contains(less.Findings, finding => finding.Message == "containers of another revision end again and again too, as in pod checkout-5f8d6c7b9-oooo1");
        Assert.Null(less.Accepted);
    }

    /// <summary>That a settled release is not at fault says nothing of what is.</summary>
    [Fact]
    public void SeveralPodsOfASettledReleaseAreOfNoKnownCause()
    {
        var diagnosis = Analysers.Diagnose(Bundle(0, 1));
        Assert.Null(diagnosis.Accepted);
        Assert.Equal("the release had proved itself and served for a while before its containers began to end", diagnosis.Hypotheses.Single(hypothesis => hypothesis.Cause == Cause.BadRelease).Rejection);
    }

    /// <summary>It is minutes old, the one before is there to return to, and still it was well until then.</summary>
    [Fact]
    public void ASettledReleaseOfTodayIsNotToBlameEither()
    {
        var bundle = Bundle(0, 1);
        var diagnosis = Analysers.Diagnose(bundle with
        {
            Workload = bundle.Workload with { RolloutStartedAt = SampleWorkload.At(-1900), Revisions = [.. bundle.Workload.Revisions, SampleWorkload.NewRevision with { Number = 0 }] },
            KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-1700), SampleWorkload.At(-1330))],
        });
        Assert.Null(diagnosis.Accepted);
    }

    private static readonly Dictionary<string, Func<EvidenceBundle, EvidenceBundle>> Undecisive = new()
    {
        ["the release has not proved itself"] = b => b with { KnownGood = [] },
        ["a signal fires too"] = b => b with { Signals = [.. b.Signals, SampleBundle.Fires("errors", SampleWorkload.Old)] },
        ["another pod is not ready"] = b => WithFirst(b, pod => pod with { Ready = false }),
        ["a container of another pod ended since the onset"] = b => WithFirst(b, pod => pod with { Containers = [SampleWorkload.Container() with { RestartCount = 1, TerminatedAt = SampleWorkload.At(-1319) }] }),
        ["it is the only pod"] = b => b with { Workload = b.Workload with { Pods = [b.Workload.Pods[1]] } },
    };

    public static TheoryData<string> Undecided => [.. Undecisive.Keys];

    [Theory]
    [MemberData(nameof(Undecided))]
    public void NoPodIsIllByItselfWhere(string situation)
    {
        var bundle = Undecisive[situation](Bundle(1));
        Assert.NotEqual(Cause.PodFault, Analysers.Diagnose(bundle).Accepted?.Cause);
    }

    [Fact]
    public void WhatEndedBeforeTheOnsetInOtherPodsIsHistory() =>
        Assert.Equal(Cause.PodFault, Analysers.Diagnose(WithFirst(Bundle(1), pod => pod with { Containers = [SampleWorkload.Container() with { RestartCount = 1, TerminatedAt = SampleWorkload.At(-1321) }] })).Accepted?.Cause);

    /// <summary>Containers of some of three pods of a settled release end every ten minutes.</summary>
    internal static EvidenceBundle Bundle(params int[] ending) => SampleBundle.PodFault() with
    {
        OnsetAt = SampleWorkload.At(-1320),
        Workload = SampleWorkload.Settled() with { Pods = [.. SampleWorkload.Settled().Pods.Select((pod, k) => ending.Contains(k) ? Ending(pod) : pod)] },
        Signals = [SampleBundle.Sign(PodSigns.Restarting) with { Revision = SampleWorkload.Old }],
        Measures = [],
        PodMeasures = [],
    };

    private static EvidenceBundle WithFirst(EvidenceBundle bundle, Func<PodSnapshot, PodSnapshot> change) =>
        bundle with { Workload = bundle.Workload with { Pods = [change(bundle.Workload.Pods[0]), .. bundle.Workload.Pods.Skip(1)] } };

    private static PodSnapshot Ending(PodSnapshot pod) => pod with { Containers = [SampleWorkload.Ends()] };
}
