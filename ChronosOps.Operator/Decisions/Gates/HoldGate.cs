using System.Globalization;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Decisions.Gates;

/// <summary>A person works on the workload, or wants it left alone: nothing is done to it for as long as it is held.</summary>
public sealed class HoldGate : IGate
{
    public string Name => "Hold";

    public GateVerdict Evaluate(GateContext context)
    {
        var annotations = context.Bundle.Workload.Annotations;
        if (!annotations.TryGetValue(ApiGroup.HoldAnnotation, out var value) || value == "false")
        {
            return GateVerdict.Allow("nobody holds the workload");
        }

        var because = annotations.TryGetValue(ApiGroup.HoldReasonAnnotation, out var reason) && reason.Length > 0 ? $" ({reason})" : "";
        if (value == "true")
        {
            return GateVerdict.WaitForPerson("Held", $"a person holds the workload{because}; `chronosops release` ends it");
        }

        if (!DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until))
        {
            return GateVerdict.WaitForPerson("HoldUnreadable", $"{ApiGroup.HoldAnnotation}={value} is neither true, false nor a time such as 2030-01-31T12:00:00Z, so the workload counts as held");
        }

        return until > context.Now
            ? GateVerdict.WaitForPerson("Held", $"a person holds the workload until {until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}{because}; `chronosops release` ends it")
            : GateVerdict.Allow($"the hold ended at {until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}");
    }
}
