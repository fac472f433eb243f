using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>An incident that a dry run escalated ten minutes ago; its trouble lasts, and its policy is the same.</summary>
public sealed class EscalatedPhaseTests
{
    [Theory]
    [InlineData("DryRun", null, null, PolicyMode.Autonomous, "DryRunEnded")]
    [InlineData("DryRun", "false", null, PolicyMode.Autonomous, "DryRunEnded")]
    [InlineData("DryRun", "true", null, PolicyMode.Autonomous, null)]
    [InlineData("DryRun", null, true, PolicyMode.Autonomous, null)]
    [InlineData("DryRun", null, null, PolicyMode.DryRun, null)]
    [InlineData("CauseUnknown", null, null, PolicyMode.Autonomous, null)]
    public async Task ADryRunThatIsEndedHasTheDecisionTakenAnew(string reason, string? annotation, bool? dryRun, PolicyMode mode, string? expected)
    {
        var incident = SampleContext.In(IncidentPhase.Escalated, "errors");
        incident.Metadata.Annotations = annotation is null ? null : new() { ["chronosops.io/dry-run"] = annotation };
        (incident.Spec.DryRun, incident.Status!.Reason) = (dryRun, reason);
        var reading = SampleContext.Well(SamplePolicy.Effective() with { Mode = mode }) with { Signals = [SampleBundle.Fires("errors", null)] };
        var result = await new EscalatedPhase(TimeSpan.FromSeconds(5)).RunAsync(SampleContext.Of(incident, reading), TestContext.Current.CancellationToken);
        Assert.Equal(expected, result.Happening?.Reason);
        Assert.Equal(expected is not null, result.Happening?.Trigger == Trigger.Reconsidered);
    }
}
