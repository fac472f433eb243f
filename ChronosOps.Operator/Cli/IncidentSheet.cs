using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Cli;

/// <summary>An incident on one page: where it stands, as against how it came there (<see cref="IncidentStory"/>).</summary>
internal static class IncidentSheet
{
    public const string NotTakenUp = "The operator has not taken it up yet.";
    private const int Width = 12;

    public static async Task Write(TextWriter output, Incident incident)
    {
        foreach (var (label, text) in Lines(incident, incident.Status ?? new IncidentStatus()))
        {
            await output.WriteLineAsync(Terminal.Safe($"{label.PadRight(Width)}{text}").TrimEnd());
        }
    }

    private static IEnumerable<(string Label, string? Text)> Lines(Incident incident, IncidentStatus status)
    {
        yield return ("Incident", incident.Key().ToString());
        yield return ("Workload", $"{incident.Spec.WorkloadRef.Kind} {incident.Spec.WorkloadRef.Name}, policy {status.Policy ?? incident.Spec.PolicyRef?.Name ?? "(none)"}");
        yield return ("Phase", status.Phase is { } phase ? $"{phase} ({status.Reason}): {status.Message}" : NotTakenUp);
        yield return ("Onset", (Terminal.Time(status.OnsetAt) ?? "not known") + After("detected", status.TimeToDetect) + After("mitigated", status.TimeToMitigate));
        foreach (var lines in new[] { Linked(status), Seen(status), Causes(status), Decided(status), Done(status) })
        {
            foreach (var line in lines)
            {
                yield return line;
            }
        }

        if (status.Postmortem is not null)
        {
            yield return ("Postmortem", $"chronosops postmortem {incident.Name()} -n {incident.Namespace()}");
        }
    }

    private static IEnumerable<(string, string?)> Linked(IncidentStatus status)
    {
        if (status.Origin is { } origin)
        {
            yield return ("Origin", $"likely incident {origin}");
        }

        foreach (var link in status.Related)
        {
            yield return ("Related", CallChain.Say(link));
        }

        if (status.Recurrence is { } before)
        {
            yield return ("Before", $"{before.Count} within 24 hours, the last was {before.Previous}");
        }
    }

    private static IEnumerable<(string, string?)> Seen(IncidentStatus status) =>
        status.Signals.Select(signal => ("Signal", (string?)$"{signal.Name} fired: {signal.Fired ?? signal.Message}; now {signal.State}: {signal.Message}"))
            .Concat(status.Gaps.Select(gap => ("Gap", (string?)gap)));

    private static IEnumerable<(string, string?)> Causes(IncidentStatus status) =>
        status.Hypotheses.Select(h => (h.Verdict == "Accepted" ? "Cause" : "Rejected", (string?)$"{h.Cause} ({h.Confidence}), {h.Subject}: {h.Reason}"));

    private static IEnumerable<(string, string?)> Decided(IncidentStatus status)
    {
        if (status.Decisions is not [.., var last])
        {
            yield break;
        }

        yield return ("Decision", $"{last.Action} {last.Verdict} ({last.Reason}): {last.Message}");
        foreach (var gate in last.Gates.Where(gate => gate.Verdict != "Allow"))
        {
            yield return ("  gate", $"{gate.Gate} {gate.Verdict}: {gate.Reason}");
        }
    }

    private static IEnumerable<(string, string?)> Done(IncidentStatus status) =>
        status.Actions.Select(action => ("Action", (string?)$"{action.Action} {action.State}, {On(action)}: {action.Message}"));

    private static string On(ActionRecord action) => action.TargetPod is { } pod ? $"pod {pod}"
        : action.IsRollingRestart ? "all pods"
        : action.ToReplicas is { } replicas ? $"{action.FromReplicas} to {replicas} replicas"
        : $"{action.FromRevision} to {action.ToRevision}";

    private static string After(string what, string? duration) => duration is null ? "" : $", {what} after {duration}";
}
