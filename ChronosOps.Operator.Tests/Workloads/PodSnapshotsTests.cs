using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

public sealed class PodSnapshotsTests
{
    /// <summary>The kernel ended the container an hour after it had begun; it runs again, and the pod was ready in between.</summary>
    [Fact]
    public void WhenAContainerRanAndSinceWhenItRunsAgainIsKept()
    {
        var pod = PodSnapshots.Of(
            new V1Pod
            {
                Metadata = new() { Name = "checkout-1", Uid = "uid-1" },
                Status = new V1PodStatus
                {
                    Conditions = [new V1PodCondition { Type = "Ready", Status = "False", LastTransitionTime = SampleWorkload.At(-30) }],
                    ContainerStatuses =
                    [
                        new V1ContainerStatus
                        {
                            Name = "app",
                            RestartCount = 1,
                            State = new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = SampleWorkload.At(-600) } },
                            LastState = new V1ContainerState
                            {
                                Terminated = new V1ContainerStateTerminated { Reason = "OOMKilled", ExitCode = 137, StartedAt = SampleWorkload.At(-4210), FinishedAt = SampleWorkload.At(-610) },
                            },
                        },
                    ],
                },
            },
            "a1c2");
        var container = Assert.Single(pod.Containers);
        Assert.Equal(("a1c2", false, SampleWorkload.At(-30)), (pod.Revision, pod.Ready, pod.ReadyChangedAt));
        Assert.Equal((SampleWorkload.At(-600), SampleWorkload.At(-4210), SampleWorkload.At(-610), "OOMKilled"), (container.RunsSince, container.RanSince, container.TerminatedAt, container.TerminatedReason));
        Assert.Equal(SampleWorkload.At(-600), container.StartedAt);
    }

    /// <summary>The pod was created an hour ago. Each container: since when it runs, and since when the run lasted that ended last.</summary>
    [Theory]
    [InlineData(-3590, null, -3595, null, -3595, -3590)]
    [InlineData(-600, -3590, -3595, null, -3595, -600)] // one was started anew
    [InlineData(null, -300, -600, -3595, -600, -300)] // one waits until it is started once more
    [InlineData(null, null, -600, null, -3600, -600)] // one has not started
    [InlineData(-3601, null, -3602, null, -3600, -3600)] // the node's clock is behind
    public void AContainerThatStartedFirstAndOneThatStartedLastTellWhatAPodHasBegunWith(int? runs, int? ran, int? otherRuns, int? otherRan, int first, int last)
    {
        var pod = SampleWorkload.Pod("checkout-1", "a1c2", SampleWorkload.At(-3600), ready: false, Of(runs, ran), Of(otherRuns, otherRan));
        Assert.Equal((SampleWorkload.At(first), SampleWorkload.At(last)), (pod.StartedAt, pod.LastStartedAt));

        static ContainerSnapshot Of(int? runs, int? ran) => SampleWorkload.Container(ready: false) with
        {
            RunsSince = runs is { } since ? SampleWorkload.At(since) : null,
            RanSince = ran is { } before ? SampleWorkload.At(before) : null,
        };
    }

    [Fact]
    public void APodOfWhichNothingIsKnownHasStartedWithItsCreationOrNotAtAll()
    {
        var pod = SampleWorkload.Pod("checkout-1", "a1c2", SampleWorkload.At(-3600));
        Assert.Equal((SampleWorkload.At(-3600), SampleWorkload.At(-3600)), (pod.StartedAt, pod.LastStartedAt));
        pod = pod with { Containers = [] };
        Assert.Equal((SampleWorkload.At(-3600), null), (pod.StartedAt, pod.LastStartedAt));
    }
}
