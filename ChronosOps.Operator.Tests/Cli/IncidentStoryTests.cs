using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Cli;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli;

public sealed class IncidentStoryTests
{
    private readonly IncidentStory _story = new();

    [Fact]
    public void TellsEverythingInTheOrderInWhichItBecameKnown()
    {
        var lines = _story.Update(SampleIncident.Resolved());
        Assert.Equal(lines.Select(l => l.Time ?? DateTimeOffset.MaxValue).Order(), lines.Select(l => l.Time ?? DateTimeOffset.MaxValue));
        StoryKind[] kinds = [.. lines.Select(l => l.Kind).Distinct()];
        Assert.Equal(Enum.GetValues<StoryKind>().Order(), kinds.Order());
        Assert.True(Index(lines, "BadRelease (0.97)") < Index(lines, "Diagnosed"), "the causes come before the phase that they lead to");
        Assert.True(Index(lines, "EmergencyStop") < Index(lines, "return to revision"), "the gates come before the decision");
        Assert.True(Index(lines, "return to revision") < Index(lines, "written down"), "the decision comes before the action");
    }

    [Fact]
    public void TellsNothingTwice()
    {
        var told = _story.Update(SampleIncident.Resolved());
        Assert.Equal(told.Count, told.Select(l => l.Key).Distinct().Count());
        Assert.Empty(_story.Update(SampleIncident.Resolved()));
    }

    [Fact]
    public void TellsOnlyWhatIsNew()
    {
        var incident = SampleIncident.Resolved();
        var last = incident.Status!.Actions[0].Checks[^1];
        incident.Status.Actions[0].Checks.Remove(last);
        _story.Update(incident);
        incident.Status.Actions[0].Checks.Add(last);
        Assert.Equal("Healthy: errors 0", Assert.Single(_story.Update(incident)).Text);
    }

    [Fact]
    public void AnAnalysisThatIsRepeatedWithOtherNumbersIsNoNews()
    {
        var incident = SampleIncident.Resolved();
        _story.Update(incident);
        incident.Status!.Findings[1].Message = "the new revision fails 29.5% of http_requests_total, the old one 1%";
        (incident.Status.Findings[0].Id, incident.Status.Findings[1].Id) = ("f2", "f1");
        incident.Status.Hypotheses[0].Confidence = "0.93";
        Assert.Empty(_story.Update(incident));
    }

    [Fact]
    public void AHypothesisThatIsRejectedLaterIsNews()
    {
        var incident = SampleIncident.Resolved();
        _story.Update(incident);
        (incident.Status!.Hypotheses[0].Verdict, incident.Status.Hypotheses[0].Reason) = ("Rejected", "it did not help");
        Assert.Contains("Rejected BadRelease", Assert.Single(_story.Update(incident)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AGateThatSpeaksDifferentlyIsNews()
    {
        var incident = SampleIncident.Resolved();
        _story.Update(incident);
        incident.Status!.Decisions.Add(new DecisionRecord
        {
            Time = SampleIncident.At(25),
            Attempt = 1,
            Action = "Rollback",
            Verdict = "Wait",
            Reason = "Stopped",
            Message = "m",
            Gates = [new GateRecord { Gate = "EmergencyStop", Verdict = "Wait", Reason = "stopped by a person" }, new GateRecord { Gate = "Confidence", Verdict = "Allow", Reason = "0.98 is at least 0.8" }],
        });
        Assert.Equal([StoryKind.Gate, StoryKind.Decision], _story.Update(incident).Select(l => l.Kind));
    }

    [Fact]
    public void ASignalThatHasRecoveredIsNews()
    {
        var incident = SampleIncident.Resolved();
        incident.Status!.Signals[0].State = "Firing";
        Assert.Contains(_story.Update(incident), l => l.Text == "errors: 31% of requests fail (limit 5%)" && l.Time == SampleIncident.At(10));
        incident.Status.Signals[0].State = "Healthy";
        var recovered = Assert.Single(_story.Update(incident, SampleIncident.At(62)));
        Assert.StartsWith("errors is Healthy", recovered.Text, StringComparison.Ordinal);
        Assert.Equal(SampleIncident.At(62), recovered.Time);
    }

    /// <summary>Whoever comes later did not see when it happened.</summary>
    [Fact]
    public void WhatWasThereAtTheFirstLookGetsNoTimeOfTheLook()
    {
        var told = _story.Update(SampleIncident.Resolved(), SampleIncident.At(3600));
        Assert.DoesNotContain(told, line => line.Time == SampleIncident.At(3600));
        Assert.Contains(told, line => line.Kind == StoryKind.Postmortem && line.Time is null);
    }

    [Fact]
    public void HasNothingToTellOfAnIncidentThatWasNotTakenUp() => Assert.Empty(_story.Update(new Incident()));

    [Theory]
    [InlineData(15.2, "12:00:15Z     +15s  Acting      why: what")]
    [InlineData(-3, "11:59:57Z      -3s  Acting      why: what")]
    public void RendersTimeSecondsSinceOnsetAndText(double seconds, string rendered) =>
        Assert.Equal(rendered, new StoryLine(SampleIncident.At(seconds), StoryKind.Phase, "why: what", "k", IncidentPhase.Acting).Render(SampleIncident.Onset, false));

    [Fact]
    public void TextOfTheClusterCannotDriveTheTerminal()
    {
        var line = new StoryLine(null, StoryKind.Gap, "a\u001b[2Jb\nc\u202ed", "k");
        Assert.EndsWith("a [2Jb cd", line.Render(null, false), StringComparison.Ordinal);
    }

    [Fact]
    public void ColoursOnlyWhereAllowed()
    {
        var line = new StoryLine(null, StoryKind.Phase, "x", "k", IncidentPhase.Resolved);
        Assert.DoesNotContain('\u001b', line.Render(null, false));
        Assert.StartsWith("\u001b[", line.Render(null, true), StringComparison.Ordinal);
    }

    [Fact]
    public void WritesALineAsJson()
    {
        var json = JsonNode.Parse(new StoryLine(SampleIncident.At(1.5), StoryKind.Phase, "x\ny", "k", IncidentPhase.Acting).ToJson(SampleIncident.Onset))!;
        Assert.Equal("2024-01-01T12:00:01.500Z", json["time"]!.GetValue<string>());
        Assert.Equal(1.5, json["secondsSinceOnset"]!.GetValue<double>());
        Assert.Equal(("Phase", "Acting", "x\ny"), (json["kind"]!.GetValue<string>(), json["phase"]!.GetValue<string>(), json["text"]!.GetValue<string>()));
    }

    private static int Index(IReadOnlyList<StoryLine> lines, string text) => lines.ToList().FindIndex(l => l.Text.Contains(text, StringComparison.Ordinal));
}
