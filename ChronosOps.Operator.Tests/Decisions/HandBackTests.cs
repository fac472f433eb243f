using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions;

/// <summary>Three replicas carried ten requests a second each, and were made nine.</summary>
public sealed class HandBackTests
{
    private static readonly ActionRecord Scaled = Action("Scale", ActionState.Succeeded, 3, 9);

    [Theory]
    [InlineData(30, 7)]
    [InlineData(77, 7)]
    [InlineData(78, null)]
    public void TheFirstStepIsTakenWhereTheOthersCarryTheLoad(double load, int? replicas)
    {
        var choice = Next(load, [Scaled]);
        Assert.Equal((replicas, false), (choice.Replicas, choice.IsOver));
        Assert.Contains(replicas is null ? "77 requests/s" : "7 replicas", choice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThreeStepsLeadBackToWhatWasThere()
    {
        List<ActionRecord> done = [Scaled];
        List<int> seen = [];
        while (BorrowedReplicas.Of(done) is { } borrowed)
        {
            var next = HandBack.Next(borrowed, Reading(30, borrowed.Now), done).Replicas!.Value;
            seen.Add(next);
            done.Add(Action("HandBack", ActionState.Succeeded, borrowed.Now, next));
        }

        Assert.Equal([7, 5, 3], seen);
    }

    [Fact]
    public void WhatSomebodySetIsTheirs()
    {
        var choice = HandBack.Next(BorrowedReplicas.Of([Scaled])!, Reading(30, 8), [Scaled]);
        Assert.Equal((null, true), (choice.Replicas, choice.IsOver));
    }

    [Fact]
    public void AStepThatDidNotGoWellIsTheLast()
    {
        List<ActionRecord> done = [Scaled, Action("HandBack", ActionState.Failed, 9, 7), Action("Undo", ActionState.Succeeded, 7, 9)];
        Assert.True(HandBack.Next(BorrowedReplicas.Of(done)!, Reading(30, 9), done).IsOver);
    }

    [Fact]
    public void SoIsTheThirdThatIsRefused()
    {
        List<ActionRecord> done = [Scaled, Action("HandBack", ActionState.Refused, 9, 7), Action("HandBack", ActionState.Refused, 9, 7)];
        Assert.Equal(7, HandBack.Next(BorrowedReplicas.Of(done)!, Reading(30, 9), done).Replicas);
        done.Add(Action("HandBack", ActionState.Refused, 9, 7));
        Assert.True(HandBack.Next(BorrowedReplicas.Of(done)!, Reading(30, 9), done).IsOver);
    }

    /// <summary>Two became four, the team made six of them for good, and then nine were needed.</summary>
    [Fact]
    public void WhatSomebodySetInBetweenIsWhereItGoesBackTo()
    {
        List<ActionRecord> done = [Action("Scale", ActionState.Succeeded, 2, 4), Action("Scale", ActionState.Succeeded, 6, 9)];
        var borrowed = BorrowedReplicas.Of(done)!;
        Assert.Equal((6, 9), (borrowed.Original, borrowed.Peak));
        Assert.Equal(8, HandBack.Next(borrowed, Reading(30, 9), done).Replicas);
    }

    [Theory]
    [InlineData("uid-hpa", 9, 9, "uid-incident/9", null, null)]
    [InlineData("uid-new", 9, 9, "uid-incident/9", null, "autoscaler web no longer sets the replicas, or was made anew")]
    [InlineData("uid-hpa", 3, 5, "uid-incident/9", null, "somebody changed autoscaler web")]
    [InlineData("uid-hpa", 9, 9, null, null, "somebody changed autoscaler web")]
    [InlineData("uid-hpa", 9, 9, "uid-incident/9", "Flux", "Flux has autoscaler web now")]
    public void AnAutoscalerThatIsNoLongerAsWeLeftItIsSomebodyElses(string uid, int minimum, int maximum, string? key, string? manager, string? other)
    {
        var scaled = Action("Scale", ActionState.Succeeded, 3, 9);
        (scaled.Autoscaler, scaled.AutoscalerUid, scaled.FromMaximum, scaled.ToMaximum) = ("web", "uid-hpa", 5, 9);
        Assert.Equal(other, HandBack.TakenOverBy(BorrowedReplicas.Of([scaled])!, [new AutoscalerFact("web", uid, minimum, maximum, key, manager)], null));
    }

    [Fact]
    public void AWorkloadThatCameUnderAnAutoscalerOrGitOpsIsSomebodyElses()
    {
        var borrowed = BorrowedReplicas.Of([Scaled])!;
        var nobody = new Ownership(null, null, IsGitOps: false);
        Assert.Null(HandBack.TakenOverBy(borrowed, [], nobody));
        Assert.Equal("autoscaler web sets the replicas now", HandBack.TakenOverBy(borrowed, [new AutoscalerFact("web", "uid-hpa", 1, 9, null, null)], nobody));
        Assert.Equal("Argo CD manages the workload now", HandBack.TakenOverBy(borrowed, [], new Ownership("Argo CD", "annotation", IsGitOps: true)));
        Assert.NotNull(HandBack.TakenOverBy(borrowed, [], null));
    }

    [Fact]
    public void NothingIsHandedBackDuringARollout()
    {
        var reading = Reading(30, 9);
        Assert.Null(HandBack.Next(BorrowedReplicas.Of([Scaled])!, reading with { Workload = reading.Workload with { UpdatedReplicas = 4 } }, [Scaled]).Replicas);
    }

    [Fact]
    public void NothingIsHandedBackWhereTheLoadIsNotKnown()
    {
        Assert.Null(HandBack.Next(BorrowedReplicas.Of([Scaled])!, Reading(30, 9) with { Traffic = WorkloadTraffic.None }, [Scaled]).Replicas);
        var unmeasured = Action("Scale", ActionState.Succeeded, 3, 9, carried: null);
        Assert.Null(HandBack.Next(BorrowedReplicas.Of([unmeasured])!, Reading(30, 9), [unmeasured]).Replicas);
    }

    [Fact]
    public void AnAutoscalersBoundsAreLoweredTogether()
    {
        var scaled = Action("Scale", ActionState.Succeeded, 3, 9);
        (scaled.Autoscaler, scaled.FromMaximum, scaled.ToMaximum) = ("web", 5, 9);
        var choice = HandBack.Next(BorrowedReplicas.Of([scaled])!, Reading(30, 9), [scaled]);
        Assert.Equal((7, 7), (choice.Replicas, choice.Maximum));
        var further = Action("HandBack", ActionState.Succeeded, 9, 5);
        (further.Autoscaler, further.FromMaximum, further.ToMaximum) = ("web", 9, 5);
        choice = HandBack.Next(BorrowedReplicas.Of([scaled, further])!, Reading(30, 4), [scaled, further]);
        Assert.Equal((3, 5), (choice.Replicas, choice.Maximum));
    }

    /// <summary>One to five were asked for, and five are left: how many of them it takes is the autoscaler's affair, as it was. Two of three steps would be left, and the load is too much for one.</summary>
    [Theory]
    [InlineData(50, 1)]
    [InlineData(56, null)]
    public void WithinItsBoundsAnAutoscalerHasItsMinimumBackAtOnce(double load, int? minimum)
    {
        var scaled = Action("Scale", ActionState.Succeeded, 1, 9);
        (scaled.Autoscaler, scaled.FromMaximum, scaled.ToMaximum) = ("web", 5, 9);
        var back = Action("HandBack", ActionState.Succeeded, 9, 5);
        (back.Autoscaler, back.FromMaximum, back.ToMaximum) = ("web", 9, 5);
        var choice = HandBack.Next(BorrowedReplicas.Of([scaled, back])!, Reading(load, 5), [scaled, back]);
        Assert.Equal((minimum, minimum is null ? null : (int?)5), (choice.Replicas, choice.Maximum));

        // It was below its maximum, by a measure of its own, when one of it was too few.
        (scaled.FromMaximum, scaled.ToReplicas, back.FromReplicas, back.FromMaximum) = (9, 6, 6, 9);
        Assert.Equal(load > 44 ? null : 4, HandBack.Next(BorrowedReplicas.Of([scaled, back])!, Reading(load, 5), [scaled, back]).Replicas);
        Assert.Contains(minimum is null ? "5 replicas stay until at most 55 requests/s" : "the autoscaler has its bounds back", choice.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ActionState.Refused)]
    [InlineData(ActionState.Planned)]
    public void WhatNeverTookEffectIsNotOwed(ActionState state) => Assert.Null(BorrowedReplicas.Of([Action("Scale", state, 3, 9)]));

    private static HandBackChoice Next(double load, IReadOnlyList<ActionRecord> done) => HandBack.Next(BorrowedReplicas.Of(done)!, Reading(load, 9), done);

    private static ActionRecord Action(string action, ActionState state, int from, int to, string? carried = "10") =>
        new() { Key = $"uid-incident/{to}", Action = action, State = state, FromReplicas = from, ToReplicas = to, RequestsPerReplica = carried };

    private static WorkloadReading Reading(double load, int replicas) => SampleContext.Well(SamplePolicy.Effective()) with
    {
        Workload = SampleWorkload.Settled() with { Replicas = replicas, UpdatedReplicas = replicas, AvailableReplicas = replicas, TotalReplicas = replicas },
        Traffic = SampleTraffic.Of((SampleWorkload.Old, SampleTraffic.Steady(24, load * 5))),
    };
}
