using System.Text;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;
using static ChronosOps.Operator.Knowledge.PostmortemMarkdown;

namespace ChronosOps.Operator.Knowledge;

/// <summary>Writes what is known of an incident as a page for people. Pure: the same incident gives the same page.</summary>
public static class Postmortem
{
    /// <summary>The key of the page in its ConfigMap.</summary>
    public const string Key = "postmortem.md";

    /// <summary>The most bytes of a page.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>The name of the ConfigMap that holds the page of an incident.</summary>
    public static string ConfigMapName(Incident incident) => ConfigMapNames.Fit("postmortem-" + incident.Name());

    /// <summary>Writes the page.</summary>
    public static string Write(Incident incident)
    {
        var status = incident.Status ?? new IncidentStatus();
        var page = new StringBuilder();
        Head(page, incident, status);
        page.Append("## What happened\n\n");
        Table(page, ["Time", "Since onset", "What"], PostmortemTimeline.Rows(status));
        Evidence(page, status);
        Hypotheses(page, status);
        PostmortemActions.Decisions(page, status);
        PostmortemActions.Actions(page, status);
        page.Append("## Gaps\n\n");
        List(page, "-", status.Gaps.Count == 0 ? ["None: all evidence could be had."] : [.. status.Gaps.Select(Text)]);
        page.Append("## Follow-ups\n\n");
        List(page, "- [ ]", PostmortemFollowUps.Of(incident));
        Reproduce(page, incident, status);
        return Bounded(page.ToString());
    }

    private static void Head(StringBuilder page, Incident incident, IncidentStatus status)
    {
        var workload = incident.Spec.WorkloadRef;
        var accepted = status.Hypotheses.FirstOrDefault(h => h.Verdict == "Accepted");
        page.Append($"# Postmortem: {Text(status.Cause ?? "cause unknown")} of {Text(incident.Namespace())}/{Text(workload.Name)}\n\n");
        Table(page, ["", ""],
        [
            ["Incident", $"{Text(incident.Namespace())}/{Text(incident.Name())}"],
            ["Summary", Cell(incident.Spec.Summary)],
            ["Workload", $"{workload.Kind} {Text(workload.Name)}"],
            ["Policy", Cell(status.Policy)],
            ["Cause", $"{Cell(status.Cause)}{(accepted?.Subject is { } subject ? $": {Text(subject)}" : "")}"],
            ["Confidence", Cell(status.Confidence)],
            ["Outcome", $"{status.Phase?.ToString() ?? "–"} ({Cell(status.Reason)}): {Cell(status.Message)}"],
            ["Last action", Cell(status.LastAction)],
            ["Onset", Time(status.OnsetAt)],
            ["Detected", $"{Time(status.DetectedAt)} ({Cell(status.TimeToDetect)} after onset)"],
            ["Mitigated", $"{Time(status.MitigatedAt)} ({Cell(status.TimeToMitigate)} after onset)"],
            ["Ended", Time(status.EndedAt)],
            ["Suspect", Revision(status.Suspect)],
            ["Known good", Revision(status.KnownGood)],
            .. Further(status),
        ]);
        if (status.Related.Count > 0)
        {
            page.Append("## Incidents of the same chain of calls\n\n");
            Table(page, ["Incident", "Workload", "This workload", "Known by", "Likely origin"], status.Related.Select(link => new[]
            {
                Text(link.Incident), Cell(link.Workload), Cell(link.Relation?.ToString()), Cell(link.KnownBy?.ToString()), link.LikelyOrigin == true ? "yes" : "no",
            }));
        }

        if (status.Dropped > 0)
        {
            page.Append($"{status.Dropped} older entries no longer fitted into the incident and are missing here.\n\n");
        }

        if (status.Omitted > 0)
        {
            page.Append($"{status.Omitted} entries of the last assessment did not fit into the incident and are missing here.\n\n");
        }
    }

    private static IEnumerable<string[]> Further(IncidentStatus status)
    {
        if (status.Origin is { } origin)
        {
            yield return ["Likely origin", $"incident {Text(origin)}"];
        }

        if (status.Recurrence is { } before)
        {
            yield return ["Before", $"{before.Count} within 24 hours, the last was {Cell(before.Previous)}"];
        }
    }

    private static void Evidence(StringBuilder page, IncidentStatus status)
    {
        page.Append("## What the evidence said\n\n");
        Table(page, ["Id", "Kind", "From", "Time", "Strength", "Finding", "Where to look"], status.Findings.Select(f => new[]
        {
            Text(f.Id), Cell(f.Kind), Cell(f.Source), Time(f.Time), Cell(f.Strength), Cell(f.Message), Cell(f.Ref),
        }));
    }

    private static void Hypotheses(StringBuilder page, IncidentStatus status)
    {
        page.Append("## Causes that were considered\n\n");
        Table(page, ["Verdict", "Cause", "Subject", "Confidence", "Why", "For", "Against"], status.Hypotheses.Select(h => new[]
        {
            Cell(h.Verdict), Text(h.Cause), Cell(h.Subject), Cell(h.Confidence), Cell(h.Reason), Cell(string.Join(", ", h.For)), Cell(string.Join(", ", h.Against)),
        }));
    }

    private static void Reproduce(StringBuilder page, Incident incident, IncidentStatus status)
    {
        var kubectl = $"kubectl -n {Word(incident.Namespace())}";
        page.Append("## How to look again\n\n```sh\n")
            .Append($"{kubectl} get incident {Word(incident.Name())} -o yaml\n")
            .Append($"{kubectl} get events --field-selector involvedObject.name={Word(incident.Name())}\n")
            .Append($"{kubectl} rollout history {WorkloadKinds.NameOf(incident.Spec.WorkloadRef.Kind)}/{Word(incident.Spec.WorkloadRef.Name)}\n");
        foreach (var revision in new[] { status.KnownGood, status.Suspect })
        {
            if (revision?.ReplicaSet is { Length: > 0 } replicaSet)
            {
                page.Append($"{kubectl} get replicaset {Word(replicaSet)} -o jsonpath='{{.spec.template}}'\n");
            }

            if (revision?.ControllerRevision is { Length: > 0 } controllerRevision)
            {
                page.Append($"{kubectl} get controllerrevision {Word(controllerRevision)} -o jsonpath='{{.data.spec.template}}'\n");
            }
        }

        page.Append("```\n");
    }

    private static string Revision(RevisionRecord? revision) =>
        revision is null ? "–" : $"{Text(revision.Hash)} (number {Cell(revision.Number)}, ReplicaSet {Cell(revision.ReplicaSet)}, images {Cell(revision.Images)})";

    private static string Bounded(string page)
    {
        if (Encoding.UTF8.GetByteCount(page) <= MaxBytes)
        {
            return page;
        }

        const string Note = "\n\n(The page is longer than may be kept; the rest is left out.)\n";
        var bytes = Encoding.UTF8.GetBytes(page);
        var end = MaxBytes - Note.Length;
        while ((bytes[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return Encoding.UTF8.GetString(bytes, 0, end) + Note;
    }
}
