namespace ChronosOps.Operator.Detection;

/// <summary>What the pods of one revision served between two evaluations.</summary>
/// <param name="From">The start of the step.</param>
/// <param name="To">Its end.</param>
/// <param name="Requests">Requests answered.</param>
/// <param name="Errors">Requests answered with 5xx; NaN where some are counted without their status.</param>
/// <param name="Latency">How long they took.</param>
public sealed record TrafficStep(DateTimeOffset From, DateTimeOffset To, double Requests, double Errors, LatencyHistogram Latency)
{
    /// <summary>Steps taken together.</summary>
    /// <param name="steps">The steps, at least one.</param>
    public static TrafficStep Sum(IReadOnlyList<TrafficStep> steps)
    {
        if (steps is [var only])
        {
            return only;
        }

        var (from, to, requests, errors) = (steps[0].From, steps[0].To, 0.0, 0.0);
        var latency = new LatencyHistogram[steps.Count];
        for (var k = 0; k < latency.Length; k++)
        {
            var step = steps[k];
            from = step.From < from ? step.From : from;
            to = step.To > to ? step.To : to;
            requests += step.Requests;
            errors += step.Errors;
            latency[k] = step.Latency;
        }

        return new(from, to, requests, errors, LatencyHistogram.Sum(latency));
    }

    /// <summary>How many requests a second came over all these steps together; null without steps.</summary>
    public static double? RequestsPerSecond(IReadOnlyList<TrafficStep> steps) => steps.Count == 0
        ? null
        : steps.Sum(step => step.Requests) / TimeSpan.FromTicks(steps.Sum(step => (step.To - step.From).Ticks)).TotalSeconds;

    public double ErrorRatio => Requests > 0 ? Math.Min(1, Errors / Requests) : 0;
}

/// <summary>The traffic of one workload over the recent past, by revision. Steps in order of time, all of the same length.</summary>
public sealed record WorkloadTraffic(TimeSpan Step, IReadOnlyDictionary<string, IReadOnlyList<TrafficStep>> ByRevision)
{
    public static readonly WorkloadTraffic None = new(TimeSpan.Zero, new Dictionary<string, IReadOnlyList<TrafficStep>>());

    /// <summary>The steps of one revision.</summary>
    public IReadOnlyList<TrafficStep> Of(string? revision) =>
        revision is not null && ByRevision.TryGetValue(revision, out var steps) ? steps : [];

    /// <summary>The steps of all revisions together.</summary>
    public IReadOnlyList<TrafficStep> Whole() => ByRevision.Count == 1
        ? ByRevision.Values.First()
        : [.. from step in ByRevision.Values.SelectMany(steps => steps)
              group step by step.To into same
              orderby same.Key
              select TrafficStep.Sum([.. same])];

    /// <summary>This, with what was before its first step.</summary>
    public WorkloadTraffic After(WorkloadTraffic earlier)
    {
        var first = ByRevision.Values.Where(steps => steps.Count > 0).Select(steps => steps[0].From).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        return this with
        {
            ByRevision = ByRevision.Keys.Union(earlier.ByRevision.Keys).ToDictionary(
                revision => revision, IReadOnlyList<TrafficStep> (revision) => [.. earlier.Of(revision).Where(step => step.To <= first), .. Of(revision)]),
        };
    }

    /// <summary>The steps of every revision but one, together.</summary>
    public IReadOnlyList<TrafficStep> Except(string? revision) =>
        new WorkloadTraffic(Step, ByRevision.Where(entry => entry.Key != revision).ToDictionary()).Whole();
}

/// <summary>How many observations were at most as long as each upper bound in seconds.</summary>
public sealed record LatencyHistogram(IReadOnlyDictionary<double, double> Cumulative)
{
    public static readonly LatencyHistogram Empty = new(new Dictionary<double, double>());

    public double Total => Cumulative.TryGetValue(double.PositiveInfinity, out var total) ? total : 0;

    /// <summary>Histograms taken together.</summary>
    /// <param name="parts">The histograms.</param>
    public static LatencyHistogram Sum(IReadOnlyList<LatencyHistogram> parts)
    {
        var filled = new List<IReadOnlyDictionary<double, double>>(parts.Count);
        foreach (var part in parts)
        {
            if (part.Cumulative.Count > 0)
            {
                filled.Add(part.Cumulative);
            }
        }

        if (filled.Count < 2)
        {
            return filled.Count == 0 ? Empty : new LatencyHistogram(filled[0]);
        }

        // What was counted is packed, by the same bounds but for a change of them.
        if (Buckets.Sum(filled) is { } added)
        {
            return new LatencyHistogram(added);
        }

        var sum = new Dictionary<double, double>();
        foreach (var (bound, count) in filled.SelectMany(part => part))
        {
            sum[bound] = sum.GetValueOrDefault(bound) + count;
        }

        return new LatencyHistogram(sum);
    }

    /// <summary>
    /// The quantile in seconds as Prometheus' histogram_quantile computes it: linear within the bucket, the highest finite bound where the
    /// quantile lies beyond it. NaN without observations, and with the last bucket alone, which tells no duration.
    /// </summary>
    public double Quantile(double quantile)
    {
        var total = Total;
        if (total <= 0 || Cumulative.Count < 2)
        {
            return double.NaN;
        }

        var rank = quantile * total;
        double previousBound = 0, previousCount = 0;
        var packed = Cumulative as Buckets ?? Buckets.Of(Cumulative);
        for (var k = 0; k < packed.Count; k++)
        {
            var (bound, count) = packed.At(k);
            if (count >= rank)
            {
                return double.IsPositiveInfinity(bound) || count <= previousCount
                    ? previousBound
                    : previousBound + ((bound - previousBound) * (rank - previousCount) / (count - previousCount));
            }

            (previousBound, previousCount) = (bound, count);
        }

        return previousBound;
    }
}
