using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>A rollback of checkout was accepted two minutes ago, and nine of ten requests fail since, where one of five had failed before.</summary>
public sealed class UndoTests
{
    private static readonly EffectivePolicy Policy = SamplePolicy.Effective() with { Signals = [SamplePolicy.Errors() with { Grace = TimeSpan.Zero }] };

    /// <summary>The incident had seen these signals before the rollback; errors are seen since.</summary>
    [Theory]
    [InlineData("WorseThanBefore", "errors")]
    [InlineData("WorseThanBefore", "CrashLoop", "errors")]
    [InlineData("WorseThanBefore", "OutOfMemory")]
    [InlineData("WorseThanBefore", "alert/Pages")]
    [InlineData("WorseAndNotUndone", "CrashLoop")]
    [InlineData("WorseAndNotUndone", "ImagePullFailure", "RolloutNotProgressing", "alert/Pages")]
    public async Task AReleaseThatFailedBeforeItServedIsNotBroughtBack(string reason, params string[] signals)
    {
        using var api = Api();
        var incident = Worse(signals);
        incident.Status!.Signals.Add(new SignalRecord { Name = "latency", State = "Firing", FirstSeen = SampleWorkload.At(-100) });
        var result = await new VerifyingPhase(SampleContext.Assessor(api), SampleContext.Keeper(api), Effects(api), TimeSpan.FromSeconds(15))
            .RunAsync(SampleContext.Of(incident, Reading(45)), TestContext.Current.CancellationToken);
        Assert.Equal((reason, ActionState.Failed), (result.Happening?.Reason, incident.Status.Actions[0].State));
        Assert.Equal(reason == "WorseThanBefore" ? 2 : 1, incident.Status.Actions.Count);
        if (reason == "WorseAndNotUndone")
        {
            Assert.EndsWith($"; it is not taken back: of revision {SampleWorkload.New} nothing was seen but {string.Join(", ", signals.Where(signal => !signal.StartsWith("alert", StringComparison.Ordinal)))}: it failed before it served", result.Happening!.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A gate has the undo wait, and so many of fifty requests fail by now.</summary>
    [Theory]
    [InlineData(45, null)]
    [InlineData(0, "NoLongerWorse")]
    [InlineData(12, "NoLongerWorse")]
    public async Task AnUndoThatWaitedIsDoneOnlyWhileThingsAreWorse(double errors, string? reason)
    {
        using var api = Api();
        var incident = Worse("errors");
        var rollback = incident.Status!.Actions[0];
        rollback.State = ActionState.Failed;
        var workload = SampleWorkload.RolledBack();
        incident.Status.Actions.Add(RollbackPlan.Write("uid-incident", 2, ActionNames.Undo, workload, SampleWorkload.NewRevision, SampleWorkload.At(-60)));
        var result = await new ActingPhase(SampleContext.Assessor(api), SampleContext.Keeper(api), Effects(api)).RunAsync(SampleContext.Of(incident, Reading(errors)), TestContext.Current.CancellationToken);
        Assert.Equal((reason, reason is null ? ActionState.Planned : ActionState.Refused), (result.Happening?.Reason, incident.Status.Actions[1].State));
        Assert.Equal(reason is null ? null : Trigger.Denied, result.Happening?.Trigger);
        Assert.Empty(api.Writes);
        if (reason is null)
        {
            Assert.StartsWith("waiting for EmergencyStop", incident.Status.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The emergency stop cannot be read, which has everything wait.</summary>
    private static FakeApi Api() => new(request => request.PathAndQuery.EndsWith("/deployments/checkout", StringComparison.Ordinal)
        ? new FakeAnswer(200, """{"metadata":{"name":"checkout","namespace":"shop","uid":"uid-checkout","generation":3},"status":{"observedGeneration":3}}""")
        : new FakeAnswer(404));

    private static Effects Effects(FakeApi api) => new(new RollbackEffect(api.Client), new RestartEffect(api.Client), new ScaleEffect(api.Client), new RollingRestartEffect(api.Client));

    private static Incident Worse(params string[] signals)
    {
        var incident = SampleContext.In(IncidentPhase.Verifying, signals);
        var action = incident.Status!.Actions[0];
        (action.AppliedAt, action.RolledOutAt, action.LookedAt) = (SampleWorkload.At(-120), SampleWorkload.At(-110), SampleWorkload.At(-5));
        action.Before = [new MeasureRecord { Signal = "errors", Value = "0.2" }, new MeasureRecord { Signal = "requests per second", Value = "10" }];
        action.Checks = [.. Enumerable.Range(1, 2).Select(k => new CheckRecord { Time = SampleWorkload.At(-15 + (5 * k)), Result = "Unhealthy", MeasuredUntil = SampleWorkload.At(-15 + (5 * k)) })];
        return incident;
    }

    private static WorkloadReading Reading(double errors) =>
        SampleContext.Well(Policy) with { Traffic = SampleTraffic.Of((SampleWorkload.Old, SampleTraffic.Steady(4, 50, errors))) };
}
