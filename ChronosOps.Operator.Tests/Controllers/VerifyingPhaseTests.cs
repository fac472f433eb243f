using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

public sealed class VerifyingPhaseTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>The policy allows three minutes; the rollback was accepted twelve minutes ago.</summary>
    [Theory]
    [InlineData(-15.0, null, null)]
    [InlineData(-690.0, null, 630L)]
    [InlineData(null, null, 640L)]
    [InlineData(-300.0, 390L, 630L)]
    public async Task TimeInWhichNobodyLookedDoesNotCountAgainstIt(double? lookedAt, long? before, long? after)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        var action = incident.Status!.Actions[0];
        (action.LookedAt, action.UnwatchedSeconds) = (lookedAt is { } at ? SampleWorkload.At(at) : null, before);
        var result = await Phase(api)
            .RunAsync(SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())), TestContext.Current.CancellationToken);
        Assert.Equal((after, SampleWorkload.Now), (action.UnwatchedSeconds, action.LookedAt!.Value));
        Assert.Equal(after is null ? "Inconclusive" : null, result.Happening?.Reason);
    }

    /// <summary>Measured, and no worse than before: that is no end yet, the next rung is thought over.</summary>
    [Fact]
    public async Task WhatDidNotHelpIsThoughtOver()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        var action = incident.Status!.Actions[0];
        action.RolledOutAt = SampleWorkload.At(-120);
        action.LookedAt = SampleWorkload.At(-15);
        action.Checks = [.. Enumerable.Range(1, 3).Select(k => new CheckRecord { Time = SampleWorkload.At(-60 + (15 * k)), Result = "Unhealthy", Message = "errors: 40% errors, limit 5% errors" })];
        var well = SampleContext.Well(SamplePolicy.Effective());
        var result = await Phase(api).RunAsync(SampleContext.Of(incident, well with { Signals = [SampleBundle.Fires("errors", SampleWorkload.Old)], Time = SampleWorkload.At(-15) }), TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.DidNotHelp, "ActionDidNotHelp", ActionState.Failed), (result.Happening?.Trigger, result.Happening?.Reason, action.State));
    }

    /// <summary>Fewer replicas turned out to be too few: they are asked for again, and the diagnosis stays what it was.</summary>
    [Fact]
    public async Task AHandBackThatDoesNotGoWellIsTakenBack()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        var action = new ActionRecord
        {
            Key = "uid-incident/2",
            Attempt = 2,
            Action = "HandBack",
            State = ActionState.Applied,
            FromReplicas = 5,
            ToReplicas = 3,
            ToRevision = SampleWorkload.Old,
            TargetGeneration = 2,
            AppliedAt = SampleWorkload.At(-150),
            RolledOutAt = SampleWorkload.At(-120),
            LookedAt = SampleWorkload.At(-15),
            FieldsHandedBack = true,
            Checks = [.. Enumerable.Range(1, 3).Select(k => new CheckRecord { Time = SampleWorkload.At(-60 + (15 * k)), Result = "Unhealthy", Message = "errors: 40% errors, limit 5% errors" })],
        };
        incident.Status!.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Scale", State = ActionState.Succeeded, FromReplicas = 3, ToReplicas = 5 }, action];
        var well = SampleContext.Well(SamplePolicy.Effective()) with { Time = SampleWorkload.At(-15) };
        var result = await Phase(api).RunAsync(SampleContext.Of(incident, well), TestContext.Current.CancellationToken);
        var undo = incident.Status.Actions[^1];
        Assert.Equal((Trigger.UndoPlanned, ActionState.Failed, "Undo", 3, 5), (result.Happening?.Trigger, action.State, undo.Action, undo.FromReplicas, undo.ToReplicas));

        (undo.State, undo.AppliedAt, undo.FieldsHandedBack, undo.TargetGeneration) = (ActionState.Applied, SampleWorkload.At(-14), true, 2);
        well = well with { Time = SampleWorkload.Now, Workload = well.Workload with { Replicas = 5, UpdatedReplicas = 5, TotalReplicas = 5, AvailableReplicas = 5 } };
        result = await Phase(api).RunAsync(SampleContext.Of(incident, well), TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.HandedBack, "HandBackUndone"), (result.Happening?.Trigger, result.Happening?.Reason));
    }

    [Fact]
    public async Task WhoeverSetsOtherReplicasMeanwhileHasTakenOver()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        incident.Status!.Actions = [new ActionRecord { Key = "uid-incident/1", Action = "Scale", State = ActionState.Applied, FromReplicas = 3, ToReplicas = 5, ToRevision = SampleWorkload.Old, TargetGeneration = 2, AppliedAt = SampleWorkload.At(-15), FieldsHandedBack = true }];
        var result = await Phase(api).RunAsync(SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())), TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.NotVerified, "TakenOver"), (result.Happening?.Trigger, result.Happening?.Reason));
    }

    [Theory]
    [InlineData(true, "PolicyGone")]
    [InlineData(false, "WorkloadGone")]
    public async Task AnActionWhoseWorkloadOrPolicyGoesIsNotLeftAsApplied(bool workloadStays, string reason)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        var context = SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())) with { Policy = null, Reading = null };
        var result = await Phase(api).RunAsync(workloadStays ? context : context with { Workload = null }, TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.TargetGone, reason), (result.Happening?.Trigger, result.Happening?.Reason));
        var action = Assert.Single(incident.Status!.Actions);
        Assert.Equal((ActionState.Inconclusive, context.Now, "Rollback/Inconclusive"), (action.State, action.FinishedAt, incident.Status.LastAction));
        Assert.Equal(result.Happening?.Message, action.Message);
    }

    private static VerifyingPhase Phase(FakeApi api) => new(SampleContext.Keeper(api), new Effects(new RollbackEffect(api.Client), new RestartEffect(api.Client), new ScaleEffect(api.Client), new RollingRestartEffect(api.Client)), Interval);
}
