using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

/// <summary>Incidents of checkout that were dismissed a minute after they were opened, the last of them a minute ago.</summary>
public sealed class FlappingTests
{
    private static readonly DateTimeOffset Now = FakeTime.Epoch;

    [Theory]
    [InlineData(2, null)]
    [InlineData(3, 5)]
    [InlineData(4, 10)]
    [InlineData(5, 20)]
    [InlineData(6, 30)]
    [InlineData(12, 30)]
    public void FromTheThirdOnTheHoldGrowsUpToHalfAnHour(int times, int? minutes)
    {
        var seen = Of([.. Enumerable.Range(0, times).Select(k => Flap(-2 - (k * 4)))]);
        Assert.Equal(minutes, (int?)seen.SingleOrDefault()?.Hold.TotalMinutes);
        Assert.All(seen, one => Assert.Equal((times, Now.AddMinutes(-1)), (one.Times, one.Last)));
    }

    public static TheoryData<string> Others => [.. NoFlap.Keys];

    [Theory]
    [MemberData(nameof(Others))]
    public void DoesNotCount(string which)
    {
        var other = Flap(-10);
        NoFlap[which](other.Status!);
        Assert.Empty(Of(Flap(-2), Flap(-6), other));
        Assert.Single(Of(Flap(-2), Flap(-6), Flap(-10), other));
    }

    [Fact]
    public void WhatWasEscalatedAndWentAwaySoonCounts()
    {
        var escalated = Flap(-10);
        (escalated.Status!.Phase, escalated.Status.Reason) = (IncidentPhase.Resolved, "RecoveredAfterEscalation");
        Assert.Single(Of(Flap(-2), Flap(-6), escalated));
    }

    [Fact]
    public void EachSignalCountsByItself()
    {
        var (both, other) = (Flap(-2), Flap(-6));
        both.Status!.Signals.Add(new SignalRecord { Name = "latency" });
        other.Status!.Signals[0].Name = "latency";
        Assert.Empty(Of(both, other, Flap(-10)));
        Assert.Equal("errors", Assert.Single(Of(both, other, Flap(-10), Flap(-14))).Signal);
    }

    private static readonly Dictionary<string, Action<IncidentStatus>> NoFlap = new()
    {
        ["what began more than an hour ago"] = status => status.DetectedAt = Now.AddMinutes(-61),
        ["what lasted longer than ten minutes"] = status => status.EndedAt = status.DetectedAt!.Value.AddMinutes(11),
        ["what is still open"] = status => (status.Phase, status.EndedAt) = (IncidentPhase.Escalated, null),
        ["what a rollback ended"] = status => (status.Phase, status.Reason) = (IncidentPhase.Resolved, "StayedWell"),
        ["what went away after an action in vain"] = status => status.Actions = [new ActionRecord { State = ActionState.Failed }],
        ["what ended with its workload"] = status => status.Reason = "WorkloadGone",
        ["another workload of that name"] = status => status.WorkloadUid = "uid-before",
        ["another release"] = status => status.Suspect = new RevisionRecord { Hash = "b5d4" },
        ["another signal"] = status => status.Signals[0].Name = "latency",
    };

    private static IReadOnlyList<FlappingSignal> Of(params Incident[] incidents) => Flapping.Of(incidents, "uid-checkout", "a1c2", Now);

    internal static Incident Flap(double openedMinutes) => new()
    {
        Metadata = new() { Name = "checkout-1", NamespaceProperty = "shop" },
        Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = "checkout" } },
        Status = new IncidentStatus
        {
            Phase = IncidentPhase.Dismissed,
            Reason = "RecoveredByItself",
            WorkloadUid = "uid-checkout",
            Suspect = new RevisionRecord { Hash = "a1c2" },
            DetectedAt = Now.AddMinutes(openedMinutes),
            EndedAt = Now.AddMinutes(openedMinutes + 1),
            Signals = [new SignalRecord { Name = "errors", State = "Healthy" }],
        },
    };
}
