using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Cli;

/// <summary>The part of the story that tells what was decided and done, and whether it helped.</summary>
internal static class StoryOfActions
{
    public static IEnumerable<StoryLine> Lines(IncidentStatus status) => status.Decisions.SelectMany(Decision).Concat(status.Actions.SelectMany(Action));

    private static IEnumerable<StoryLine> Decision(DecisionRecord decision)
    {
        foreach (var gate in decision.Gates)
        {
            yield return new(
                decision.Time, StoryKind.Gate, $"{gate.Gate}: {gate.Verdict}, {gate.Reason}", IncidentStory.Same($"gate{decision.Attempt}", gate.Gate, gate.Verdict, gate.Reason));
        }

        yield return new(
            decision.Time, StoryKind.Decision, $"{decision.Action ?? "no action"}: {decision.Verdict} ({decision.Reason}): {decision.Message}", $"decision|{decision.Attempt}|{decision.Action}|{decision.Verdict}|{decision.Reason}");
    }

    private static IEnumerable<StoryLine> Action(ActionRecord action)
    {
        var before = string.Join(", ", action.Before.Select(m => $"{m.Signal} = {m.Value ?? "unknown"}"));
        yield return Step(action.PlannedAt, "written down", $" (key {action.Key}){(before.Length == 0 ? "" : $"; measured before: {before}")}");
        if (action.AppliedAt is not null)
        {
            yield return Step(action.AppliedAt, "accepted by the API server", "");
        }

        if (action.RolledOutAt is not null)
        {
            yield return Step(action.RolledOutAt, "rolled out", "");
        }

        foreach (var check in action.Checks)
        {
            yield return new(check.Time, StoryKind.Check, $"{check.Result}: {check.Message}", $"check|{action.Key}|{check.Time:O}");
        }

        if (action.FinishedAt is not null)
        {
            yield return Step(action.FinishedAt, action.State?.ToString() ?? "ended", $": {action.Message}");
        }

        static string Of(ActionRecord action) => action.TargetPod is { } pod ? $"of pod {pod}"
            : action.IsRollingRestart ? "of all pods"
            : action.ToReplicas is { } replicas ? $"from {action.FromReplicas} to {replicas} replicas"
            : $"from revision {action.FromRevision} to {action.ToRevision}";

        StoryLine Step(DateTimeOffset? time, string what, string more) =>
            new(time, StoryKind.Action, $"{action.Action} {Of(action)} {what}{more}", $"action|{action.Key}|{action.Action}|{what}");
    }
}
