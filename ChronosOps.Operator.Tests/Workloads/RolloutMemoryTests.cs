using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

/// <summary>A StatefulSet of three pods whose new release is 75 s old and has made no pod, looked at again and again.</summary>
public sealed class RolloutMemoryTests
{
    private static readonly DateTimeOffset Released = SampleWorkload.At(-75);
    private readonly RolloutMemory _memory = new();

    /// <summary>It is let go at 0, and no pod of it is made: the deadline of a minute counts from then.</summary>
    [Theory]
    [InlineData(59.9, false)]
    [InlineData(60, true)]
    public void AReleaseThatWasHeldAtItsPartitionBeginsWhenItIsLetGo(double later, bool isStuck)
    {
        Look(-80, Held());
        Look(-5, Held());
        Assert.Equal(SampleWorkload.At(0), Look(0, Rolling()).RollingSince);
        Assert.Equal(SampleWorkload.At(0), Look(5, Rolling()).RollingSince);
        Assert.Equal(isStuck, IsStuck(Look(later, Rolling()), later));
    }

    [Fact]
    public void AReleaseThatNothingHeldBeginsWithItsControllerRevision()
    {
        Look(-80, Held());
        Assert.Equal(Released, Look(-70, Rolling()).RollingSince);
        Assert.Equal(Released, Look(0, Rolling()).RollingSince);
    }

    /// <summary>It was rolled out before, and somebody has returned from it: its ControllerRevision is as old as it was.</summary>
    [Fact]
    public void AReleaseThatIsAppliedAgainBeginsAnew()
    {
        Look(-70, Rolling());
        Look(-5, Held());
        Assert.Equal(SampleWorkload.At(0), Look(0, Rolling()).RollingSince);
    }

    [Fact]
    public void AnotherReleaseMeanwhileBeginsWithItsOwnControllerRevision()
    {
        Look(-70, Rolling());
        Look(-5, Rolling());
        Assert.Equal(SampleWorkload.At(-3), Look(0, Rolling() with { RollingSince = SampleWorkload.At(-3) }).RollingSince);
    }

    /// <summary>Nobody knows whether it was held before this process began.</summary>
    [Fact]
    public void AtTheFirstLookThePodsTellAndBeforeThereIsOneTheLookDoes()
    {
        Assert.Equal(SampleWorkload.At(0), Look(0.7, Rolling()).RollingSince);
        Assert.Equal(SampleWorkload.At(-20), new RolloutMemory().Remember(Rolling(Pod(2, SampleWorkload.New, -20, ready: false)), SampleWorkload.Now).RollingSince);

        // A restart has the same revision: the pods from before it are none of its.
        Assert.Equal(SampleWorkload.At(0), new RolloutMemory().Remember(Rolling(Pod(2, SampleWorkload.New, -76)), SampleWorkload.Now).RollingSince);
    }

    /// <summary>A policy came to govern it, after it had been looked at once long ago.</summary>
    [Fact]
    public void ALookOfLongAgoTellsNothingOfWhatWasInBetween()
    {
        Look(-121, Held());
        Assert.Equal(SampleWorkload.At(0), Look(0, Rolling()).RollingSince);
    }

    [Fact]
    public void CanariesThatAPartitionLetThroughLongAgoDoNotBeginWhatIsLetGoNow()
    {
        var canary = Pod(2, SampleWorkload.New, -60);
        Look(-5, Rolling(canary) with { RollingSince = null });
        Assert.Equal(SampleWorkload.At(0), Look(0, Rolling(canary)).RollingSince);
    }

    /// <summary>The first pod that is to be replaced has 90 s to end, and takes them. The new one is made two seconds later, between two looks.</summary>
    [Fact]
    public void APodThatEndsWithinItsGracePeriodHoldsTheRollout()
    {
        var ending = Pod(2, SampleWorkload.Old, -86400, ready: false) with { Deleting = true, EndsBy = SampleWorkload.At(15) };
        Look(-80, Held());
        foreach (var at in new[] { -74, -10, 0, 14 })
        {
            var workload = Look(at, Rolling(ending));
            Assert.Equal(SampleWorkload.At(at), workload.RollingSince);
            Assert.False(IsStuck(workload, at));
        }

        var made = Look(20, Rolling(Pod(2, SampleWorkload.New, 17, ready: false)));
        Assert.Equal(SampleWorkload.At(17), made.RollingSince);
        Assert.False(IsStuck(made, 76));
        Assert.True(IsStuck(made, 77));
    }

    [Fact]
    public void APodThatDoesNotEndInTimeHoldsItNoLonger()
    {
        var ending = Pod(2, SampleWorkload.Old, -86400, ready: false) with { Deleting = true, EndsBy = SampleWorkload.At(15) };
        Look(14, Rolling(ending));
        Assert.Equal(SampleWorkload.At(15), Look(15, Rolling(ending)).RollingSince);
        var stuck = Look(75, Rolling(ending));
        Assert.Equal(SampleWorkload.At(15), stuck.RollingSince);
        var sign = Sign(stuck, 75);
        Assert.Equal((SignalState.Firing, SampleWorkload.At(15)), (sign.State, sign.Since));
        Assert.EndsWith("; the controller waits for pod checkout-2 to end", sign.Message, StringComparison.Ordinal);
    }

    /// <summary>Once a pod of the release is made each has its own time, and one of a Deployment waits for no other to end.</summary>
    [Theory]
    [InlineData(WorkloadKind.StatefulSet, true, true)]
    [InlineData(WorkloadKind.DaemonSet, true, true)]
    [InlineData(WorkloadKind.StatefulSet, false, false)]
    [InlineData(WorkloadKind.Deployment, true, false)]
    public void OnlyARolloutThatHasMadeNoPodWaitsForOneToEnd(WorkloadKind kind, bool isFirst, bool waits)
    {
        var ending = Pod(1, SampleWorkload.Old, -86400) with { Deleting = true, EndsBy = SampleWorkload.At(60) };
        var workload = isFirst ? Rolling(ending) : Rolling(ending, Pod(2, SampleWorkload.New, -20));
        Assert.Equal(waits, (workload with { Key = workload.Key with { Kind = kind } }).Ending.Any());
    }

    [Fact]
    public void WhatTheControllerHasNotSeenYetIsNotUnderWay()
    {
        Assert.Null(Look(0, Rolling() with { Generation = 3 }).RollingSince);
        Assert.Equal(SampleWorkload.At(5), Look(5, Rolling()).RollingSince);
    }

    /// <summary>Somebody asked for five: a sixth of a minute later there are still three, all of them available, and nothing is waited for.</summary>
    [Theory]
    [InlineData(59.9, false)]
    [InlineData(60, true)]
    public void PodsThatAreNotMadeThoughNothingIsWaitedForAreMissing(double later, bool isStuck)
    {
        var grown = Held() with { Replicas = 5 };
        Assert.Null(Look(-5, Held()).PodsMissingSince);
        Assert.Equal(SampleWorkload.At(0), Look(0, grown).PodsMissingSince);
        var workload = Look(later, grown);
        Assert.Equal(isStuck, IsStuck(workload, later));
        Assert.Equal(isStuck, Sign(workload, later).Message.StartsWith("3 of 5 pods were created, none in the last 1m00s", StringComparison.Ordinal));
    }

    /// <summary>Each pod that is made has the controller go on, and so has one that ends; it waits for one that is not ready, or not available for long enough.</summary>
    [Fact]
    public void WhereTheControllerGoesOnOrHasToWaitNoneIsMissing()
    {
        var grown = Held() with { Replicas = 5 };
        Look(0, grown);
        var more = grown with { Pods = [.. grown.Pods, Pod(3, SampleWorkload.Old, 40)], AvailableReplicas = 4 };
        Assert.Equal(SampleWorkload.At(50), Look(50, more).PodsMissingSince);
        Assert.Null(Look(51, more with { AvailableReplicas = 3 }).PodsMissingSince);
        Assert.Null(Look(52, more with { Pods = [.. grown.Pods, Pod(3, SampleWorkload.Old, 40, ready: false)] }).PodsMissingSince);
        Assert.Null(Look(53, more with { Pods = [.. grown.Pods, Pod(3, SampleWorkload.Old, 40) with { Deleting = true }] }).PodsMissingSince);
        Assert.Equal(SampleWorkload.At(54), Look(54, more).PodsMissingSince);
    }

    [Fact]
    public void WhatIsGoneIsForgotten()
    {
        Look(-70, Rolling());
        _memory.Keep(new HashSet<string> { "another" });
        Assert.Equal(SampleWorkload.At(0), Look(0, Rolling()).RollingSince);
    }

    private WorkloadSnapshot Look(double at, WorkloadSnapshot workload) => _memory.Remember(workload, SampleWorkload.At(at));

    private static bool IsStuck(WorkloadSnapshot workload, double at) => Sign(workload, at).State == SignalState.Firing;

    private static SignalReading Sign(WorkloadSnapshot workload, double at) =>
        PodSigns.Judge(workload, TimeSpan.FromMinutes(1), SampleWorkload.At(at)).Single(sign => sign.Signal == PodSigns.RolloutNotProgressing);

    /// <summary>No rollout is under way: all is done, or a partition holds it.</summary>
    private static WorkloadSnapshot Held() => Rolling() with { RollingSince = null };

    /// <summary>The rollout is under way, and the given pods are there instead of the old ones of the same names.</summary>
    private static WorkloadSnapshot Rolling(params PodSnapshot[] pods)
    {
        IReadOnlyList<PodSnapshot> all = [.. Enumerable.Range(0, 3).Select(k => pods.FirstOrDefault(pod => pod.Name == $"checkout-{k}") ?? Pod(k, SampleWorkload.Old, -86400))];
        return SampleWorkload.Rolling() with
        {
            Key = SampleWorkload.Key with { Kind = WorkloadKind.StatefulSet },
            WaitsForEachPod = true,
            RollingSince = Released,
            Pods = all,
            UpdatedReplicas = all.Count(pod => pod.Revision == SampleWorkload.New),
            TotalReplicas = 3,
            AvailableReplicas = all.Count(pod => pod.Ready),
        };
    }

    private static PodSnapshot Pod(int ordinal, string revision, double created, bool ready = true) => SampleWorkload.Pod($"checkout-{ordinal}", revision, SampleWorkload.At(created), ready);
}
