using System.Text.RegularExpressions;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary>
/// Tells an incident's story: looks at the object again and again, and says each time what is new. Each thing is told once, also where an analysis is
/// repeated and only its numbers have moved.
/// </summary>
internal sealed partial class IncidentStory
{
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>What is new since the last time, in the order in which it became known.</summary>
    /// <param name="incident">The incident as it is now.</param>
    /// <param name="now">The time of what has none of its own, when it is told live.</param>
    public IReadOnlyList<StoryLine> Update(Incident incident, DateTimeOffset? now = null)
    {
        // What was there at the first look became known at a time that nobody has written down.
        var seen = _told.Count > 0 ? now : null;
        return
        [
            .. Everything(incident.Status ?? new IncidentStatus())
                .Where(line => _told.Add(line.Key))
                .Select(line => line with { Time = line.Time ?? seen })
                .OrderBy(line => line.Time ?? DateTimeOffset.MaxValue)
                .ThenBy(line => line.Kind),
        ];
    }

    /// <summary>The last line: how it ended.</summary>
    public static string Ending(Incident incident)
    {
        var status = incident.Status ?? new IncidentStatus();
        string?[] parts =
        [
            status.TimeToDetect is { } detected ? $"detected {detected} after onset" : null,
            status.TimeToMitigate is { } healed ? $"healed {healed} after onset" : null,
            status.Cause is { } cause ? $"cause: {cause}, confidence {status.Confidence}" : null,
            status.Message,
        ];
        return Terminal.Safe($"{status.Phase}: {string.Join("; ", parts.Where(part => !string.IsNullOrEmpty(part)))}");
    }

    private static IEnumerable<StoryLine> Everything(IncidentStatus status) =>
        Signals(status).Concat(Diagnosis(status)).Concat(StoryOfActions.Lines(status)).Concat(Phases(status)).Concat(Page(status));

    private static IEnumerable<StoryLine> Signals(IncidentStatus status)
    {
        foreach (var signal in status.Signals)
        {
            yield return new(signal.FirstSeen, StoryKind.Signal, $"{signal.Name}: {signal.Fired ?? signal.Message}", $"signal|{signal.Name}");
            if (signal.State is not (null or "Firing"))
            {
                yield return new(null, StoryKind.Signal, $"{signal.Name} is {signal.State}: {signal.Message}", $"signal|{signal.Name}|{signal.State}");
            }
        }
    }

    private static IEnumerable<StoryLine> Diagnosis(IncidentStatus status)
    {
        // An analysis has no time of its own: it was known when the phase was left in which it was made.
        var oriented = status.Timeline.LastOrDefault(t => t.Phase is IncidentPhase.Orienting)?.Time;
        var known = status.Timeline.FirstOrDefault(t => t.Time > oriented)?.Time ?? oriented;
        foreach (var finding in status.Findings)
        {
            var reference = string.IsNullOrEmpty(finding.Ref) ? "" : $" [{finding.Ref}]";
            yield return new(known, StoryKind.Evidence, $"{finding.Kind}: {finding.Message}{reference}", Same("finding", finding.Kind, finding.Message));
        }

        foreach (var gap in status.Gaps)
        {
            yield return new(known, StoryKind.Gap, gap, Same("gap", gap));
        }

        foreach (var h in status.Hypotheses)
        {
            yield return new(known, StoryKind.Hypothesis, $"{h.Verdict} {h.Cause} ({h.Confidence}), {h.Subject}: {h.Reason}", Same("hypothesis", h.Cause, h.Subject, h.Verdict));
        }
    }

    private static IEnumerable<StoryLine> Phases(IncidentStatus status) =>
        status.Timeline.Select(t => new StoryLine(t.Time, StoryKind.Phase, $"{t.Reason}: {t.Message}", $"phase|{t.Time:O}|{t.Phase}", t.Phase));

    private static IEnumerable<StoryLine> Page(IncidentStatus status)
    {
        if (status.Postmortem?.ConfigMap is { } map)
        {
            yield return new(null, StoryKind.Postmortem, $"written to ConfigMap {map}", $"postmortem|{map}");
        }
    }

    /// <summary>A key that does not change with the numbers in the texts.</summary>
    internal static string Same(params string?[] parts) => Number().Replace(string.Join('|', parts), "#");

    [GeneratedRegex("[0-9]+([.][0-9]+)?")]
    private static partial Regex Number();
}
