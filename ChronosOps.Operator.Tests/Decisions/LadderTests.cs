using ChronosOps.Operator.Analysis;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Tests.Analysis;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Decisions;

public sealed class LadderTests
{
    [Fact]
    public void ProposesTheRollbackOfABadReleaseToTheRevisionThatServedWell()
    {
        var choice = Next();
        Assert.Equal("Chosen", choice.Reason);
        Assert.Equal(new ProposedStep(RemediationAction.Rollback, SampleWorkload.OldRevision), choice.Step);
    }

    [Theory]
    [InlineData(Cause.BadConfiguration, "NoRungHelps")]
    [InlineData(Cause.NeighbourRelease, "NoRungHelps")]
    [InlineData(Cause.Unknown, "NoRungHelps")]
    public void ProposesNothingWhereARollbackCannotHelp(Cause cause, string reason)
    {
        var choice = Next(diagnosis: d => d with { Accepted = d.Accepted! with { Cause = cause } });
        Assert.Null(choice.Step);
        Assert.Equal(reason, choice.Reason);
        Assert.Contains(cause.ToString(), choice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ProposesNothingWithoutACauseAndNamesTheBestGuess()
    {
        var choice = Next(diagnosis: d => d with { Accepted = null });
        Assert.Null(choice.Step);
        Assert.Equal("CauseUnknown", choice.Reason);
        Assert.Contains("BadRelease", choice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ProposesNothingWhereNothingWasFound() =>
        Assert.Equal("the cause is unknown: nothing was found", Next(diagnosis: _ => new Diagnosis([], [], null, [])).Message);

    [Fact]
    public void ProposesNothingWhereThePolicyAllowsNoAction() =>
        Assert.Equal("EmptyLadder", Next(policy: p => p with { Ladder = [] }).Reason);

    [Fact]
    public void NeverTriesARungTwiceInOneIncident()
    {
        var choice = Next(tried: ["Rollback"]);
        Assert.Null(choice.Step);
        Assert.Equal("LadderExhausted", choice.Reason);
    }

    [Fact]
    public void ProposesTheRestartOfTheOnePodThatIsIllWhereThePolicyAllowsIt()
    {
        var bundle = SampleBundle.PodFault();
        var policy = SamplePolicy.Effective() with { Ladder = [RemediationAction.Rollback, RemediationAction.Restart] };
        var choice = Ladder.Next(policy, bundle, Analysers.Diagnose(bundle), []);
        Assert.Equal(new ProposedStep(RemediationAction.Restart, null, Pod: bundle.Workload.Pods[1]), choice.Step);
        Assert.Equal("NoRungHelps", Ladder.Next(SamplePolicy.Effective(), bundle, Analysers.Diagnose(bundle), []).Reason);
        Assert.Equal("LadderExhausted", Ladder.Next(policy, bundle, Analysers.Diagnose(bundle), [Done("Restart")]).Reason);
    }

    [Fact]
    public void ARestartIsThatOfAllPodsWhereTheyLeakAndNeverASecondTime()
    {
        var bundle = SampleBundle.Leak();
        var policy = SamplePolicy.Effective() with { Ladder = [RemediationAction.Rollback, RemediationAction.Restart, RemediationAction.Scale], MaxReplicas = 10 };
        var choice = Ladder.Next(policy, bundle, Analysers.Diagnose(bundle), []);
        Assert.Equal(new ProposedStep(RemediationAction.Restart, null, IsRolling: true), choice.Step);
        Assert.Equal("never Rollback: the release has served well for long; never Scale: further pods would leak too", choice.PassedOver);
        Assert.Equal("LadderExhausted", Ladder.Next(policy, bundle, Analysers.Diagnose(bundle), [Done("Restart")]).Reason);
        Assert.Equal("NoRungHelps", Ladder.Next(SamplePolicy.Effective(), bundle, Analysers.Diagnose(bundle), []).Reason);
    }

    [Fact]
    public void AWrongProbeIsRolledBack()
    {
        var choice = Next(diagnosis: d => d with { Accepted = d.Accepted! with { Cause = Cause.ProbeMisconfigured } });
        Assert.Equal(new ProposedStep(RemediationAction.Rollback, SampleWorkload.OldRevision), choice.Step);
    }

    [Fact]
    public void TakesThePodsOfAnIllNodeOneAfterAnother()
    {
        var bundle = NodeTests.Bundle();
        var policy = SamplePolicy.Effective() with { Ladder = [RemediationAction.Rollback, RemediationAction.Restart] };
        Assert.Equal(new ProposedStep(RemediationAction.Restart, null, Pod: bundle.Workload.Pods[0], Node: "a"), Next([]).Step);
        Assert.Equal(bundle.Workload.Pods[1], Next([Of(0)]).Step?.Pod);
        Assert.Equal("LadderExhausted", Next([Of(0), Of(1)]).Reason);
        var last = bundle with { Workload = bundle.Workload with { Pods = [.. bundle.Workload.Pods.Skip(1)] }, PodMeasures = [.. bundle.PodMeasures.Skip(1)] };
        Assert.Equal(Cause.PodFault, Analysers.Diagnose(last).Accepted?.Cause);
        Assert.Equal((last.Workload.Pods[0], "a"), Parts(Ladder.Next(policy, last, Analysers.Diagnose(last), [Of(0)])));
        Assert.Equal("LadderExhausted", Ladder.Next(policy, last, Analysers.Diagnose(last), [Of(0), Of(1)]).Reason);
        Assert.Equal("never Rollback: the release is well on other nodes", Next([]).PassedOver);

        LadderChoice Next(ActionRecord[] done) => Ladder.Next(policy, bundle, Analysers.Diagnose(bundle), done);
        ActionRecord Of(int pod) => new() { Key = $"uid-incident/{pod}", Action = "Restart", State = ActionState.Failed, TargetPodUid = bundle.Workload.Pods[pod].Uid, TargetNode = "a" };
        static (PodSnapshot?, string?) Parts(LadderChoice choice) => (choice.Step?.Pod, choice.Step?.Node);
    }

    [Fact]
    public void ARungThatWasRefusedWasNotTried() =>
        Assert.NotNull(Ladder.Next(SamplePolicy.Effective(), SampleBundle.BadRelease(), Analysers.Diagnose(SampleBundle.BadRelease()), [new ActionRecord { Key = "uid-incident/1", Action = "Rollback", State = ActionState.Refused }]).Step);

    [Fact]
    public void ProposesMoreReplicasForAnOverloadAndSaysWhyNotTheOtherRungs()
    {
        var choice = ForOverload([]);
        Assert.Equal(new ProposedStep(RemediationAction.Scale, null, Replicas: 7), choice.Step);
        Assert.Equal("never Rollback: the release before would get the same traffic; never Restart: it would take capacity away", choice.PassedOver);
    }

    [Fact]
    public void MoreReplicasMayBeAskedForAgainUntilThePolicysMaximum()
    {
        ActionRecord scaled = new() { Key = "uid-incident/1", Action = "Scale", State = ActionState.Failed, FromReplicas = 1, ToReplicas = 3, RequestsPerReplica = "20" };
        Assert.Equal(6, ForOverload([scaled]).Step?.Replicas);
        Assert.Equal("LadderExhausted", ForOverload([scaled], maximum: 3).Reason);
    }

    [Fact]
    public void NeverScalesForABadRelease()
    {
        var choice = Next(policy: p => p with { Ladder = [RemediationAction.Scale, RemediationAction.Rollback], MaxReplicas = 10 });
        Assert.Equal(RemediationAction.Rollback, choice.Step?.Action);
        Assert.Equal("never Scale: more pods would run the same release", choice.PassedOver);
    }

    private static LadderChoice ForOverload(IReadOnlyList<ActionRecord> done, int maximum = 10)
    {
        var context = SampleGates.OpenForScale();
        return Ladder.Next(context.Policy with { MaxReplicas = maximum }, context.Bundle, context.Diagnosis, done);
    }

    [Fact]
    public void AnUndoIsNotARung() => Assert.NotNull(Next(tried: ["Undo"]).Step);

    [Fact]
    public void ReturnsToTheRevisionThatServedWellLast()
    {
        var older = SampleWorkload.Revision(SampleWorkload.Facts("registry.example/checkout:0"), 0, "checkout-older", SampleWorkload.At(-200000));
        var choice = Next(bundle: b => b with
        {
            Workload = b.Workload with { Revisions = [older, .. b.Workload.Revisions] },
            KnownGood = [new GoodRevision(older.Hash, SampleWorkload.At(-190000), SampleWorkload.At(-100000)), .. b.KnownGood],
        });
        Assert.Equal(SampleWorkload.Old, choice.Step?.Target?.Hash);
    }

    [Fact]
    public void NeverReturnsToTheCurrentRevisionEvenIfItServedWellOnce() =>
        Assert.Null(Next(bundle: b => b with { KnownGood = [new GoodRevision(SampleWorkload.New, SampleWorkload.Now, SampleWorkload.Now)] }).Step!.Target);

    [Fact]
    public void HasNoTargetWhereTheRevisionThatServedWellIsNoLongerKept() =>
        Assert.Null(Next(bundle: b => b with { Workload = b.Workload with { Revisions = [SampleWorkload.NewRevision] } }).Step!.Target);

    /// <summary>A staged release has no ReplicaSet yet, and the one of the release that runs is kept.</summary>
    [Fact]
    public void ARevisionThatWasNotMadeYetIsNotTheOnlyOne()
    {
        var choice = Next(bundle: b => b with { Workload = b.Workload with { Revisions = [SampleWorkload.OldRevision] } }, diagnosis: d => d with { Accepted = null });
        Assert.Equal((null, "CauseUnknown"), (choice.Step, choice.Reason));
    }

    private static LadderChoice Next(
        Func<EffectivePolicy, EffectivePolicy>? policy = null, Func<EvidenceBundle, EvidenceBundle>? bundle = null, Func<Diagnosis, Diagnosis>? diagnosis = null, string[]? tried = null)
    {
        var evidence = SampleBundle.BadRelease();
        var found = Analysers.Diagnose(evidence);
        return Ladder.Next(
            policy?.Invoke(SamplePolicy.Effective()) ?? SamplePolicy.Effective(), bundle?.Invoke(evidence) ?? evidence, diagnosis?.Invoke(found) ?? found, [.. (tried ?? []).Select(Done)]);
    }

    private static ActionRecord Done(string action) => new() { Key = "uid-incident/1", Action = action, State = ActionState.Succeeded };
}
