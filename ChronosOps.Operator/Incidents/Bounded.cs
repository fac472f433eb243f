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

    /// <summary>The first entries of a list that each assessment writes anew; the rest is counted as omitted from this assessment.</summary>
    public static List<T> Take<T>(IncidentStatus status, IReadOnlyList<T> entries, int limit)
    {
        if (entries.Count > limit)
        {
            status.Omitted = (status.Omitted ?? 0) + entries.Count - limit;
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
            if (!DropSome(status))
            {
                Shorten(status);
                return;
            }
        }
    }

    private static bool Fits(IncidentStatus status) =>
        JsonSerializer.SerializeToUtf8Bytes(status, ChronosJson.Default.IncidentStatus).Length <= StatusLimits.Bytes;

    /// <summary>Drops what tells least.</summary>
    /// <returns>False where nothing may go any more.</returns>
    private static bool DropSome(IncidentStatus status)
    {
        if (status.Decisions.SkipLast(1).FirstOrDefault(decision => decision.Gates.Count > 0) is { } verbose)
        {
            return Drop(status, verbose.Gates, 0, verbose.Gates.Count);
        }

        if (status.Actions.FirstOrDefault(action => action.Checks.Count > 3) is { } checkedAction)
        {
            return Drop(status, checkedAction.Checks, 0);
        }

        if (status.Findings.Count > 0)
        {
            return Omit(status, status.Findings, status.Findings.IndexOf(status.Findings.OrderBy(finding => finding.Strength, StringComparer.Ordinal).First()));
        }

        return status switch
        {
            { Timeline.Count: > 2 } => Drop(status, status.Timeline, 1),
            { Gaps.Count: > 1 } => Omit(status, status.Gaps, status.Gaps.Count - 1),
            { Hypotheses.Count: > 1 } => Omit(status, status.Hypotheses, status.Hypotheses.Count - 1),
            { Decisions.Count: > 1 } => Drop(status, status.Decisions, 0),
            { Decisions: [{ Gates.Count: > 0 } last] } => Drop(status, last.Gates, 0, last.Gates.Count),
            _ => false,
        };
    }

    /// <summary>Of what is kept from the whole incident: gone for good.</summary>
    private static bool Drop<T>(IncidentStatus status, List<T> list, int index, int count = 1)
    {
        list.RemoveRange(index, count);
        status.Dropped = (status.Dropped ?? 0) + count;
        return true;
    }

    /// <summary>Of the last assessment: the next one counts anew.</summary>
    private static bool Omit<T>(IncidentStatus status, List<T> list, int index)
    {
        list.RemoveAt(index);
        status.Omitted = (status.Omitted ?? 0) + 1;
        return true;
    }

    private static void Shorten(IncidentStatus status)
    {
        status.Conditions.ForEach(condition => condition.Message = Cut(condition.Message, Short));
        status.Signals.ForEach(signal => signal.Message = signal.Message is { } text ? Cut(text, Short) : null);
        status.Actions.ForEach(action => action.Message = action.Message is { } text ? Cut(text, Short) : null);
        status.Actions.ForEach(action => action.Checks.ForEach(check => check.Message = check.Message is { } text ? Cut(text, Short) : null));
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
