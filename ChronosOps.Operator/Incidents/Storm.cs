namespace ChronosOps.Operator.Incidents;

/// <summary>From when on many incidents at once are a storm.</summary>
/// <param name="Workloads">At least so many workloads fell ill; 0: nothing is ever a storm.</param>
/// <param name="Share">And at least this share of the watched ones, 0 to 1.</param>
/// <param name="Window">Within this time.</param>
/// <param name="Quiet">It is over when no further workload has fallen ill for so long.</param>
public sealed record StormLimits(int Workloads, double Share, TimeSpan Window, TimeSpan Quiet)
{
    /// <summary>High enough that half a dozen unrelated incidents of a small installation are none.</summary>
    public static StormLimits Default { get; } = new(10, 0.3, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5));
}

/// <summary>An incident that was opened because something fired.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Incident">Its name.</param>
/// <param name="Workload">The UID of its workload.</param>
/// <param name="At">When the operator took it up.</param>
public sealed record StormOpening(string Namespace, string Incident, string Workload, DateTimeOffset At);

/// <summary>Many workloads that fell ill at about the same time: what they have in common is not theirs to mend.</summary>
/// <param name="Since">When the first of them did.</param>
/// <param name="Last">When the last of them did.</param>
/// <param name="Workloads">How many did.</param>
/// <param name="Trigger">The incident that made it a storm.</param>
public sealed record Storm(DateTimeOffset Since, DateTimeOffset Last, int Workloads, StormOpening Trigger)
{
    private const double Rounding = 1e-9;

    /// <summary>
    /// The storm that there is at a time; null where there is none. It follows from the incidents alone, so that a restart changes nothing. A workload counts once, so that
    /// one that falls ill again and again does not keep it up.
    /// </summary>
    /// <param name="openings">All incidents of the scope, in any order.</param>
    /// <param name="watched">How many workloads of the scope are watched.</param>
    /// <param name="limits">What makes a storm.</param>
    /// <param name="now">The time.</param>
    public static Storm? At(IEnumerable<StormOpening> openings, int watched, StormLimits limits, DateTimeOffset now)
    {
        if (limits.Workloads == 0)
        {
            return null;
        }

        var (recent, taken) = (new Queue<StormOpening>(), new HashSet<string>());
        Storm? storm = null;
        foreach (var opening in openings.OrderBy(one => one.At).ThenBy(one => one.Incident, StringComparer.Ordinal))
        {
            storm = storm is not null && opening.At - storm.Last > limits.Quiet ? null : storm;
            recent.Enqueue(opening);
            while (opening.At - recent.Peek().At > limits.Window)
            {
                recent.Dequeue();
            }

            if (storm is not null)
            {
                storm = taken.Add(opening.Workload) ? storm with { Last = opening.At, Workloads = taken.Count } : storm;
                continue;
            }

            taken = [.. recent.Select(one => one.Workload)];
            storm = taken.Count >= limits.Workloads && taken.Count >= (limits.Share * watched) - Rounding ? new Storm(recent.Peek().At, opening.At, taken.Count, opening) : null;
        }

        return storm is not null && now - storm.Last <= limits.Quiet ? storm : null;
    }
}
