namespace ChronosOps.Samples.DemoService.Load;

/// <summary>Exact counts of what happened, in total and since the last summary.</summary>
internal sealed class LoadTally(DateTimeOffset started)
{
    private readonly Lock gate = new();
    private readonly Counts total = new();
    private Counts second = new();
    private List<double> durations = [];
    private DateTimeOffset? firstBad;
    private DateTimeOffset? lastBadEnd;

    public void Record(RequestOutcome outcome)
    {
        lock (gate)
        {
            total.Add(outcome.Kind);
            second.Add(outcome.Kind);
            durations.Add(outcome.Duration.TotalMilliseconds);
            if (outcome.Kind == OutcomeKind.Ok)
            {
                return;
            }

            // Answers arrive out of order; a request that times out was sent before one that failed at once.
            var end = outcome.Sent + outcome.Duration;
            firstBad = firstBad is null || outcome.Sent < firstBad ? outcome.Sent : firstBad;
            lastBadEnd = lastBadEnd is null || end > lastBadEnd ? end : lastBadEnd;
        }
    }

    /// <summary>A request that was due and could not be sent because too many were still unanswered.</summary>
    public void RecordDropped()
    {
        lock (gate)
        {
            total.Dropped++;
            second.Dropped++;
        }
    }

    /// <summary>What completed since the last call.</summary>
    public Summary TakeSecond()
    {
        lock (gate)
        {
            var summary = new Summary(second, Percentile95(durations), firstBad, lastBadEnd, started);
            second = new Counts();
            durations = [];
            return summary;
        }
    }

    /// <summary>Everything so far.</summary>
    public Summary ReadTotal()
    {
        lock (gate)
        {
            return new Summary(total.Copy(), null, firstBad, lastBadEnd, started);
        }
    }

    /// <summary>By nearest rank; null without values.</summary>
    public static double? Percentile95(List<double> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        values.Sort();
        return values[(int)Math.Ceiling(values.Count * 0.95) - 1];
    }

    internal sealed record Summary(Counts Counts, double? P95Milliseconds, DateTimeOffset? FirstBad, DateTimeOffset? LastBadEnd, DateTimeOffset Started);

    internal sealed class Counts
    {
        public long Ok { get; set; }

        public long Failed { get; set; }

        public long Slow { get; set; }

        public long Dropped { get; set; }

        public void Add(OutcomeKind kind)
        {
            switch (kind)
            {
                case OutcomeKind.Ok:
                    Ok++;
                    break;
                case OutcomeKind.Slow:
                    Slow++;
                    break;
                default:
                    Failed++;
                    break;
            }
        }

        public Counts Copy() => (Counts)MemberwiseClone();
    }
}
