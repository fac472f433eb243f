using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Intake;

/// <summary>Puts the alerts that an incident knows among the signals of its workload, one reading for each name. Pure.</summary>
/// <param name="expireAfter">When nothing was heard of an alert for so long, nobody knows whether it still fires: longer than Alertmanager's <c>repeat_interval</c>.</param>
public sealed class AlertReadings(TimeSpan expireAfter)
{
    /// <summary>A rule looks back over minutes, and its end is told minutes later.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromMinutes(15);

    /// <summary>The reading with the alerts that an incident keeps, in place of those that it held before.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="keeper">The open incident of the workload, else its last one.</param>
    public WorkloadReading Join(WorkloadReading reading, Incident? keeper)
    {
        var alerts = keeper is null ? [] : Of(keeper, reading.Time);
        return alerts.Count == 0 && !reading.Signals.Any(signal => signal.IsAlert) ? reading : reading with { Signals = [.. reading.Signals.Where(signal => !signal.IsAlert), .. alerts] };
    }

    /// <summary>One reading for each name of an alert. Of an incident that is over those alone that fire and wait for the next one.</summary>
    public IReadOnlyList<SignalReading> Of(Incident incident, DateTimeOffset now)
    {
        var cut = incident.Metadata.Annotations?.GetValueOrDefault(AlertAnnotations.Truncated) is { } text && long.TryParse(text, out var number) && number > 0
            ? $" (Alertmanager left {number} more of the group out)"
            : "";
        if (PhaseTable.IsEnd(incident.Status?.Phase))
        {
            return [.. Of(AlertAnnotations.Waiting(incident).ToDictionary(one => one.Key, one => (AlertRecord?)one.Value), cut, now).Where(signal => signal.State == SignalState.Firing)];
        }

        return Of(AlertAnnotations.Read(incident), cut, now);
    }

    private IReadOnlyList<SignalReading> Of(IReadOnlyDictionary<string, AlertRecord?> alerts, string cut, DateTimeOffset now) =>
    [
        .. from alert in alerts
           group alert by alert.Value?.Name ?? alert.Key into same
           orderby same.Key
           select Reading(same.Key, [.. same.Select(one => one.Value)], cut, now),
    ];

    private SignalReading Reading(string name, List<AlertRecord?> records, string cut, DateTimeOffset now)
    {
        var firing = records.OfType<AlertRecord>().Where(record => record.EndsAt is null).OrderBy(record => record.StartsAt).ToList();
        var heard = firing.Where(record => now - record.SeenAt < expireAfter).ToList();
        var signal = SignalReading.AlertPrefix + name;
        if (heard.FirstOrDefault() is { } first)
        {
            var severity = first.Severity is { } word ? $"{word}: " : "";
            return new SignalReading
            {
                Signal = signal,
                State = SignalState.Firing,
                Since = first.StartsAt,
                HappenedAt = now - Lag,
                Message = $"{severity}{first.Summary ?? "the alert fires and says no more"}{(heard.Count > 1 ? $"; and {heard.Count - 1} more alerts of this name" : "")}{cut}",
            };
        }

        var unknown = firing.Count > 0 ? $"nothing was heard of it for {Quantities.Format(now - firing.Max(record => record.SeenAt))}: is it silenced, or send_resolved off?"
            : records.Contains(null) ? "its annotation cannot be read"
            : null;
        return unknown is null
            ? new SignalReading { Signal = signal, State = SignalState.Healthy, Message = $"resolved at {records.Max(record => record!.EndsAt):yyyy-MM-dd'T'HH:mm:ss'Z'}" }
            : new SignalReading { Signal = signal, State = SignalState.Unknown, Message = unknown };
    }
}
