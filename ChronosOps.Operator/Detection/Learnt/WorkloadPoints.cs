using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection.Learnt;

/// <summary>The counters of requests in a stretch of the past, by namespace and pod.</summary>
/// <param name="Grid">The times of the steps.</param>
/// <param name="Requests">Answered requests.</param>
/// <param name="Errors">Failed ones.</param>
/// <param name="Latency">Durations by bound.</param>
public sealed record PastCounters(IReadOnlyList<DateTimeOffset> Grid, PodIndex Requests, PodIndex Errors, PodIndex Latency);

/// <summary>One series of a workload out of those of its pods, of today and of the past: what a baseline and a trend judge. Pure.</summary>
public static class WorkloadPoints
{
    /// <summary>Of a query: the worst pod at each step. A series without a pod label is the workload's where it is the only one, and the policy names the workload.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="series">All series that the query gave, of whichever namespaces.</param>
    /// <param name="namesOneWorkload">Whether the policy names this one workload.</param>
    public static IReadOnlyList<Point> OfQuery(EffectiveSignal signal, WorkloadSnapshot workload, PodIndex series, bool namesOneWorkload)
    {
        var own = namesOneWorkload && series.Count(workload.Key.Namespace) == 1 && series.WithoutPod(workload.Key.Namespace).Any()
            ? series.WithoutPod(workload.Key.Namespace)
            : Owned(workload, series);
        var lowIsWorse = signal.Baseline?.Direction == BaselineDirection.Below || signal.Trend?.IsFloor == true;
        return [.. from point in own.SelectMany(one => one.Points)
                   where double.IsFinite(point.Value)
                   group point.Value by point.Time into same
                   orderby same.Key
                   select new Point(same.Key, lowIsWorse ? same.Min() : same.Max())];
    }

    /// <summary>Of requests: the share of errors, or the 95th percentile of durations, of all pods together in each step with enough requests.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="traffic">The counters, of whichever namespaces.</param>
    public static IReadOnlyList<Point> OfTraffic(EffectiveSignal signal, WorkloadSnapshot workload, PastCounters traffic)
    {
        if (traffic.Grid.Count < 2)
        {
            return [];
        }

        var sums = new StepSums([.. traffic.Grid]);
        var seen = new Dictionary<string, PodSeen[]>();
        foreach (var one in Owned(workload, traffic.Requests))
        {
            seen[one.Labels["pod"]] = sums.AddRequests(one.AsSpan(), null);
        }

        foreach (var one in Owned(workload, traffic.Errors))
        {
            sums.AddErrors(one.AsSpan(), null, seen.GetValueOrDefault(one.Labels["pod"]));
        }

        foreach (var one in signal.Kind == SignalKind.LatencyP95 ? Owned(workload, traffic.Latency) : [])
        {
            if (TrafficQueries.TryBound(one.Labels.GetValueOrDefault("le"), out var bound))
            {
                sums.AddLatency(bound, one.AsSpan(), null, seen.GetValueOrDefault(one.Labels["pod"]));
            }
        }

        return [.. from step in sums.ToSteps()
                   let value = TrafficJudge.Measure(signal, [step])
                   where value is not null
                   select new Point(step.To, value.Value)];
    }

    /// <summary>Those of its pods of today, and of the pods whose names tell that they were its.</summary>
    private static IEnumerable<Series> Owned(WorkloadSnapshot workload, PodIndex series)
    {
        var (key, today) = (workload.Key, workload.Pods.Select(pod => pod.Name).ToHashSet());
        return today.SelectMany(pod => series.Of(key.Namespace, pod))
            .Concat(from found in series.OfStem(key.Namespace, $"{key.Name}-")
                    where !today.Contains(found.Pod) && PodNames.IsOf(key, found.Pod)
                    select found.Series);
    }
}
