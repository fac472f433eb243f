using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>The policy goes while the cause is looked for, or the next step is chosen.</summary>
public sealed class PolicyGoneTests
{
    [Theory]
    [InlineData(IncidentPhase.Orienting, true, Trigger.Denied, "PolicyGone")]
    [InlineData(IncidentPhase.Deciding, true, Trigger.Denied, "PolicyGone")]
    [InlineData(IncidentPhase.Orienting, false, Trigger.TargetGone, "TargetGone")]
    [InlineData(IncidentPhase.Deciding, false, Trigger.TargetGone, "TargetGone")]
    public async Task WhileReplicasAreLentItIsAMatterForAPerson(IncidentPhase phase, bool isLent, Trigger trigger, string reason)
    {
        var happening = await RunAsync(phase, isLent, context => context with { Policy = null, Reading = null });
        Assert.Equal((trigger, reason), (happening?.Trigger, happening?.Reason));
        Assert.Equal(isLent, happening!.Message.Contains("9 replicas stay", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(IncidentPhase.Orienting)]
    [InlineData(IncidentPhase.Deciding)]
    public async Task WhereTheWorkloadIsGoneNothingIsLent(IncidentPhase phase) =>
        Assert.Equal(Trigger.TargetGone, (await RunAsync(phase, isLent: true, context => context with { Workload = null, Policy = null, Reading = null }))?.Trigger);

    private static async Task<Happening?> RunAsync(IncidentPhase phase, bool isLent, Func<IncidentContext, IncidentContext> change)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(phase, "errors");
        incident.Status!.Actions = isLent ? [new ActionRecord { Key = "uid-incident/1", Action = "Scale", State = ActionState.Succeeded, ToRevision = SampleWorkload.Old, FromReplicas = 3, ToReplicas = 9 }] : [];
        var context = change(SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())));
        var effects = new Effects(new RollbackEffect(api.Client), new RestartEffect(api.Client), new ScaleEffect(api.Client), new RollingRestartEffect(api.Client));
        IPhase run = phase == IncidentPhase.Orienting
            ? new OrientingPhase(SampleContext.Assessor(api))
            : new DecidingPhase(SampleContext.Assessor(api), SampleContext.Keeper(api), effects, TimeSpan.FromSeconds(5));
        return (await run.RunAsync(context, TestContext.Current.CancellationToken)).Happening;
    }
}
