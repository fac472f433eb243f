using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

public sealed class PodSignsTests
{
    private static readonly ContainerSnapshot Well = SampleWorkload.Container();
    private static readonly ContainerSnapshot Ill = SampleWorkload.Container(ready: false);

    /// <summary>A pod of the new revision in each situation, and the signs that fire. The pod is half a minute old where nothing else is said.</summary>
    private static readonly Dictionary<string, (PodSnapshot Pod, string[] Signs)> Table = new()
    {
        ["all is well"] = (Pod(Well), []),
        ["the container starts"] = (Pod(Ill with { WaitingReason = "ContainerCreating" }), []),
        ["the pod initialises"] = (Pod(Ill with { WaitingReason = "PodInitializing" }), []),
        ["it crashes in a loop"] = (Pod(Ill with { WaitingReason = "CrashLoopBackOff", RestartCount = 1, ExitCode = 1 }), [PodSigns.CrashLoop]),
        ["it crashes in a loop and its exit is unknown"] = (Pod(Ill with { WaitingReason = "CrashLoopBackOff" }), [PodSigns.CrashLoop]),
        ["it has just crashed for the third time"] = (Pod(Ill with { RestartCount = 2, ExitCode = 137, TerminatedAt = SampleWorkload.At(-2) }), [PodSigns.CrashLoop]),
        ["it has crashed twice"] = (Pod(Ill with { RestartCount = 1, ExitCode = 1, TerminatedAt = SampleWorkload.At(-2) }), []),
        ["it crashed long ago and is well"] = (Pod(Well with { RestartCount = 9, ExitCode = 1, TerminatedAt = SampleWorkload.At(-3600) }), []),
        ["it crashed long ago and is not ready"] = (Pod(Ill with { RestartCount = 9, ExitCode = 1, TerminatedAt = SampleWorkload.At(-3600) }), []),
        ["it was restarted without a fault"] = (Pod(Ill with { RestartCount = 5, ExitCode = 0, TerminatedAt = SampleWorkload.At(-2) }), []),
        ["its image does not exist"] = (Pod(Ill with { WaitingReason = "ErrImagePull" }), [PodSigns.ImagePullFailure]),
        ["its image cannot be pulled again and again"] = (Pod(Ill with { WaitingReason = "ImagePullBackOff" }), [PodSigns.ImagePullFailure]),
        ["its image has no valid name"] = (Pod(Ill with { WaitingReason = "InvalidImageName" }), [PodSigns.ImagePullFailure]),
        ["its image may not be pulled"] = (Pod(Ill with { WaitingReason = "ErrImageNeverPull" }), [PodSigns.ImagePullFailure]),
        ["a pull has just failed for the first time"] = (Pod(Ill with { WaitingReason = "ErrImagePull" }, age: 4), []),
        ["a pull has failed for five seconds"] = (Pod(Ill with { WaitingReason = "ErrImagePull" }, age: 5), [PodSigns.ImagePullFailure]),
        ["a Secret of its environment is missing"] = (Pod(Ill with { WaitingReason = "CreateContainerConfigError" }), [PodSigns.ContainerConfigError]),
        ["its command does not exist"] = (Pod(Ill with { WaitingReason = "RunContainerError" }), [PodSigns.ContainerConfigError]),
        ["an init container crashes"] = (Pod(Ill, Ill with { Name = "migrate", Init = true, WaitingReason = "CrashLoopBackOff", RestartCount = 3 }), [PodSigns.CrashLoop]),
        ["an init container is done"] = (Pod(Well, Well with { Name = "migrate", Init = true, ExitCode = 0, TerminatedReason = "Completed" }), []),
        ["the sidecar crashes while the app is well"] = (Pod(Well, Ill with { Name = "proxy", WaitingReason = "CrashLoopBackOff" }), [PodSigns.CrashLoop]),
        ["the sidecar's image cannot be pulled"] = (Pod(Well, Ill with { Name = "proxy", WaitingReason = "ImagePullBackOff" }), [PodSigns.ImagePullFailure]),
        ["two containers are ill in two ways"] = (Pod(Ill with { WaitingReason = "CrashLoopBackOff" }, Ill with { Name = "proxy", WaitingReason = "ImagePullBackOff" }), [PodSigns.CrashLoop, PodSigns.ImagePullFailure]),
        ["it runs and does not become ready"] = (Pod(Ill, age: 60), [PodSigns.RolloutNotProgressing]),
        ["it may still become ready"] = (Pod(Ill, age: 59), []),
        ["it cannot be scheduled"] = (Pod(Ill, age: 90) with { Containers = [], Unschedulable = "0/1 nodes are available" }, [PodSigns.RolloutNotProgressing]),
        ["its memory ran out once"] = (Pod(Well with { RestartCount = 1, ExitCode = 137, TerminatedReason = "OOMKilled", TerminatedAt = SampleWorkload.At(-60) }), []),
        ["its memory ran out again"] = (Pod(Well with { RestartCount = 2, ExitCode = 137, TerminatedReason = "OOMKilled", TerminatedAt = SampleWorkload.At(-599) }), [PodSigns.OutOfMemory]),
        ["its memory ran out again, long ago"] = (Pod(Well with { RestartCount = 9, ExitCode = 137, TerminatedReason = "OOMKilled", TerminatedAt = SampleWorkload.At(-600) }), []),
        ["its memory runs out again and again"] = (Pod(Ill with { WaitingReason = "CrashLoopBackOff", RestartCount = 3, ExitCode = 137, TerminatedReason = "OOMKilled", TerminatedAt = SampleWorkload.At(-2) }), [PodSigns.CrashLoop, PodSigns.OutOfMemory]),
        ["the memory of two of its containers ran out"] = (Pod(Well with { RestartCount = 1, TerminatedReason = "OOMKilled", TerminatedAt = SampleWorkload.At(-60) }, Well with { Name = "proxy", RestartCount = 1, TerminatedReason = "OOMKilled", TerminatedAt = SampleWorkload.At(-300) }), [PodSigns.OutOfMemory]),
        ["it ends every ten minutes, and is ready in between"] = (Pod(SampleWorkload.Ends()), [PodSigns.Restarting]),
        ["it ends every ten minutes, in good order"] = (Pod(SampleWorkload.Ends() with { ExitCode = 0, TerminatedReason = "Completed" }), [PodSigns.Restarting]),
        ["it has ended, and is about to be started anew"] = (Pod(SampleWorkload.Ends(ago: 1) with { Ready = false, RunsSince = null, ExitCode = 0 }), [PodSigns.Restarting]),
        ["it ends every quarter of an hour"] = (Pod(SampleWorkload.Ends(run: 899, ago: 899)), [PodSigns.Restarting]),
        ["it ends less often than that"] = (Pod(SampleWorkload.Ends(run: 900)), []),
        ["it ended a quarter of an hour ago"] = (Pod(SampleWorkload.Ends(ago: 900)), []),
        ["it was restarted twice"] = (Pod(SampleWorkload.Ends() with { RestartCount = 2 }), []),
        ["its last run is as short as those in a loop of crashes"] = (Pod(SampleWorkload.Ends(run: 59, ago: 10)), []),
        ["it runs nearly three times as long by now"] = (Pod(SampleWorkload.Ends(run: 60, ago: 180) with { RunsSince = SampleWorkload.At(-179) }), [PodSigns.Restarting]),
        ["it runs three times as long by now"] = (Pod(SampleWorkload.Ends(run: 60, ago: 180) with { RunsSince = SampleWorkload.At(-180) }), []),
        ["nobody knows how long its last run was"] = (Pod(SampleWorkload.Ends() with { RanSince = null }), []),
        ["it ends again and again since its memory runs out"] = (Pod(SampleWorkload.Ends() with { TerminatedReason = "OOMKilled", ExitCode = 137 }), [PodSigns.OutOfMemory]),
        ["it ends again and again, and waits to be started anew"] = (Pod(SampleWorkload.Ends() with { Ready = false, RunsSince = null, WaitingReason = "CrashLoopBackOff" }), [PodSigns.CrashLoop]),
        ["an init container was done again and again"] = (Pod(Well, SampleWorkload.Ends() with { Name = "migrate", Init = true, RunsSince = null, ExitCode = 0 }), []),
        ["a sidecar among the init containers ends every ten minutes"] = (Pod(Well, SampleWorkload.Ends() with { Name = "proxy", Init = true }), [PodSigns.Restarting]),
        ["it had been ready, and is not for a minute"] = (Pod(Ill with { RunsSince = SampleWorkload.At(-3600) }, age: 59) with { ReadyChangedAt = SampleWorkload.At(-60) }, [PodSigns.NotReady]),
        ["it had been ready a moment ago"] = (Pod(Ill with { RunsSince = SampleWorkload.At(-3600) }, age: 59) with { ReadyChangedAt = SampleWorkload.At(-59) }, []),
        ["it was never ready"] = (Pod(Ill with { RunsSince = SampleWorkload.At(-50) }, age: 59) with { ReadyChangedAt = SampleWorkload.At(-60) }, []),
        ["it is not ready since a container was started anew"] = (Pod(Ill with { RunsSince = SampleWorkload.At(-3600) }, Ill with { Name = "proxy", RunsSince = SampleWorkload.At(-70) }, age: 59) with { ReadyChangedAt = SampleWorkload.At(-80) }, []),
        ["it is not ready, and a container does not run"] = (Pod(Ill with { RunsSince = SampleWorkload.At(-3600) }, Ill with { Name = "proxy", WaitingReason = "Waiting" }, age: 59) with { ReadyChangedAt = SampleWorkload.At(-80) }, []),
        ["it is being deleted"] = (Pod(Ill with { WaitingReason = "CrashLoopBackOff" }, age: 90) with { Deleting = true }, []),
        ["it belongs to the old revision"] = (Pod(Ill with { WaitingReason = "CrashLoopBackOff" }, age: 90) with { Revision = SampleWorkload.Old }, []),
        ["it belongs to no revision"] = (Pod(Ill with { WaitingReason = "ImagePullBackOff" }, age: 90) with { Revision = null }, []),
    };

    public static TheoryData<string> Situations => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public void TheSignsAreReadFromThePodsWhen(string situation)
    {
        var (pod, signs) = Table[situation];
        Assert.Equal(signs, Firing(Judge(SampleWorkload.Rolling(), pod)));
    }

    [Fact]
    public void MemoryThatRanOutIsToldWithTheFirstContainerThatItRanOutIn()
    {
        var workload = SampleWorkload.RolledOut();
        var pods = workload.Pods.Select((pod, k) => pod with { Containers = [Well with { RestartCount = 1, TerminatedReason = "OOMKilled", TerminatedAt = SampleWorkload.At(-60 - k) }] });
        var reading = Judge(workload with { Pods = [.. pods] }).Single(one => one.Signal == PodSigns.OutOfMemory);
        Assert.Equal((SignalState.Firing, SampleWorkload.At(-62), SampleWorkload.New), (reading.State, reading.Since, reading.Revision));
        Assert.Equal("container app of pod checkout-7c9b4d8f6-nnnn3: OOMKilled 1m02s ago, 1 restarts (3 containers in all)", reading.Message);
        Assert.Equal(SampleWorkload.At(-60), reading.HappenedAt);
    }

    [Fact]
    public void PodsThatAreNoLongerReadyAreToldAfterARolloutToo()
    {
        var workload = SampleWorkload.RolledOut();
        var reading = Judge(workload with { Pods = [workload.Pods[0], workload.Pods[1] with { Ready = false, ReadyChangedAt = SampleWorkload.At(-90), Containers = [Ill with { RunsSince = SampleWorkload.At(-900) }] }] }).Single(one => one.Signal == PodSigns.NotReady);
        Assert.Equal((SignalState.Firing, SampleWorkload.At(-90)), (reading.State, reading.Since));
        Assert.Equal("pod checkout-7c9b4d8f6-nnnn2 had been ready, and is not for 1m30s; its containers run; 1 of 2 pods say so", reading.Message);
    }

    /// <summary>A pod that has served for weeks and crashes now did not begin with its creation; one that never started did.</summary>
    [Theory]
    [InlineData(30, 2, -2, -30)]
    [InlineData(864000, 2, -2, -92)]
    [InlineData(864000, 0, -2, -22)]
    public void TheCrashesAreReckonedBackFromTheirNumber(double age, int restarts, double ended, double since)
    {
        var container = Ill with { WaitingReason = "CrashLoopBackOff", RestartCount = restarts, ExitCode = 1, TerminatedAt = SampleWorkload.At(ended) };
        var reading = Judge(SampleWorkload.RolledOut(), Pod(container, age)).Single(one => one.Signal == PodSigns.CrashLoop);
        Assert.Equal(SampleWorkload.At(since), reading.Since);
    }

    /// <summary>Two runs are known of, the last one and, by the number of restarts, one before it. No container began to end before its pod was made.</summary>
    [Theory]
    [InlineData(3600, -1320)]
    [InlineData(1000, -1000)]
    public void RestartsAreToldWithHowLongTheLastRunWasAndWhenItEnded(double age, double since)
    {
        var workload = SampleWorkload.RolledOut();
        var reading = Judge(workload with { Pods = [Pod(SampleWorkload.Ends(), age), Pod(SampleWorkload.Ends(run: 300, ago: 60), age) with { Name = "checkout-7c9b4d8f6-nnnn2" }] }).Single(one => one.Signal == PodSigns.Restarting);
        Assert.Equal((SignalState.Firing, SampleWorkload.At(since), SampleWorkload.New), (reading.State, reading.Since, reading.Revision));
        Assert.Equal("container app of pod checkout-7c9b4d8f6-nnnn1: 3 restarts, the last run ended 2m00s ago after 10m00s, exit code 1 (2 containers in all)", reading.Message);
        Assert.Equal(SampleWorkload.At(-60), reading.HappenedAt);
    }

    /// <summary>It had run for a day when its image was pulled anew: what began is that, and not the pod.</summary>
    [Fact]
    public void AnImageThatIsMissedAtARestartIsMissedSinceTheContainerEnded()
    {
        var container = Ill with { WaitingReason = "ImagePullBackOff", RestartCount = 1, ExitCode = 1, TerminatedAt = SampleWorkload.At(-90) };
        Assert.Equal(SampleWorkload.At(-90), Judge(SampleWorkload.RolledOut(), Pod(container, 86400))[1].Since);
    }

    [Fact]
    public void EverySignIsReadEachTimeSoThatOneThatWentAwayIsSeenAsHealthy()
    {
        var readings = Judge(SampleWorkload.Rolling(), Pod(Well));
        Assert.Equal([.. PodSigns.BeforeServing, PodSigns.OutOfMemory, PodSigns.NotReady, PodSigns.Restarting], readings.Select(reading => reading.Signal));
        Assert.All(readings, reading => Assert.Equal((SignalState.Healthy, true), (reading.State, reading.IsKubernetesSign)));
    }

    [Fact]
    public void ASignNamesTheContainerThePodAndWhy()
    {
        var reading = Judge(SampleWorkload.Rolling(), Pod(Well, Ill with { Name = "proxy", WaitingReason = "ImagePullBackOff", WaitingMessage = "not found" }))[1];
        Assert.Equal("container proxy of pod checkout-7c9b4d8f6-nnnn1: ImagePullBackOff: not found", reading.Message);
        Assert.Equal((SampleWorkload.New, SampleWorkload.At(-30)), (reading.Revision, reading.Since));
    }

    [Fact]
    public void ALongMessageIsCut()
    {
        var reading = Judge(SampleWorkload.Rolling(), Pod(Ill with { WaitingReason = "ErrImagePull", WaitingMessage = new string('x', 5000) }))[1];
        Assert.InRange(reading.Message.Length, 160, 300);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void ARolloutThatIsPausedOrOverIsNotStuck(bool paused, bool complete)
    {
        var workload = (complete ? SampleWorkload.RolledOut() : SampleWorkload.Rolling()) with { Paused = paused };
        Assert.Empty(Firing(Judge(workload, Pod(Ill, age: 600))));
    }

    [Fact]
    public void WithoutPodsNothingFires() => Assert.Empty(Firing(PodSigns.Judge(SampleWorkload.Rolling() with { Pods = [] }, TimeSpan.FromMinutes(1), SampleWorkload.Now)));

    [Fact]
    public void TheDeadlineCountsFromTheStartOfTheRolloutHoweverOftenAPodIsMadeAnew()
    {
        var reading = Judge(Rolling(60), Pod(Ill, age: 3))[3];
        Assert.Equal((SignalState.Firing, SampleWorkload.At(-60)), (reading.State, reading.Since));
        Assert.Empty(Firing(Judge(Rolling(59), Pod(Ill, age: 3))));
    }

    /// <summary>Where the policy names no deadline: what the template's probes allow and half a minute, or twice what the quickest of the ready pods took; never less than a minute.</summary>
    [Theory]
    [InlineData(0, null, 0, 60)]
    [InlineData(30, null, 0, 60)]
    [InlineData(250, null, 0, 280)]
    [InlineData(0, 100.0, 0, 200)]
    [InlineData(0, 20.0, 0, 60)]
    [InlineData(250, 100.0, 0, 280)]
    [InlineData(0, 100.0, 1, 60)]
    [InlineData(0, 601.0, 0, 60)]
    [InlineData(7200, null, 0, 3600)]
    public void WithoutADeadlineAPodHasTheTimeThatItsTemplateAndOtherPodsTellOf(double allowed, double? took, int restarts, double deadline)
    {
        var old = took is { } seconds
            ? SampleWorkload.Rolling().PodsOf(SampleWorkload.Old).Select((pod, k) => pod with { ReadyChangedAt = pod.CreatedAt.AddSeconds(seconds + k), Containers = [Well with { RestartCount = restarts }] })
            : [];
        foreach (var (age, sign) in new[] { (deadline - 1, SignalState.Healthy), (deadline, SignalState.Firing) })
        {
            var workload = Rolling(age) with { Current = SampleWorkload.NewFacts with { StartAllowance = TimeSpan.FromSeconds(allowed) }, Pods = [Pod(Ill, age), .. old] };
            Assert.Equal(sign, PodSigns.Judge(workload, null, SampleWorkload.Now)[3].State);
            Assert.Equal(age >= 60 ? SignalState.Firing : SignalState.Healthy, Judge(workload)[3].State);
        }
    }

    /// <summary>A pod that no node takes, and one that is not made, do not start: how long that may take says nothing of them. Nor of one that had been ready, and withdrew.</summary>
    [Fact]
    public void HowLongAStartMayTakeIsNoReasonToWaitForWhatDoesNotStart()
    {
        var slow = Rolling(60) with { Current = SampleWorkload.NewFacts with { StartAllowance = TimeSpan.FromMinutes(5) } };
        Assert.Equal([PodSigns.RolloutNotProgressing], Firing(PodSigns.Judge(slow with { Pods = [Pod(Ill, age: 60) with { Containers = [], Unschedulable = "0/1 nodes are available" }] }, null, SampleWorkload.Now)));
        Assert.Equal([PodSigns.RolloutNotProgressing], Firing(PodSigns.Judge(slow with { Pods = [], UpdatedReplicas = 0 }, null, SampleWorkload.Now)));
        Assert.Equal([PodSigns.NotReady], Firing(PodSigns.Judge(slow with { Pods = [Pod(Ill with { RunsSince = SampleWorkload.At(-3600) }, age: 59) with { ReadyChangedAt = SampleWorkload.At(-60) }] }, null, SampleWorkload.Now)));
    }

    [Fact]
    public void OnceAPodIsReadyEachOfTheOthersHasItsOwnTime()
    {
        var workload = Rolling(600) with { Pods = [Pod(Well, age: 590), Pod(Ill, age: 59) with { Name = "checkout-7c9b4d8f6-nnnn2" }] };
        Assert.Empty(Firing(Judge(workload)));
        Assert.Equal([PodSigns.RolloutNotProgressing], Firing(Judge(workload, later: 1)));
    }

    [Fact]
    public void APodThatReplacesAnotherAfterTheRolloutHasItsOwnTime() =>
        Assert.Empty(Firing(Judge(Rolling(600) with { RollingSince = null }, Pod(Ill, age: 59))));

    [Theory]
    [InlineData(60, 0, null, true)]
    [InlineData(59, 0, null, false)]
    [InlineData(60, 0, "exceeded quota", true)]
    [InlineData(60, 3, "exceeded quota", false)]
    public void ARolloutWithoutAnyPodIsStuckAfterTheDeadline(int age, int updated, string? refused, bool stuck)
    {
        var workload = Rolling(age) with { Pods = [], UpdatedReplicas = updated, PodsRefused = refused };
        Assert.Equal(stuck ? [PodSigns.RolloutNotProgressing] : [], Firing(Judge(workload)));
    }

    [Theory]
    [InlineData(60, "pods \"web\" is forbidden: exceeded quota", true)]
    [InlineData(59, "pods \"web\" is forbidden: exceeded quota", false)]
    [InlineData(60, null, false)]
    public void ARolloutWhoseFurtherPodsAreRefusedIsStuckAfterTheDeadline(int age, string? refused, bool stuck)
    {
        var readings = Judge(Rolling(600) with { Pods = [Pod(Well, age: age)], PodsRefused = refused });
        Assert.Equal(stuck, readings[3].State == SignalState.Firing);
        Assert.Equal(stuck, readings[3].Message.Contains("1 of 3 pods of the revision were created, none in the last 1m00s; pods are refused: pods \"web\" is forbidden", StringComparison.Ordinal));
    }

    /// <summary>Somebody asked for six where four run, and no rollout is under way: no pod waits that could be seen.</summary>
    [Theory]
    [InlineData(60, 90, true)]
    [InlineData(59, 90, false)]
    [InlineData(90, 59, false)]
    public void PodsThatSomebodyAskedForAndThatAreNotMadeAreMissedAfterTheDeadline(double missing, double newest, bool stuck)
    {
        var settled = SampleWorkload.Settled();
        var workload = settled with { Replicas = 6, PodsMissingSince = SampleWorkload.At(-missing), PodsRefused = "exceeded quota", Pods = [.. settled.Pods, SampleWorkload.Pod("checkout-5f8d6c7b9-oooo4", SampleWorkload.Old, SampleWorkload.At(-newest))] };
        var sign = Judge(workload)[3];
        Assert.Equal(stuck ? (SignalState.Firing, (DateTimeOffset?)SampleWorkload.At(-60)) : (SignalState.Healthy, null), (sign.State, sign.Since));
        Assert.Equal(stuck, sign.Message == "4 of 6 pods were created, none in the last 1m00s; pods are refused: exceeded quota");
        Assert.Equal(SignalState.Healthy, Judge(workload with { Paused = true })[3].State);
    }

    /// <summary>It has served for a day: that it was made so long ago makes nothing of a moment's doubt.</summary>
    [Theory]
    [InlineData(-59, false)]
    [InlineData(-60, true)]
    public void APodThatWasReadyIsMissedFromWhenItNoLongerWas(double since, bool missed)
    {
        var settled = SampleWorkload.Settled() with { AvailableReplicas = 2 };
        var workload = settled with { Pods = [settled.Pods[0] with { Ready = false, ReadyChangedAt = SampleWorkload.At(since) }, .. settled.Pods.Skip(1)] };
        var sign = Judge(workload).Single(reading => reading.Signal == PodSigns.RolloutNotProgressing);
        Assert.Equal(missed ? (SignalState.Firing, (DateTimeOffset?)SampleWorkload.At(since)) : (SignalState.Healthy, null), (sign.State, sign.Since));
    }

    private static WorkloadSnapshot Rolling(double age) => SampleWorkload.Rolling() with { RolloutStartedAt = SampleWorkload.At(-age), RollingSince = SampleWorkload.At(-age) };

    private static IReadOnlyList<SignalReading> Judge(WorkloadSnapshot workload, double later = 0) =>
        PodSigns.Judge(workload, TimeSpan.FromMinutes(1), SampleWorkload.At(later));

    private static PodSnapshot Pod(ContainerSnapshot container, ContainerSnapshot further, double age = 30) =>
        SampleWorkload.Pod("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New, SampleWorkload.At(-age), container.Ready && further.Ready, container, further);

    private static PodSnapshot Pod(ContainerSnapshot container, double age = 30) =>
        SampleWorkload.Pod("checkout-7c9b4d8f6-nnnn1", SampleWorkload.New, SampleWorkload.At(-age), container.Ready, container);

    private static IReadOnlyList<SignalReading> Judge(WorkloadSnapshot workload, PodSnapshot pod) =>
        PodSigns.Judge(workload with { Pods = [pod] }, TimeSpan.FromMinutes(1), SampleWorkload.Now);

    private static IEnumerable<string> Firing(IEnumerable<SignalReading> readings) => readings.Where(reading => reading.State == SignalState.Firing).Select(reading => reading.Signal);
}
