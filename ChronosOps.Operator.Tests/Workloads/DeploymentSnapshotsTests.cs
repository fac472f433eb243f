using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

public sealed class DeploymentSnapshotsTests
{
    private static readonly DateTimeOffset Created = At(-86400);

    [Fact]
    public void TheRolloutOfANewRevisionBeganWithItsReplicaSet() =>
        Assert.Equal(At(-30), Of(Deployment("app:2", progressed: -5), [Set("a", 1, "app:1", -86400), Set("b", 2, "app:2", -30)]).RolloutStartedAt);

    [Fact]
    public void TheRolloutOfARevisionThatWasThereBeforeBeganWithItsOldestPod() =>
        Assert.Equal(
            At(-20),
            Of(Deployment("app:1", progressed: -2), [Set("a", 3, "app:1", -86400), Set("b", 2, "app:2", -300)], [Pod("a-1", "a", -20), Pod("a-2", "a", -10), Pod("b-1", "b", -290)]).RolloutStartedAt);

    [Fact]
    public void AnOldPodThatWasReplacedDoesNotMoveTheRolloutThatIsOver() =>
        Assert.Equal(
            At(-3600),
            Of(Deployment("app:1", progressed: -3600), [Set("a", 3, "app:1", -86400), Set("b", 2, "app:2", -7200)], [Pod("a-1", "a", -20)]).RolloutStartedAt);

    [Fact]
    public void WithoutAReplicaSetOfTheRevisionTheControllerTells() =>
        Assert.Equal(At(-2), Of(Deployment("app:2", progressed: -2), [Set("a", 1, "app:1", -86400)]).RolloutStartedAt);

    [Theory]
    [InlineData(null, 0)]
    [InlineData(90, 90)]
    public void APodHasToBeReadyForSoLong(int? seconds, double expected)
    {
        var deployment = Deployment("app:2");
        deployment.Spec.MinReadySeconds = seconds;
        Assert.Equal(TimeSpan.FromSeconds(expected), Of(deployment, []).MinReady);
    }

    [Fact]
    public void WithoutAnySignTheRolloutBeganWithTheWorkload() => Assert.Equal(Created, Of(Deployment("app:1"), []).RolloutStartedAt);

    [Fact]
    public void ARestartMakesNoRevisionOfItsOwn()
    {
        var restarted = Set("b", 2, "app:1", -60);
        restarted.Spec.Template!["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "now" };
        var workload = Of(Deployment("app:1"), [Set("a", 1, "app:1", -86400), restarted]);
        var revision = Assert.Single(workload.Revisions);
        Assert.Equal(["b", "a"], revision.Holders);
        Assert.Equal((2, At(-86400)), (revision.Number, revision.CreatedAt));
        Assert.Equal(workload.Current.Revision, revision.Hash);
    }

    [Theory]
    [InlineData("ReplicaSetUpdated", -30d)]
    [InlineData("ProgressDeadlineExceeded", -30d)]
    [InlineData("NewReplicaSetAvailable", null)]
    public void ANewReplicaSetIsBeingRolledOutUntilItWasOnceComplete(string reason, double? since) =>
        Assert.Equal(since is { } at ? At(at) : null, Of(Deployment("app:2", progressed: -5, reason), [Set("a", 1, "app:1", -86400), Set("b", 2, "app:2", -30)]).RollingSince);

    [Fact]
    public void ARestartIsARolloutOfItsOwn()
    {
        var restarted = Set("b", 2, "app:1", -60);
        restarted.Spec.Template!["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "now" };
        Assert.Equal(At(-60), Of(Deployment("app:1", progressed: -5, "ReplicaSetUpdated"), [Set("a", 1, "app:1", -86400), restarted]).RollingSince);
    }

    [Fact]
    public void AnUndoIsBeingRolledOutSinceTheControllerLastSawProgress() =>
        Assert.Equal(At(-5), Of(Deployment("app:1", progressed: -5, "FoundNewReplicaSet"), [Set("a", 3, "app:1", -86400), Set("b", 2, "app:2", -300)]).RollingSince);

    /// <summary>Somebody had returned from it, and applies it again: its ReplicaSet is the newest, and an hour old.</summary>
    [Fact]
    public void AReleaseThatIsAppliedAgainIsBeingRolledOutSinceTheControllerLastSawProgress()
    {
        Assert.Equal(At(-5), Of(Deployment("app:2", progressed: -5, "ReplicaSetUpdated"), [Set("a", 3, "app:1", -86400), Again()]).RollingSince);
    }

    /// <summary>Its pods tell while they are those that the rollout made, and its end does once others have replaced them.</summary>
    [Theory]
    [InlineData("ReplicaSetUpdated", -5, -20, -20)]
    [InlineData("NewReplicaSetAvailable", -10, -20, -20)]
    [InlineData("NewReplicaSetAvailable", -1800, -20, -1800)]
    public void AReleaseThatIsAppliedAgainBeganWhenItsReplicaSetWasUsedAgain(string reason, double progressed, double pod, double began) =>
        Assert.Equal(At(began), Of(Deployment("app:2", progressed, reason), [Set("a", 3, "app:1", -86400), Again()], [Pod("b-1", "b", pod), Pod("b-2", "b", pod + 5)]).RolloutStartedAt);

    /// <summary>A pod that is young may have replaced another.</summary>
    [Fact]
    public void WhereNothingTellsSinceWhenItIsUsedAgainItIsAsOldAsItsReplicaSet() =>
        Assert.Equal(At(-3600), Of(Deployment("app:2"), [Set("a", 3, "app:1", -86400), Again()], [Pod("b-1", "b", -20)]).RolloutStartedAt);

    /// <summary>What the controller says is of the rollout before, of the release that is left, until the first pod is there.</summary>
    [Theory]
    [InlineData(null, -30d)]
    [InlineData(-90, -90d)]
    public void ThatTheRolloutBeforeWasCompleteIsNoWordOnTheNextOne(int? refused, double since)
    {
        var deployment = Deployment("app:2", progressed: -1800, "NewReplicaSetAvailable");
        deployment.Status!.Replicas = 2;
        if (refused is { } at)
        {
            deployment.Status.Conditions!.Add(new() { Type = "ReplicaFailure", Status = "True", Reason = "FailedCreate", LastTransitionTime = At(at) });
        }

        var workload = Of(deployment, [Set("a", 3, "app:1", -86400), Again()], refused is null ? [Pod("b-1", "b", since)] : []);
        Assert.Equal((At(since), At(since)), (workload.RollingSince, workload.RolloutStartedAt));
    }

    /// <summary>Kubernetes keeps no condition Progressing with progressDeadlineSeconds: 2147483647, nor counts that are 0.</summary>
    [Theory]
    [InlineData(2, null, -30d)]
    [InlineData(3, 2, -30d)]
    [InlineData(2, 2, null)]
    [InlineData(1, 1, null)]
    [InlineData(null, null, null)]
    public void WithoutADeadlineANewReplicaSetIsBeingRolledOutWhileOthersHavePods(int? total, int? updated, double? since)
    {
        var deployment = Deployment("app:2");
        (deployment.Status!.Replicas, deployment.Status.UpdatedReplicas) = (total, updated);
        Assert.Equal(since is { } at ? At(at) : null, Of(deployment, [Set("a", 1, "app:1", -86400), Set("b", 2, "app:2", -30)]).RollingSince);
    }

    /// <summary>The account that its pods are to have is gone: none of them is let in, and those of the release before serve on.</summary>
    [Fact]
    public void WithoutADeadlineARefusedReleaseIsSeenToBeStuck()
    {
        var deployment = Deployment("app:2");
        deployment.Spec.Replicas = 2;
        (deployment.Status!.Replicas, deployment.Status.AvailableReplicas) = (2, 2);
        deployment.Status.Conditions = [new() { Type = "ReplicaFailure", Status = "True", Reason = "FailedCreate", Message = "serviceaccount \"gone\" not found", LastTransitionTime = At(-89) }];
        var workload = Of(deployment, [Set("a", 1, "app:1", -86400), Set("b", 2, "app:2", -90)], [Pod("a-1", "a", -86400), Pod("a-2", "a", -86400)]);
        var sign = PodSigns.Judge(workload, TimeSpan.FromSeconds(30), At(0)).Single(sign => sign.Signal == PodSigns.RolloutNotProgressing);
        Assert.Equal((SignalState.Firing, At(-90)), (sign.State, sign.Since));
        Assert.StartsWith("0 of 2 pods of the revision were created", sign.Message, StringComparison.Ordinal);
    }

    /// <summary>While it was paused no ReplicaSet was made: the first one is as old as the rollout, however long ago the template was applied.</summary>
    [Fact]
    public void AReleaseThatWasStagedWhilePausedIsBeingRolledOutSinceItsReplicaSetWasMade()
    {
        var paused = Deployment("app:2", progressed: -3600, "DeploymentPaused");
        Assert.Null(Of(paused, [Set("a", 1, "app:1", -86400)]).RollingSince);
        Assert.Equal(At(-2), Of(Deployment("app:2", progressed: -2, "NewReplicaSetCreated"), [Set("a", 1, "app:1", -86400), Set("b", 2, "app:2", -2)]).RollingSince);
    }

    [Theory]
    [InlineData(6, 4, "True", -90d)]
    [InlineData(4, 4, "True", null)]
    [InlineData(6, 4, "False", null)]
    [InlineData(2, null, "True", -90d)]
    public void PodsAreMissingSinceTheDeploymentSaysThatTheyAreRefused(int replicas, int? there, string status, double? since)
    {
        var deployment = Deployment("app:1", progressed: -3600, "NewReplicaSetAvailable");
        (deployment.Spec.Replicas, deployment.Status!.Replicas) = (replicas, there);
        deployment.Status.Conditions!.Add(new() { Type = "ReplicaFailure", Status = status, Reason = "FailedCreate", LastTransitionTime = At(-90) });
        Assert.Equal(since is { } at ? At(at) : null, Of(deployment, [Set("a", 1, "app:1", -86400)]).PodsMissingSince);
    }

    [Fact]
    public void WhatTheControllerHasNotTakenUpIsNotBeingRolledOut()
    {
        var deployment = Deployment("app:2", progressed: -86400, "ReplicaSetUpdated");
        Assert.Null(Of(deployment, [Set("a", 1, "app:1", -86400)]).RollingSince);
        (deployment.Metadata.Generation, deployment.Status!.ObservedGeneration) = (2, 1);
        Assert.Null(Of(deployment, [Set("a", 1, "app:1", -86400), Set("b", 2, "app:2", -30)]).RollingSince);
    }

    [Theory]
    [InlineData("True", "exceeded quota", "exceeded quota")]
    [InlineData("True", null, "FailedCreate")]
    [InlineData("False", "exceeded quota", null)]
    public void PodsAreRefusedWhereTheDeploymentSaysSo(string status, string? message, string? refused)
    {
        var deployment = Deployment("app:1", progressed: -5);
        deployment.Status!.Conditions!.Add(new() { Type = "ReplicaFailure", Status = status, Reason = "FailedCreate", Message = message });
        Assert.Equal(refused, Of(deployment, []).PodsRefused);
    }

    [Fact]
    public void RevisionsAreListedNewestFirst()
    {
        var workload = Of(Deployment("app:3"), [Set("a", 9, "app:1", -500), Set("b", 10, "app:2", -400), Set("c", 11, "app:3", -300)]);
        Assert.Equal([11L, 10L, 9L], workload.Revisions.Select(revision => revision.Number));
        Assert.Equal(workload.Current.Revision, workload.CurrentRevision?.Hash);
    }

    [Fact]
    public void WhatTheWorkloadDoesNotControlIsNotItsOwn()
    {
        var foreign = Set("c", 3, "app:3", -10);
        foreign.Metadata.OwnerReferences![0].Uid = "another";
        var workload = Of(Deployment("app:1"), [Set("a", 1, "app:1", -86400), foreign], [Pod("a-1", "a", -10), Pod("c-1", "c", -10), new V1Pod()]);
        Assert.Equal(["a"], workload.Revisions.SelectMany(revision => revision.Holders));
        Assert.Equal(["a-1"], workload.Pods.Select(pod => pod.Name));
    }

    [Fact]
    public void EveryContainerOfAPodIsSeen()
    {
        var pod = Pod("a-1", "a", -10);
        pod.Status!.InitContainerStatuses = [new V1ContainerStatus { Name = "migrate", LastState = new() { Terminated = new() { ExitCode = 3, Reason = "Error", FinishedAt = At(-4) } }, RestartCount = 2 }];
        pod.Status.ContainerStatuses =
        [
            new V1ContainerStatus { Name = "app", Ready = true, State = new() { Running = new() } },
            new V1ContainerStatus { Name = "proxy", State = new() { Waiting = new() { Reason = "ImagePullBackOff", Message = "not found" } } },
        ];
        var containers = Assert.Single(Of(Deployment("app:1"), [Set("a", 1, "app:1", -86400)], [pod]).Pods).Containers;
        Assert.Equal([("migrate", true, false), ("app", false, true), ("proxy", false, false)], containers.Select(c => (c.Name, c.Init, c.Ready)));
        Assert.Equal((3, "Error", At(-4), 2), (containers[0].ExitCode, containers[0].TerminatedReason, containers[0].TerminatedAt, containers[0].RestartCount));
        Assert.Equal(("ImagePullBackOff", "not found"), (containers[2].WaitingReason, containers[2].WaitingMessage));
    }

    [Fact]
    public void APodTellsWhetherItIsReadyDeletedOrUnschedulable()
    {
        var pod = Pod("a-1", "a", -10);
        pod.Metadata.DeletionTimestamp = At(0);
        pod.Status!.Conditions = [new V1PodCondition { Type = "Ready", Status = "True" }, new V1PodCondition { Type = "PodScheduled", Status = "False", Message = "no node fits" }];
        var seen = Assert.Single(Of(Deployment("app:1"), [Set("a", 1, "app:1", -86400)], [pod]).Pods);
        Assert.Equal((true, true, "no node fits", At(0)), (seen.Ready, seen.Deleting, seen.Unschedulable, seen.EndsBy));
    }

    [Fact]
    public void AWorkloadWithoutStatusHasNothingYet()
    {
        var workload = Of(new V1Deployment { Metadata = new() { Name = "checkout" } }, []);
        Assert.Equal((1, 0, 0, 0L), (workload.Replicas, workload.UpdatedReplicas, workload.AvailableReplicas, workload.ObservedGeneration));
        Assert.False(workload.RolloutComplete);
    }

    [Theory]
    [InlineData(2, 3, 3, 3, 3, true)]
    [InlineData(1, 3, 3, 3, 3, false)]
    [InlineData(2, 3, 2, 3, 3, false)]
    [InlineData(2, 3, 3, 4, 3, false)]
    [InlineData(2, 3, 3, 3, 2, false)]
    [InlineData(2, 0, 0, 0, 0, true)]
    public void ARolloutIsCompleteWhenTheNewPodsServeAlone(long observed, int replicas, int updated, int total, int available, bool expected) =>
        Assert.Equal(expected, (SampleWorkload.Rolling() with
        {
            ObservedGeneration = observed,
            Replicas = replicas,
            UpdatedReplicas = updated,
            TotalReplicas = total,
            AvailableReplicas = available,
        }).RolloutComplete);

    private static DateTimeOffset At(double seconds) => SampleWorkload.At(seconds);

    private static WorkloadSnapshot Of(V1Deployment deployment, IEnumerable<V1ReplicaSet> sets, IEnumerable<V1Pod>? pods = null) =>
        DeploymentSnapshots.Of(deployment, sets, pods ?? []);

    private static V1Deployment Deployment(string image, double? progressed = null, string? reason = null) => new()
    {
        Metadata = new() { Name = "checkout", NamespaceProperty = "shop", Uid = "uid", CreationTimestamp = Created },
        Spec = new() { Template = SampleTemplate.Of(image) },
        Status = new() { ObservedGeneration = 0, Conditions = progressed is { } at ? [new() { Type = "Progressing", Reason = reason, LastUpdateTime = At(at) }] : null },
    };

    private static V1ReplicaSet Set(string name, long number, string image, double created) => new()
    {
        Metadata = new()
        {
            Name = name,
            Uid = name,
            CreationTimestamp = At(created),
            Annotations = new() { [DeploymentSnapshots.RevisionAnnotation] = $"{number}" },
            OwnerReferences = [new() { Uid = "uid", Controller = true }],
        },
        Spec = new() { Template = SampleTemplate.Of(image) },
    };

    /// <summary>Made for revision 2 an hour ago, left for the one before, and used again for revision 4.</summary>
    private static V1ReplicaSet Again()
    {
        var again = Set("b", 4, "app:2", -3600);
        again.Metadata.Annotations!["deployment.kubernetes.io/revision-history"] = "2";
        return again;
    }

    private static V1Pod Pod(string name, string owner, double created) => new()
    {
        Metadata = new() { Name = name, Uid = name, CreationTimestamp = At(created), OwnerReferences = [new() { Uid = owner, Controller = true }] },
        Status = new(),
    };
}
