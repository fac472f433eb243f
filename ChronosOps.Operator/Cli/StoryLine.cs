using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary>What a line of the story is about.</summary>
internal enum StoryKind
{
    Signal,
    Evidence,
    Gap,
    Hypothesis,
    Gate,
    Decision,
    Check,
    Action,
    Phase,
    Postmortem,
}

/// <summary>One line of the story of an incident.</summary>
/// <param name="Time">When it was known.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Text">What it says.</param>
/// <param name="Phase">The phase that was entered, for lines about phases.</param>
/// <param name="Key">What makes it the same line when the incident is looked at again.</param>
internal sealed record StoryLine(DateTimeOffset? Time, StoryKind Kind, string Text, string Key, IncidentPhase? Phase = null)
{
    private const string Reset = "\u001b[0m";

    /// <summary>As a line for people: time of day in UTC, seconds since onset, what, and the text.</summary>
    public string Render(DateTimeOffset? onset, bool colours)
    {
        var time = Time?.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
        var line = $"{time,-9}  {Since(onset),7}  {(Phase?.ToString() ?? Kind.ToString().ToLowerInvariant()),-10}  {Terminal.Safe(Text)}";
        return colours && Colour() is { } colour ? $"{colour}{line}{Reset}" : line;
    }

    /// <summary>As an object on one line, for scripts.</summary>
    public string ToJson(DateTimeOffset? onset) => new JsonObject
    {
        ["time"] = Time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        ["secondsSinceOnset"] = Time is { } time && onset is { } from ? Math.Round((time - from).TotalSeconds, 3) : null,
        ["kind"] = Kind.ToString(),
        ["phase"] = Phase?.ToString(),
        ["text"] = Text,
    }.ToJsonString();

    private string Since(DateTimeOffset? onset) => Time is { } time && onset is { } from
        ? (time < from ? "-" : "+") + ((long)Math.Round((time - from).Duration().TotalSeconds)).ToString(CultureInfo.InvariantCulture) + "s"
        : "";

    private string? Colour() => (Kind, Phase) switch
    {
        (_, IncidentPhase.Resolved or IncidentPhase.Mitigated) => "\u001b[1;32m",
        (_, IncidentPhase.Escalated or IncidentPhase.Failed) => "\u001b[1;31m",
        (StoryKind.Phase, _) => "\u001b[1;36m",
        (StoryKind.Signal, _) => "\u001b[33m",
        (StoryKind.Action, _) => "\u001b[1m",
        (StoryKind.Gate or StoryKind.Check, _) => "\u001b[2m",
        _ => null,
    };
}
