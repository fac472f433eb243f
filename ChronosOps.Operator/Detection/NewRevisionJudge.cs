using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// Judges an HTTP preset of a new revision by itself, beside the old one where that can be measured: a bad release is caught before its share of the traffic lifts the whole, and what both show,
/// or what may be chance, is not blamed on it. Pure.
/// </summary>
internal static class NewRevisionJudge
{
    /// <summary>A new revision that is not worse than the old one by this factor is not blamed for what both show.</summary>
    private const double LeastFactor = 1.5;

    /// <summary>A share of failed requests differs where it lies so many standard deviations from that of the old revision: once in a thousand times by chance.</summary>
    private const double Differs = 3;

    /// <summary>
    /// Errors beside an old revision that is well are clear after two scrapes of the usual 15 s, however long the policy would have the whole watched: so many failed requests, every step
    /// beyond the threshold, and all of them beyond it by so much.
    /// </summary>
    private static readonly TimeSpan ClearAfter = TimeSpan.FromSeconds(30);
    private const double ClearErrors = 5;
    private const double ClearFactor = 2;

    /// <summary>What is said of the new revision; null where it is not to blame by itself, and the workload is judged as a whole.</summary>
    public static SignalReading? Judge(EffectiveSignal signal, string current, WorkloadTraffic traffic, DateTimeOffset now)
    {
        var fresh = traffic.Of(current);
        if (fresh.Count == 0)
        {
            return null;
        }

        var beside = TrafficJudge.Last(traffic.Except(current), signal.Window);
        var old = TrafficJudge.Measure(signal, beside);
        var limit = signal.Threshold;
        if (old is { } reference && signal.CompareFactor > 0)
        {
            limit = Math.Min(limit, Math.Max(reference * signal.CompareFactor, signal.Threshold / 2));
        }

        var reading = TrafficJudge.JudgeSteps(signal, fresh, limit, traffic.Step, now);

        // Beside an old revision that is itself ill the new one must be far worse.
        var farWorse = old >= signal.Threshold ? Math.Max(signal.CompareFactor, LeastFactor) : LeastFactor;
        if (reading.Value < old * farWorse || (old is not null && MayBeChance(signal, reading, fresh, beside)))
        {
            return null;
        }

        if (old < signal.Threshold && signal.CompareFactor > 0 && IsClear(signal, reading, fresh))
        {
            reading = reading with { State = SignalState.Firing };
        }

        var comparison = old is { } value ? $"; the old revision has {signal.Describe(value)}" : "";
        return reading with { Revision = current, Reference = old, Limit = limit, Message = $"new revision {current}: {reading.Message}{comparison}" };
    }

    /// <summary>Whether two shares of failed requests are as far apart now and then though nothing differs (a two-proportion z-test). Of durations it is not known how they scatter.</summary>
    private static bool MayBeChance(EffectiveSignal signal, SignalReading reading, IReadOnlyList<TrafficStep> fresh, IReadOnlyList<TrafficStep> beside)
    {
        if (signal.Kind != SignalKind.ErrorRatio || reading.Since is not { } since)
        {
            return false;
        }

        var (one, other) = (TrafficStep.Sum([.. fresh.Where(step => step.From >= since)]), TrafficStep.Sum(beside));
        var share = (one.Errors + other.Errors) / (one.Requests + other.Requests);
        var deviation = Math.Sqrt(share * (1 - share) * ((1 / one.Requests) + (1 / other.Requests)));
        return one.ErrorRatio - other.ErrorRatio < Differs * deviation;
    }

    /// <summary>Whether what is on its way needs no longer look. Latency does: what has just started is slow for a while.</summary>
    private static bool IsClear(EffectiveSignal signal, SignalReading reading, IReadOnlyList<TrafficStep> fresh)
    {
        if (signal.Kind != SignalKind.ErrorRatio || reading is not { State: SignalState.Pending, Since: { } since } || reading.Value < signal.Threshold * ClearFactor)
        {
            return false;
        }

        var bad = fresh.Where(step => step.From >= since).ToList();
        return bad.Count >= 2 && bad[^1].To - since >= ClearAfter && bad.Sum(step => step.Errors) >= ClearErrors
            && bad.TrueForAll(step => step.Requests >= TrafficJudge.PartRequests && step.ErrorRatio >= signal.Threshold);
    }
}
