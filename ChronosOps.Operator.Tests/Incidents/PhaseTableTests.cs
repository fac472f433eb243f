using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ChronosOps.Operator.Tests.Incidents;

public sealed class PhaseTableTests
{
    private static readonly IncidentPhase[] Phases = Enum.GetValues<IncidentPhase>();

    [Theory]
    [InlineData(IncidentPhase.Resolved)]
    [InlineData(IncidentPhase.Failed)]
    [InlineData(IncidentPhase.Dismissed)]
    public void AnEndIsAnEndWhateverHappens(IncidentPhase end)
    {
        Assert.True(PhaseTable.IsEnd(end));
        Assert.DoesNotContain(PhaseTable.Rows, row => row.From == end);
    }

    [Fact]
    public void EveryPhaseIsReachedFromTheStart() =>
        Assert.Equal(Phases.Order(), ReachableFrom(null).Order());

    [Fact]
    public void EveryPhaseThatIsNoEndLeadsToOne() =>
        Assert.All(Phases.Where(phase => !PhaseTable.IsEnd(phase)), phase => Assert.Contains(ReachableFrom(phase), next => PhaseTable.IsEnd(next)));

    [Fact]
    public void EveryTriggerHappensSomewhere() =>
        Assert.Equal(Enum.GetValues<Trigger>().Order(), PhaseTable.Rows.Select(row => row.Trigger).Distinct().Order());

    [Fact]
    public void NothingIsDoneThatWasNotPermittedFirst() =>
        Assert.All(PhaseTable.Rows.Where(row => row.To == IncidentPhase.Acting), row => Assert.Contains(row.Trigger, new[] { Trigger.Permitted, Trigger.UndoPlanned }));

    /// <summary>What is well without our doing is watched like that only where replicas are still lent.</summary>
    [Fact]
    public void OnlyWhatWasVerifiedIsMitigatedOrHasReplicasToHandBack() =>
        Assert.Equal(
            [(IncidentPhase.Deciding, Trigger.RecoveredOwing), (IncidentPhase.Acting, Trigger.HandedBack), (IncidentPhase.Verifying, Trigger.Verified), (IncidentPhase.Verifying, Trigger.HandedBack), (IncidentPhase.Escalated, Trigger.RecoveredOwing)],
            from row in PhaseTable.Rows where row.To == IncidentPhase.Mitigated select (row.From!.Value, row.Trigger));

    [Fact]
    public void ALostTargetEndsTheWorkInEveryPhaseThatIsNoEnd() =>
        Assert.All(Phases.Where(phase => !PhaseTable.IsEnd(phase)), phase => Assert.NotNull(PhaseTable.Next(phase, Trigger.TargetGone)));

    [Fact]
    public void AnySequenceOfTriggersFollowsTheTableAndRefusesTheRest() =>
        Prop.ForAll(Gen.Elements(Enum.GetValues<Trigger>()).ListOf().ToArbitrary(), triggers =>
        {
            var status = new IncidentStatus();
            foreach (var trigger in triggers)
            {
                var from = status.Phase;
                var entries = status.Timeline.Count;
                if (PhaseTable.Next(from, trigger) is { } to)
                {
                    Apply(status, trigger);
                    Assert.Equal((to, entries + 1), (status.Phase, status.Timeline.Count));
                    Assert.False(PhaseTable.IsEnd(from));
                }
                else
                {
                    Assert.Throws<InvalidOperationException>(() => Apply(status, trigger));
                    Assert.Equal((from, entries), (status.Phase, status.Timeline.Count));
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(30));

    private static void Apply(IncidentStatus status, Trigger trigger) =>
        Transition.Apply(status, new Happening(trigger, "Because", "it happened"), 1, Support.FakeTime.Epoch);

    private static HashSet<IncidentPhase> ReachableFrom(IncidentPhase? start)
    {
        HashSet<IncidentPhase> seen = [];
        Queue<IncidentPhase?> open = new([start]);
        while (open.TryDequeue(out var from))
        {
            foreach (var row in PhaseTable.Rows.Where(row => row.From == from && seen.Add(row.To)).ToList())
            {
                open.Enqueue(row.To);
            }
        }

        return seen;
    }
}
