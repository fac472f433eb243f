using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

public sealed class VerifyingPhaseTests
{
    [Theory]
    [InlineData(true, "PolicyGone")]
    [InlineData(false, "WorkloadGone")]
    public async Task AnActionWhoseWorkloadOrPolicyGoesIsNotLeftAsApplied(bool workloadStays, string reason)
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Verifying, "errors");
        var context = SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())) with { Policy = null, Reading = null };
        var result = await new VerifyingPhase(new RollbackEffect(api.Client)).RunAsync(workloadStays ? context : context with { Workload = null }, TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.TargetGone, reason), (result.Happening?.Trigger, result.Happening?.Reason));
        var action = Assert.Single(incident.Status!.Actions);
        Assert.Equal((ActionState.Inconclusive, context.Now, "Rollback/Inconclusive"), (action.State, action.FinishedAt, incident.Status.LastAction));
        Assert.Equal(result.Happening?.Message, action.Message);
    }
}
