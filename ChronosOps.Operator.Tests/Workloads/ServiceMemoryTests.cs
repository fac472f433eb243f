using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

public sealed class ServiceMemoryTests
{
    private readonly ServiceMemory _memory = new();

    [Fact]
    public void AServiceThatNeverLedToTheWorkloadIsNotMissed()
    {
        Assert.Null(Note(ServiceReach.Nowhere));
        Assert.Null(Note(ServiceReach.Here));
        Assert.Empty(_memory.Of("uid"));
    }

    [Fact]
    public void OneThatDidIsMissedSinceItWasFirstSeenToLeadNowhere()
    {
        Note(ServiceReach.Here, serves: true);
        Assert.Equal(SampleWorkload.At(10), Note(ServiceReach.Nowhere, "app=cart", at: 10)!.LostSince);
        var lost = Note(ServiceReach.Nowhere, "app=cart", at: 30)!;
        Assert.Equal((SampleWorkload.At(10), "app=checkout", "app=cart", true), (lost.LostSince, lost.Earlier, lost.Target, lost.WasChanged));
        Assert.Null(Note(ServiceReach.Here, at: 40)!.LostSince);
        Assert.Equal(SampleWorkload.At(50), Note(ServiceReach.Nowhere, "app=cart", at: 50)!.LostSince);
    }

    [Fact]
    public void OneThatLeadsToOthersByNowIsTheirs()
    {
        Note(ServiceReach.Here, serves: true);
        Assert.Null(Note(ServiceReach.Elsewhere, "app=green"));
        Assert.Null(Note(ServiceReach.Nowhere, "app=nobody"));
    }

    [Fact]
    public void WhatAPolicysStatusTellsIsKnownAndDoesNotOverwriteWhatIsSeen()
    {
        _memory.Recall(Status("app=checkout"));
        Assert.True(Note(ServiceReach.Nowhere, "app=cart")!.WasChanged);
        Note(ServiceReach.Here, "app=new", serves: true);
        _memory.Recall(Status("app=checkout"));
        Assert.Equal("app=new", _memory.Of("uid")["checkout"]);
    }

    /// <summary>After a restart workers may look at a workload before its policy's status is recalled.</summary>
    [Fact]
    public void ALostServiceIsNotForgottenAtARestartWhereAnotherWasSeenFirst()
    {
        Note(ServiceReach.Here, "app=new", serves: true);
        _memory.Recall(Status("app=checkout", "checkout", "lost"));
        Assert.Equal([("checkout", "app=new"), ("lost", "app=checkout")], _memory.Of("uid").OrderBy(known => known.Key, StringComparer.Ordinal).Select(known => (known.Key, known.Value)));
    }

    [Fact]
    public void WhatIsForgottenDoesNotComeBackFromAStatusThatIsBehind()
    {
        _memory.Recall(Status("app=checkout", "checkout", "deleted"));
        _memory.Forget("uid", "deleted");
        _memory.Recall(Status("app=checkout", "checkout", "deleted"));
        Assert.Equal(["checkout"], _memory.Of("uid").Keys);
    }

    /// <summary>Otherwise an incident that a restart interrupts would be assessed without it, until the patience is over anew.</summary>
    [Fact]
    public void OneThatLeadsNowhereWhenARestartedOperatorFirstLooksIsNotInTheMiddleOfBeingApplied()
    {
        _memory.Recall(Status("app=checkout"));
        Assert.True(Note(ServiceReach.Nowhere, "app=cart")!.LostAtStart);
        Assert.True(Note(ServiceReach.Nowhere, "app=cart", at: 5)!.LostAtStart);
        Assert.False(Note(ServiceReach.Here, serves: true, at: 10)!.LostAtStart);
        Assert.False(Note(ServiceReach.Nowhere, "app=cart", at: 15)!.LostAtStart);
    }

    [Fact]
    public void ATextThatIsTooLongToBeOfThisVersionIsNotTakenOver()
    {
        _memory.Recall(Status(new string('x', ServiceTargets.Longest + 1)));
        Assert.Empty(_memory.Of("uid"));
    }

    [Fact]
    public void WorkloadsAndServicesThatAreGoneAreForgotten()
    {
        Note(ServiceReach.Here, serves: true);
        _memory.Forget("uid", "checkout");
        Assert.Empty(_memory.Of("uid"));
        Note(ServiceReach.Here, serves: true);
        _memory.Keep(new HashSet<string> { "another" });
        Assert.Empty(_memory.Of("uid"));
    }

    private ServiceSnapshot? Note(ServiceReach reach, string target = "app=checkout", bool serves = false, double at = 0) =>
        _memory.Note("uid", "checkout", target, (reach, reach == ServiceReach.Nowhere ? "it selects no pod" : null), serves, SampleWorkload.At(at));

    private static RemediationPolicyStatus Status(string target, params string[] names) => new()
    {
        Workloads =
        [
            new WorkloadMemory { Name = "checkout", Uid = "uid", Services = [.. (names.Length > 0 ? names : ["checkout"]).Select(name => new ServiceRecord { Name = name, Target = target })] },
            new WorkloadMemory { Name = "gone" },
        ],
    };
}
