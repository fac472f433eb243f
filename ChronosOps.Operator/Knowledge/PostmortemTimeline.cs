using ChronosOps.Operator.Api;
using static ChronosOps.Operator.Knowledge.PostmortemMarkdown;

namespace ChronosOps.Operator.Knowledge;

/// <summary>Everything of an incident that has a time, in the order in which it happened.</summary>
internal static class PostmortemTimeline
{
    public static IEnumerable<string[]> Rows(IncidentStatus status) =>
        Moments(status)
            .Where(moment => moment.Time is not null)
            .OrderBy(moment => moment.Time)
            .Select(moment => new[] { Time(moment.Time), Since(status.OnsetAt, moment.Time), moment.What });

    private static IEnumerable<(DateTimeOffset? Time, string What)> Moments(IncidentStatus status)
    {
        if (status.Suspect is { } suspect)
        {
            yield return (suspect.StartedAt, $"The rollout of revision {Text(suspect.Hash)} began");
        }

        foreach (var signal in status.Signals)
        {
            yield return (signal.FirstSeen, $"Signal **{Text(signal.Name)}** fired: {Text(signal.Fired ?? signal.Message)}");
        }

        foreach (var finding in status.Findings)
        {
            yield return (finding.Time, $"Evidence {Text(finding.Id)}: {Text(finding.Message)}");
        }

        foreach (var step in status.Timeline)
        {
            yield return (step.Time, $"**{step.Phase}** ({Text(step.Reason)}): {Text(step.Message)}");
        }

        foreach (var decision in status.Decisions)
        {
            yield return (decision.Time, $"Decision on {Text(decision.Action)}: **{Text(decision.Verdict)}**. {Text(decision.Message)}");
        }

        foreach (var action in status.Actions)
        {
            var name = $"{Text(action.Action)}, attempt {action.Attempt}";
            yield return (action.PlannedAt, $"{name}: written down as {Text(action.Key)}");
            yield return (action.AppliedAt, $"{name}: accepted by the API server");
            yield return (action.RolledOutAt, $"{name}: rolled out");
            yield return (action.FinishedAt, $"{name}: {action.State}");
        }
    }
}
