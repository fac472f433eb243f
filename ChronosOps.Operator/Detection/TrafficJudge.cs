using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// Judges the HTTP presets. Two rules. The workload as a whole is beyond the threshold over the window, and each part of the last
/// <c>for</c> is too; not judged during the grace after a rollout began. While old and new revision can be compared the new one
/// is judged by itself at once: a bad release is caught during the grace, and before its share of the traffic lifts the whole. Pure.
/// </summary>
public static class TrafficJudge
{
    /// <summary>With fewer requests than this a part says too little and is joined with its neighbour.</summary>
    internal const double PartRequests = 5;

    /// <summary>Samples older than this many steps no longer tell how things are now.</summary>
    private const int StaleAfterSteps = 3;

    /// <summary>How long after its rollout began a revision is still new.</summary>
    private static readonly TimeSpan NewFor = TimeSpan.FromMinutes(30);

    /// <summary>Judges one signal.</summary>
    public static SignalReading Judge(EffectiveSignal signal, WorkloadSnapshot workload, WorkloadTraffic traffic, DateTimeOffset now)
    {
        var age = now - workload.RolloutStartedAt;
        var current = workload.Current.Revision;
        if (age < NewFor && NewRevisionJudge.Judge(signal, current, traffic, now) is { State: SignalState.Firing or SignalState.Pending } onNew)
        {
            return onNew;
        }

        var whole = JudgeSteps(signal, traffic.Whole(), signal.Threshold, traffic.Step, now);
        return whole.State is SignalState.Firing or SignalState.Pending && age < signal.Grace
            ? whole with { State = SignalState.Unknown, Message = $"in the grace of {Quantities.Format(signal.Grace)} after the rollout began: {whole.Message}" }
            : whole;
    }

    /// <summary>The value of a signal over some steps, or null where there is too little traffic to tell.</summary>
    public static double? Measure(EffectiveSignal signal, IReadOnlyList<TrafficStep> steps)
    {
        if (steps.Count == 0)
        {
            return null;
        }

        var sum = TrafficStep.Sum(steps);
        return EnoughTraffic(signal, sum) ? Value(signal, sum) : null;
    }

    /// <summary>The value over some steps, however little traffic there is; null where it does not exist.</summary>
    public static double? Value(EffectiveSignal signal, TrafficStep sum)
    {
        if (signal.Kind == SignalKind.ErrorRatio)
        {
            // Counters so large that they add up to infinity tell no share.
            return sum.Requests > 0 && double.IsFinite(sum.Requests) && double.IsFinite(sum.Errors) ? sum.ErrorRatio : null;
        }

        var p95 = sum.Latency.Quantile(0.95);
        return double.IsFinite(p95) ? p95 : null;
    }

    internal static SignalReading JudgeSteps(EffectiveSignal signal, IReadOnlyList<TrafficStep> steps, double limit, TimeSpan step, DateTimeOffset now)
    {
        var recent = Last(steps, signal.Window > signal.For + step ? signal.Window : signal.For + step);
        if (recent.Count == 0)
        {
            return Reading(signal, SignalState.Unknown, null, null, "no requests were measured");
        }

        if (now - recent[^1].To > step * StaleAfterSteps)
        {
            return Reading(signal, SignalState.Unknown, null, null, $"the newest measurement is too old: {Quantities.Format(now - recent[^1].To)}");
        }

        // Three fence posts make two stretches: to have lasted for F, one part more than fits into F must be bad.
        var tail = Last(recent, signal.For + step);
        var tailSum = TrafficStep.Sum(tail);
        if (!EnoughTraffic(signal, tailSum))
        {
            var rate = tailSum.Requests / Math.Max(1, (tailSum.To - tailSum.From).TotalSeconds);
            return Reading(signal, SignalState.Unknown, null, null,
                $"too little traffic: {Quantities.Format(rate)} requests/s, {Quantities.Format(signal.MinimumRequestsPerSecond)} are needed");
        }

        var bad = BadSince(signal, recent, limit);
        var value = bad is { } from ? Value(signal, TrafficStep.Sum([.. recent.Where(s => s.From >= from)])) : Value(signal, tailSum);
        if (value is null)
        {
            return Reading(signal, SignalState.Unknown, null, null, WhyNoValue(signal, tailSum));
        }

        if (bad is not { } since || value < limit)
        {
            return Reading(signal, SignalState.Healthy, value, null, Well(signal, value.Value, tail, limit));
        }

        since = since == recent[0].From ? Earliest(signal, steps, recent.Count, limit) : since;
        var lasted = recent[^1].To - since;
        var firing = lasted >= signal.For + step || (signal.For == TimeSpan.Zero && PartsFromNewest(tail).Any());
        var seen = $"{signal.Describe(value.Value)} for {Quantities.Format(lasted)}, limit {signal.Describe(limit)}";
        return Reading(signal, firing ? SignalState.Firing : SignalState.Pending, value, since, seen);
    }

    private static string WhyNoValue(EffectiveSignal signal, TrafficStep sum) => signal.Kind != SignalKind.ErrorRatio ? "no durations were measured"
        : double.IsNaN(sum.Errors) ? "requests are counted without their status (a label code, status, status_code or http_response_status_code), so that nobody can tell how many failed"
        : "the counters of requests make no sense";

    /// <summary>Why a signal is healthy; where the stretch as a whole is beyond the limit it is over, and what it has come to is said too.</summary>
    private static string Well(EffectiveSignal signal, double value, IReadOnlyList<TrafficStep> tail, double limit)
    {
        var seen = $"{signal.Describe(value)}, limit {signal.Describe(limit)}";
        return value >= limit && PartsFromNewest(tail).FirstOrDefault() is { } newest && Value(signal, newest) is { } last ? $"{signal.Describe(last)} again, after {seen}" : seen;
    }

    /// <summary>Since when, without a pause until now, every part was bad; null where the newest is not.</summary>
    private static DateTimeOffset? BadSince(EffectiveSignal signal, IReadOnlyList<TrafficStep> steps, double limit)
    {
        // A share of few requests scatters: a part of the stretch may be as low as half the limit, the whole may not.
        var partLimit = signal.Kind == SignalKind.ErrorRatio ? limit / 2 : limit;
        DateTimeOffset? since = null;
        foreach (var part in PartsFromNewest(steps))
        {
            if (Value(signal, part) is not { } value || value < partLimit)
            {
                break;
            }

            since = part.From;
        }

        return since;
    }

    /// <summary>Since when what was bad for as long as is looked at was so: further back, step by step, as long as each tells enough and is bad by itself.</summary>
    private static DateTimeOffset Earliest(EffectiveSignal signal, IReadOnlyList<TrafficStep> steps, int looked, double limit)
    {
        var first = steps.Count - looked;
        while (first > 0 && steps[first - 1] is var before && before.To == steps[first].From && before.Requests >= PartRequests && Value(signal, before) >= limit)
        {
            first--;
        }

        return steps[first].From;
    }

    /// <summary>The steps, newest first, joined until each part has enough requests to say something.</summary>
    private static IEnumerable<TrafficStep> PartsFromNewest(IReadOnlyList<TrafficStep> steps)
    {
        var (open, requests) = (new List<TrafficStep>(), 0.0);
        for (var k = steps.Count - 1; k >= 0; k--)
        {
            open.Add(steps[k]);
            requests += steps[k].Requests;
            if (requests >= PartRequests)
            {
                yield return TrafficStep.Sum(open);
                open.Clear();
                requests = 0;
            }
        }
    }

    internal static IReadOnlyList<TrafficStep> Last(IReadOnlyList<TrafficStep> steps, TimeSpan span)
    {
        var first = steps.Count;
        while (first > 0 && steps[first - 1].To > steps[^1].To - span)
        {
            first--;
        }

        if (first == 0)
        {
            return steps;
        }

        var last = new TrafficStep[steps.Count - first];
        for (var k = 0; k < last.Length; k++)
        {
            last[k] = steps[first + k];
        }

        return last;
    }

    private static bool EnoughTraffic(EffectiveSignal signal, TrafficStep sum)
    {
        var seconds = (sum.To - sum.From).TotalSeconds;
        return sum.Requests > 0 && seconds > 0 && sum.Requests / seconds >= signal.MinimumRequestsPerSecond;
    }

    private static SignalReading Reading(EffectiveSignal signal, SignalState state, double? value, DateTimeOffset? since, string message) =>
        new() { Signal = signal.Name, State = state, Value = value, Since = since, Message = message };
}
