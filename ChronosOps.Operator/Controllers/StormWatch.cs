using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Telemetry;

namespace ChronosOps.Operator.Controllers;

/// <summary>
/// Looks for storms: over all that is watched, and in each namespace by itself, since the outage of a whole namespace is a small share of a large cluster.
/// Jobs do not count: they come and go, and nothing is ever done to them.
/// </summary>
public sealed class StormWatch(IncidentBook book, SignalBoard board, StormLimits limits)
{
    /// <summary>A storm is over long before.</summary>
    private static readonly TimeSpan Horizon = TimeSpan.FromHours(24);

    /// <summary>Whether action in a namespace is held; null where it cannot be told, as before the first evaluation.</summary>
    public StormState? Of(string @namespace, DateTimeOffset now)
    {
        if (board.Watched(null) == 0)
        {
            return null;
        }

        var openings = book.Openings(now - Horizon);
        return (Whole(openings, now) ?? In(@namespace, openings, now)) is { } told
            ? new StormState(IsOn: true, told.Message)
            : new StormState(IsOn: false, limits.Workloads == 0 ? "storms are not looked for" : "no storm of incidents");
    }

    /// <summary>All storms there are: the one over everything, or else one for each namespace that has one.</summary>
    public IReadOnlyList<StormNotice> All(DateTimeOffset now)
    {
        var openings = book.Openings(now - Horizon);
        return Whole(openings, now) is { } whole
            ? [whole]
            : [.. openings.Select(one => one.Namespace).Distinct().Select(name => In(name, openings, now)).OfType<StormNotice>()];
    }

    private StormNotice? Whole(IReadOnlyList<StormOpening> openings, DateTimeOffset now) => Notice("", "everything", openings, board.Watched(null), now);

    private StormNotice? In(string @namespace, IReadOnlyList<StormOpening> openings, DateTimeOffset now) =>
        Notice(@namespace, $"namespace {@namespace}", openings.Where(one => one.Namespace == @namespace), board.Watched(@namespace), now);

    private StormNotice? Notice(string scope, string where, IEnumerable<StormOpening> openings, int watched, DateTimeOffset now) =>
        Storm.At(openings, watched, limits, now) is not { } storm ? null
            : new StormNotice(scope, where, storm, limits.Quiet, $"{storm.Workloads} of the {watched} watched workloads in {where} fell ill since {storm.Since.UtcDateTime:HH:mm:ss'Z'}, the last at {storm.Last.UtcDateTime:HH:mm:ss'Z'}; "
                + $"nothing new is done there until none has for {Quantities.Format(limits.Quiet)}");
}

/// <summary>A storm and what is said of it.</summary>
/// <param name="Scope">Its namespace; empty for all that is watched.</param>
/// <param name="Where">The same in words.</param>
/// <param name="Storm">The storm.</param>
/// <param name="Quiet">It is over when no further workload has fallen ill for so long.</param>
/// <param name="Message">What is said of it, in a sentence.</param>
public sealed record StormNotice(string Scope, string Where, Storm Storm, TimeSpan Quiet, string Message)
{
    /// <summary>The part of it that does not change while it lasts.</summary>
    public string Standing => $"since {Storm.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'} many workloads in {Where} fell ill; nothing new is done there until none has for {Quantities.Format(Quiet)}";

    /// <summary>Whether it holds action in a namespace.</summary>
    public bool Holds(string @namespace) => Scope.Length == 0 || Scope == @namespace;
}

/// <summary>Tells of each storm once: an Event of the incident that made it one, a line in the log, and a metric.</summary>
public sealed class StormTeller(StormWatch watch, IncidentBook book, IncidentJournal journal, ChronosMetrics metrics, ILogger<StormTeller> log)
{
    private readonly HashSet<string> _told = [];

    public async Task TellAsync(DateTimeOffset now, CancellationToken ct)
    {
        var storms = watch.All(now);
        metrics.Storms(storms.Count);
        foreach (var over in _told.Where(scope => storms.All(one => one.Scope != scope)).ToList())
        {
            _told.Remove(over);
            log.LogInformation("The storm of incidents in {Scope} is over", over.Length == 0 ? "everything" : over);
        }

        foreach (var notice in storms.Where(one => _told.Add(one.Scope)))
        {
            log.LogWarning("Storm of incidents: {Message}", notice.Message);
            if (book.Find(notice.Storm.Trigger.Namespace, notice.Storm.Trigger.Incident) is { } incident)
            {
                await journal.TellStormAsync(incident, notice.Message, ct).ConfigureAwait(false);
            }
        }
    }
}
