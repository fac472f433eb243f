using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Controllers.Phases;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

public sealed class GoverningPolicyTests
{
    private static readonly EffectivePolicy Other = SamplePolicy.Effective() with { Name = "other", Uid = "uid-other" };

    [Fact]
    public void AnotherPolicyThatComesToGovernIsWrittenDown()
    {
        var incident = SampleContext.In(IncidentPhase.Escalated, "errors");
        var context = SampleContext.Of(incident, SampleContext.Well(Other));
        GoverningPolicy.Note(context);
        Assert.Equal(("other", null), (incident.Status!.Policy, incident.Status.PolicyGeneration));
        var note = incident.Status.Timeline[^1];
        Assert.Equal(("PolicyReplaced", "policy other governs the workload now, instead of checkout", IncidentPhase.Escalated), (note.Reason, note.Message, note.Phase));
        Assert.Equal(SampleWorkload.At(-600), context.Entered);
        GoverningPolicy.Note(context);
        Assert.Equal(2, incident.Status.Timeline.Count);
    }

    [Fact]
    public void ThePolicyThatGovernsAllAlongIsNoNews()
    {
        var incident = SampleContext.In(IncidentPhase.Escalated, "errors");
        GoverningPolicy.Note(SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective())));
        Assert.Single(incident.Status!.Timeline);
        Assert.Equal(1, incident.Status.PolicyGeneration);
    }

    [Fact]
    public async Task AnEscalatedIncidentIsReconsideredUnderTheNewPolicy()
    {
        var reading = SampleContext.Well(Other) with { Signals = [SampleBundle.Fires("errors", null)] };
        var context = SampleContext.Of(SampleContext.In(IncidentPhase.Escalated, "errors"), reading);
        GoverningPolicy.Note(context);
        var result = await new EscalatedPhase(TimeSpan.FromSeconds(5)).RunAsync(context, TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.Reconsidered, "PolicyChanged"), (result.Happening?.Trigger, result.Happening?.Reason));
    }

    [Fact]
    public async Task APolicyThatIsMadeAnewUnderItsNameIsAnotherOne()
    {
        var incident = SampleContext.In(IncidentPhase.Escalated, "errors");
        incident.Status!.PolicyUid = "uid-before";
        var context = SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective()) with { Signals = [SampleBundle.Fires("errors", null)] });
        GoverningPolicy.Note(context);
        Assert.Equal(("PolicyReplaced", "policy checkout was made anew"), (incident.Status.Timeline[^1].Reason, incident.Status.Timeline[^1].Message));
        GoverningPolicy.Note(context);
        Assert.Equal(2, incident.Status.Timeline.Count);
        var result = await new EscalatedPhase(TimeSpan.FromSeconds(5)).RunAsync(context, TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.Reconsidered, "PolicyChanged"), (result.Happening?.Trigger, result.Happening?.Reason));
    }

    /// <summary>A label that is taken away and given back, for instance: nothing of the policy itself has changed.</summary>
    [Fact]
    public async Task WhatGovernsAgainAfterNothingDidHasTheDecisionTakenAnew()
    {
        var incident = SampleContext.In(IncidentPhase.Escalated, "errors");
        var context = SampleContext.Of(incident, SampleContext.Well(SamplePolicy.Effective()) with { Signals = [SampleBundle.Fires("errors", null)] });
        GoverningPolicy.Note(context with { Policy = null });
        GoverningPolicy.Note(context with { Policy = null, Now = context.Now.AddSeconds(15) });
        Assert.Equal(context.Now, incident.Status!.PolicyGoneAt);
        Assert.Single(incident.Status.Timeline);
        GoverningPolicy.Note(context);
        Assert.Null(incident.Status.PolicyGoneAt);
        var result = await new EscalatedPhase(TimeSpan.FromSeconds(5)).RunAsync(context, TestContext.Current.CancellationToken);
        Assert.Equal((Trigger.Reconsidered, "PolicyChanged"), (result.Happening?.Trigger, result.Happening?.Reason));
    }

    [Fact]
    public async Task TheAssessmentNotesUnderWhichPolicyItWasMade()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var incident = SampleContext.In(IncidentPhase.Deciding, "errors");
        var reading = SampleContext.Well(SamplePolicy.Effective() with { Generation = 7 });
        await SampleContext.Assessor(api).AssessAsync(SampleContext.Of(incident, reading), reading, TestContext.Current.CancellationToken);
        Assert.Equal(("uid-policy", 7), (incident.Status!.PolicyUid, incident.Status.PolicyGeneration));
    }

    [Theory]
    [InlineData(IncidentSource.Operator, "checkout", true, "other")]
    [InlineData(IncidentSource.Person, "checkout", true, null)]
    [InlineData(IncidentSource.Person, "other", true, "other")]
    [InlineData(IncidentSource.Person, null, true, "other")]
    [InlineData(IncidentSource.Person, "checkout", false, "other")]
    public void APersonsReferenceGuardsAgainstAnotherPolicy(IncidentSource source, string? reference, bool takenUp, string? governs)
    {
        var incident = SampleContext.In(IncidentPhase.Deciding, "errors");
        incident.Spec.Source = source;
        incident.Spec.PolicyRef = reference is null ? null : new LocalReference { Name = reference };
        incident.Status!.Policy = takenUp ? "checkout" : null;
        Assert.Equal(governs, GoverningPolicy.Of(incident, Other)?.Name);
    }
}
