using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Verification;

/// <summary>
/// What alerts add to a check. They are late both ways: one that fires may speak of the time before the action, and so never says that it did not help.
/// Where nothing else saw the trouble, nothing else can tell that it is over, and the check stays unknown until they have resolved. Pure.
/// </summary>
public static class AlertProof
{
    /// <summary>Whether the incident was seen in such states of containers, and in nothing else that was measured here.</summary>
    public static bool IsSeenOnlyIn(IncidentStatus status, IReadOnlyCollection<string> signs)
    {
        var own = status.Signals.Where(signal => !IsAlert(signal)).ToList();
        return own.Count > 0 ? own.TrueForAll(signal => signs.Contains(signal.Name)) : status.Signals.Count == 0;
    }

    /// <summary>The check, held up by the alerts where they are the only witness.</summary>
    public static Check Hold(Check check, IncidentStatus status, WorkloadReading reading)
    {
        var open = reading.Signals.Where(signal => signal is { IsAlert: true, State: not SignalState.Healthy }).ToList();
        if (check.Result != CheckResult.Healthy || open.Count == 0)
        {
            return check;
        }

        var names = string.Join(", ", open.Select(signal => signal.Signal));
        return reading.Policy.Signals.Count == 0 || status.Signals.TrueForAll(IsAlert)
            ? new Check(CheckResult.Unknown, $"{names} has not resolved yet, and nothing else saw the trouble")
            : check with { Message = $"{check.Message}; {names} has not resolved yet" };
    }

    /// <summary>Whether an alert was noted, and nothing that was measured here.</summary>
    public static bool IsAlert(SignalRecord record) => record.Name.StartsWith(SignalReading.AlertPrefix, StringComparison.Ordinal);
}
