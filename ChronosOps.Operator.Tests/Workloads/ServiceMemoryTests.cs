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

    private static RemediationPolicyStatus Status(string target) =>
        new() { Workloads = [new WorkloadMemory { Name = "checkout", Uid = "uid", Services = [new ServiceRecord { Name = "checkout", Target = target }] }, new WorkloadMemory { Name = "gone" }] };
}
