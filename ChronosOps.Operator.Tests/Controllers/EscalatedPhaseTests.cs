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

    [Theory]
    [InlineData(-599, false, null)]
    [InlineData(-600, false, "PolicyGone")]
    [InlineData(-600, true, null)]
    [InlineData(-86400, true, "PolicyGone")]
    public async Task WhereNoPolicyGovernsForAWhileNobodyAsksForItAnyMore(double goneAt, bool isLent, string? expected)
    {
        var incident = SampleContext.In(IncidentPhase.Escalated, "errors");
        incident.Status!.PolicyGoneAt = SampleWorkload.At(goneAt);
        incident.Status.Actions = isLent ? [new ActionRecord { Key = "uid-incident/1", Action = "Scale", State = ActionState.Succeeded, FromReplicas = 3, ToReplicas = 9 }] : [];
        var context = SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())) with { Policy = null, Reading = null };
        var result = await new EscalatedPhase(TimeSpan.FromSeconds(5)).RunAsync(context, TestContext.Current.CancellationToken);
        Assert.Equal(expected, result.Happening?.Reason);
        Assert.Equal(expected is not null && isLent, result.Happening?.Message.Contains("9 replicas stay", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("PolicyInvalid", null, "PolicyChanged")]
    [InlineData("PolicyInvalid", "first", null)]
    [InlineData("CauseUnknown", null, null)]
    public async Task WhatNoLongerStandsInForAnotherPolicyDecidesAnew(string reason, string? standsInFor, string? expected)
    {
        var incident = SampleContext.In(IncidentPhase.Escalated, "errors");
        incident.Status!.Reason = reason;
        var reading = SampleContext.Well(SamplePolicy.Effective() with { StandsInFor = standsInFor }) with { Signals = [SampleBundle.Fires("errors", null)] };
        var result = await new EscalatedPhase(TimeSpan.FromSeconds(5)).RunAsync(SampleContext.Of(incident, reading), TestContext.Current.CancellationToken);
        Assert.Equal(expected, result.Happening?.Reason);
    }
}
