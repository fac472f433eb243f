using System.Text.Json;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Incidents;

/// <summary>Keeps an incident's status within its limits: what no longer fits is counted, never silently lost.</summary>
public static class Bounded
{
    private const int Short = 64;

    /// <summary>A text of at most <see cref="StatusLimits.Sentence"/> characters.</summary>
    public static string Sentence(string text) => Cut(text, StatusLimits.Sentence);

    /// <summary>Adds an entry; where the list is full the second-oldest goes, since the first tells how it began.</summary>
    public static void Add<T>(IncidentStatus status, List<T> list, int limit, T entry)
    {
        if (list.Count >= limit)
        {
            list.RemoveAt(Math.Min(1, list.Count - 1));
            status.Dropped = (status.Dropped ?? 0) + 1;
        }

        list.Add(entry);
    }

    /// <summary>The first entries of a list; the rest is counted.</summary>
    public static List<T> Take<T>(IncidentStatus status, IReadOnlyList<T> entries, int limit)
    {
        if (entries.Count > limit)
        {
            status.Dropped = (status.Dropped ?? 0) + entries.Count - limit;
        }

        return [.. entries.Take(limit)];
    }

    /// <summary>
    /// Brings the status under <see cref="StatusLimits.Bytes"/> by dropping the least telling entries: old gate verdicts, old checks, weak findings, and so
    /// on. Where all that is not enough (a character may take six bytes in JSON) what is left is cut short. Actions and signals stay.
    /// </summary>
    public static void Fit(IncidentStatus status)
    {
        while (!Fits(status))
        {
            var dropped = DropSome(status);
            if (dropped == 0)
            {
                Shorten(status);
                return;
            }

            status.Dropped = (status.Dropped ?? 0) + dropped;
        }
    }

    private static bool Fits(IncidentStatus status) =>
        JsonSerializer.SerializeToUtf8Bytes(status, ChronosJson.Default.IncidentStatus).Length <= StatusLimits.Bytes;

    /// <summary>Drops what tells least.</summary>
    /// <returns>How many entries went; 0 where none may go.</returns>
    private static int DropSome(IncidentStatus status)
    {
        if (status.Decisions.SkipLast(1).FirstOrDefault(decision => decision.Gates.Count > 0) is { } verbose)
        {
            return Clear(verbose.Gates);
        }

        if (status.Actions.FirstOrDefault(action => action.Checks.Count > 3) is { } checkedAction)
        {
            return RemoveAt(checkedAction.Checks, 0);
        }

        if (status.Findings.Count > 0)
        {
            return RemoveAt(status.Findings, status.Findings.IndexOf(status.Findings.OrderBy(finding => finding.Strength, StringComparer.Ordinal).First()));
        }

        return status switch
        {
            { Timeline.Count: > 2 } => RemoveAt(status.Timeline, 1),
            { Gaps.Count: > 1 } => RemoveAt(status.Gaps, status.Gaps.Count - 1),
            { Hypotheses.Count: > 1 } => RemoveAt(status.Hypotheses, status.Hypotheses.Count - 1),
            { Decisions.Count: > 1 } => RemoveAt(status.Decisions, 0),
            { Decisions: [{ Gates.Count: > 0 } last] } => Clear(last.Gates),
            _ => 0,
        };
    }

    private static int RemoveAt<T>(List<T> list, int index)
    {
        list.RemoveAt(index);
        return 1;
    }

    private static int Clear<T>(List<T> list)
    {
        var count = list.Count;
        list.Clear();
        return count;
    }

    private static void Shorten(IncidentStatus status)
    {
        status.Conditions.ForEach(condition => condition.Message = Cut(condition.Message, Short));
        status.Signals.ForEach(signal => signal.Message = Cut(signal.Message ?? "", Short));
        status.Actions.ForEach(action => action.Message = Cut(action.Message ?? "", Short));
        status.Actions.ForEach(action => action.Checks.ForEach(check => check.Message = Cut(check.Message ?? "", Short)));
    }

    internal static string Cut(string text, int limit)
    {
        if (text.Length <= limit)
        {
            return text;
        }

        // Never between the two halves of one character.
        var end = char.IsHighSurrogate(text[limit - 2]) ? limit - 2 : limit - 1;
        return text[..end] + "…";
    }
}
