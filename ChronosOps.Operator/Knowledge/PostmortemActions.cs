using System.Text;
using ChronosOps.Operator.Api;
using static ChronosOps.Operator.Knowledge.PostmortemMarkdown;

namespace ChronosOps.Operator.Knowledge;

/// <summary>The sections on what was decided and done.</summary>
internal static class PostmortemActions
{
    public static void Decisions(StringBuilder page, IncidentStatus status)
    {
        page.Append("## What was decided\n\n");
        if (status.Decisions.Count == 0)
        {
            page.Append("Nothing: it did not come to a decision.\n\n");
        }

        var before = new HashSet<(string, string?, string?)>();
        foreach (var decision in status.Decisions)
        {
            page.Append($"**{Cell(decision.Verdict)}** {Cell(decision.Action)} at {Time(decision.Time)} ({Cell(decision.Reason)}): {Cell(decision.Message)}\n\n");
            Gates(page, decision.Gates, before);
            before = [.. decision.Gates.Select(Said)];
        }
    }

    /// <summary>What each gate said; of a later decision only what the one before has not said already.</summary>
    private static void Gates(StringBuilder page, List<GateRecord> gates, HashSet<(string, string?, string?)> before)
    {
        var news = gates.Where(gate => !before.Contains(Said(gate))).ToList();
        if (news.Count > 0)
        {
            Table(page, ["Gate", "Verdict", "Why"], news.Select(g => new[] { Text(g.Gate), Cell(g.Verdict), Cell(g.Reason) }));
        }

        if (news.Count < gates.Count)
        {
            page.Append($"All others ({gates.Count - news.Count}) said the same as before.\n\n");
        }
    }

    private static (string Gate, string? Verdict, string? Reason) Said(GateRecord gate) => (gate.Gate, gate.Verdict, gate.Reason);

    private static string[][] Replicas(ActionRecord action) => action.Autoscaler is null
        ? [["Replicas", $"{action.FromReplicas} to {action.ToReplicas}"]]
        : [["Autoscaler", Text(action.Autoscaler)], ["Minimum", $"{action.FromReplicas} to {action.ToReplicas}"], ["Maximum", $"{action.FromMaximum} to {action.ToMaximum}"]];

    public static void Actions(StringBuilder page, IncidentStatus status)
    {
        page.Append("## What was done, and whether it helped\n\n");
        if (status.Actions.Count == 0)
        {
            page.Append("Nothing was changed.\n\n");
        }

        foreach (var action in status.Actions)
        {
            page.Append($"**{Cell(action.Action)}** (attempt {action.Attempt}): {action.State?.ToString() ?? "–"}. {Text(action.Message)}\n\n");
            Table(page, ["", ""],
            [
                ["Key", Text(action.Key)],
                .. action.ToReplicas is not null
                    ? Replicas(action)
                    : action.IsRollingRestart
                    ? [["Pods", "all, one after another"], ["Revision", Cell(action.ToRevision)], ["Oldest pod created", Time(action.TargetPodCreatedAt)]]
                    : action.TargetPod is null
                    ? new[] { new[] { "From revision", Cell(action.FromRevision) }, ["To revision", Cell(action.ToRevision)], ["Template from", Cell(action.TargetReplicaSet)] }
                    : [["Pod", Cell(action.TargetPod)], ["UID of the pod", Cell(action.TargetPodUid)], ["Created", Time(action.TargetPodCreatedAt)]],
                ["Written down", Time(action.PlannedAt)],
                ["Accepted", Time(action.AppliedAt)],
                ["Rolled out", Time(action.RolledOutAt)],
                ["Outcome known", Time(action.FinishedAt)],
                ["Measured before", Cell(string.Join(", ", action.Before.Select(m => $"{m.Signal} = {m.Value ?? "unknown"}")))],
            ]);
            if (action.Checks.Count > 0)
            {
                Table(page, ["Check at", "Result", "Measured"], action.Checks.Select(c => new[] { Time(c.Time), Cell(c.Result), Cell(c.Message) }));
            }
        }
    }
}
