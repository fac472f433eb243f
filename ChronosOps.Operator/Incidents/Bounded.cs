using System.Text.Json;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Incidents;

/// <summary>Keeps an incident's status within its limits: what no longer fits is counted, never silently lost.</summary>
public static class Bounded
{
    /// <summary>A text of at most <see cref="StatusLimits.Sentence"/> characters.</summary>
    public static string Sentence(string text) =>
        text.Length <= StatusLimits.Sentence ? text : text[..(StatusLimits.Sentence - 1)] + "…";

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

    /// <summary>Brings the status under <see cref="StatusLimits.Bytes"/> by dropping the least telling entries: old gate verdicts, old checks, then weak findings.</summary>
    public static void Fit(IncidentStatus status)
    {
        while (JsonSerializer.SerializeToUtf8Bytes(status, ChronosJson.Default.IncidentStatus).Length > StatusLimits.Bytes)
        {
            if (!DropOne(status))
            {
                return;
            }

            status.Dropped = (status.Dropped ?? 0) + 1;
        }
    }

    private static bool DropOne(IncidentStatus status)
    {
        var verbose = status.Decisions.SkipLast(1).FirstOrDefault(decision => decision.Gates.Count > 0);
        if (verbose is not null)
        {
            verbose.Gates = [];
            return true;
        }

        var checkedAction = status.Actions.FirstOrDefault(action => action.Checks.Count > 3);
        if (checkedAction is not null)
        {
            checkedAction.Checks.RemoveAt(0);
            return true;
        }

        if (status.Findings.Count > 0)
        {
            status.Findings.Remove(status.Findings.OrderBy(finding => finding.Strength, StringComparer.Ordinal).First());
            return true;
        }

        if (status.Timeline.Count > 2)
        {
            status.Timeline.RemoveAt(1);
            return true;
        }

        return false;
    }
}
