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
    }
}
