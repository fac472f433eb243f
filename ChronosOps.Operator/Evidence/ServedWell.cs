using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Evidence;

/// <summary>Whether a revision served well until the trouble began. Pure.</summary>
internal static class ServedWell
{
    /// <summary>So long is no luck.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(15);

    /// <summary>How likely it may be that so many requests went well of a revision that fails as often as the limit says.</summary>
    private const double Luck = 0.05;

    /// <summary>More are never asked for, and as many where latency alone is judged.</summary>
    private const double MostRequests = 100;

    /// <summary>How long it served, without a pause and until the onset, by far within its limits; null where it had not, or so few requests that it may have been luck.</summary>
    public static TimeSpan? Until(DateTimeOffset onset, IReadOnlyList<TrafficStep> steps, IReadOnlyList<EffectiveSignal> signals)
    {
        var well = steps.Where(step => step.To <= onset).Reverse().TakeWhile(step => step.Requests > 0 && signals.All(signal => !(TrafficJudge.Value(signal, step) >= signal.Threshold))).Reverse().ToList();
        if (signals.Count == 0 || well.Count == 0)
        {
            return null;
        }

        var sum = TrafficStep.Sum(well);
        return sum.Requests >= LeastRequests(signals) && signals.All(signal => TrafficJudge.Value(signal, sum) < signal.Threshold / 2) ? well[^1].To - well[0].From : null;
    }

    /// <summary>59 where one request in twenty may fail.</summary>
    private static double LeastRequests(IReadOnlyList<EffectiveSignal> signals)
    {
        var needed = from signal in signals
                     where signal.Kind == SignalKind.ErrorRatio
                     select Math.Ceiling(Math.Log(Luck) / Math.Log(1 - signal.Threshold));
        return Math.Clamp(needed.DefaultIfEmpty(MostRequests).Max(), 1, MostRequests);
    }
}
