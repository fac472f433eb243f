using System.Globalization;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Intake;

/// <summary>What some alerts change in the annotations of one incident. Pure.</summary>
public sealed class AlertChange
{
    private readonly Dictionary<string, string?> _annotations = [];
    private readonly List<(ReceivedAlert Alert, string Outcome)> _outcomes = [];

    /// <summary>What is written; null takes an annotation away.</summary>
    public IReadOnlyDictionary<string, string?> Annotations => _annotations;

    /// <summary>What becomes of each alert.</summary>
    public IReadOnlyList<(ReceivedAlert Alert, string Outcome)> Outcomes => _outcomes;

    /// <summary>Whether the incident says all of it already.</summary>
    public bool IsEmpty => _annotations.Count == 0;

    /// <summary>The change.</summary>
    /// <param name="incident">The incident; null for one that is still to be opened.</param>
    /// <param name="alerts">The alerts, each once.</param>
    /// <param name="truncated">How many more of the group were left out.</param>
    /// <param name="now">The time.</param>
    public static AlertChange Of(Incident? incident, IReadOnlyList<ReceivedAlert> alerts, long truncated, DateTimeOffset now)
    {
        var change = new AlertChange();
        var known = incident is null ? [] : AlertAnnotations.Read(incident).ToDictionary(one => one.Key, one => Known(incident, one.Key, one.Value));

        // What is over makes room for what fires, wherever it stands in the message.
        foreach (var alert in alerts.OrderBy(alert => !alert.Resolved))
        {
            change._outcomes.Add((alert, change.Add(known, alert, now)));
        }

        if (truncated > 0 && change._annotations.Count > 0)
        {
            change._annotations[AlertAnnotations.Truncated] = truncated.ToString(CultureInfo.InvariantCulture);
        }

        return change;
    }

    /// <summary>The annotations of an incident that has none yet.</summary>
    public Dictionary<string, string> Written() => _annotations.Where(one => one.Value is not null).ToDictionary(one => one.Key, one => one.Value!);

    /// <summary>Of an incident that is over: what does not wait for the next one ended with it at the latest.</summary>
    private static AlertRecord? Known(Incident incident, string fingerprint, AlertRecord? record) =>
        record is { EndsAt: null } && incident.Status?.EndedAt is { } ended && !AlertAnnotations.Waiting(incident).ContainsKey(fingerprint) ? record with { EndsAt = ended } : record;

    private string Add(Dictionary<string, AlertRecord?> known, ReceivedAlert alert, DateTimeOffset now)
    {
        if (AlertLedger.Next(known.GetValueOrDefault(alert.Fingerprint), alert, now) is not { } next)
        {
            return alert.Resolved && !known.ContainsKey(alert.Fingerprint) ? AlertOutcomes.NothingOpen : AlertOutcomes.Repeated;
        }

        var news = known.GetValueOrDefault(alert.Fingerprint) is not { EndsAt: null };
        if (!AlertLedger.HasRoom(known, alert.Fingerprint, out var evicted))
        {
            return AlertOutcomes.TooMany;
        }

        if (evicted is not null)
        {
            known.Remove(evicted);
            _annotations[AlertAnnotations.KeyOf(evicted)] = null;
        }

        known[alert.Fingerprint] = next;
        _annotations[AlertAnnotations.KeyOf(alert.Fingerprint)] = AlertAnnotations.Write(next);
        return alert.Resolved ? AlertOutcomes.Resolved : news ? AlertOutcomes.Merged : AlertOutcomes.Repeated;
    }
}
