using ChronosOps.Operator.Incidents;

namespace ChronosOps.Operator.Intake;

/// <summary>What news an alert is for an incident. Notifications come several times, from several Alertmanagers, late, and again every few hours. Pure.</summary>
public static class AlertLedger
{
    /// <summary>That an alert still fires, and with which words, is written down no more often.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(1);

    /// <summary>How far one Alertmanager lags behind another that waits for it (<c>--cluster.peer-timeout</c>, 15 s for each), with room. What still comes later fires: Prometheus was away for a while, and the alert was taken for over.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromMinutes(2);

    /// <summary>What is to be written of the alert; null where what is known says so already, or it says nothing about what is known.</summary>
    public static AlertRecord? Next(AlertRecord? known, ReceivedAlert alert, DateTimeOffset now)
    {
        if (alert.Resolved)
        {
            var ended = Earlier(alert.EndsAt ?? now, now);

            // An end before what is known began is the end of an earlier time.
            return known is null or { EndsAt: not null } || ended < known.StartsAt ? null : known with { EndsAt = ended, SeenAt = now };
        }

        // What began before the end that is known is what ended: an Alertmanager that lags behind another still sends it.
        if (known?.EndsAt is not null && now - known.SeenAt < Lag && IsKnown(known, alert))
        {
            return null;
        }

        var fires = new AlertRecord { Name = alert.Name, StartsAt = Earlier(alert.StartsAt, now), SeenAt = now, Severity = alert.Severity, Summary = alert.Summary };
        if (known is null or { EndsAt: not null })
        {
            return fires;
        }

        // Two Prometheis that watch the same see it begin at different times.
        var since = Earlier(known.StartsAt, fires.StartsAt);
        return since == known.StartsAt && now - known.SeenAt < Freshness ? null : fires with { StartsAt = since };
    }

    /// <summary>Whether what is sent was known before it was over, or its incident: sent again it is no new trouble. It is when it began anew.</summary>
    public static bool IsKnown(AlertRecord? known, ReceivedAlert alert) => known is not null && (alert.StartsAt <= known.StartsAt || alert.StartsAt <= known.EndsAt);

    /// <summary>Whether there is room for one alert more among those that an incident knows, and whose place it takes: of one that is over, or that cannot be read.</summary>
    public static bool HasRoom(IReadOnlyDictionary<string, AlertRecord?> known, string fingerprint, out string? evicted)
    {
        evicted = null;
        if (known.ContainsKey(fingerprint) || known.Count < AlertAnnotations.Most)
        {
            return true;
        }

        evicted = (from one in known
                   where one.Value is not { EndsAt: null }
                   orderby one.Value?.EndsAt
                   select one.Key).FirstOrDefault();
        return evicted is not null;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
