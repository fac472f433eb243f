using ChronosOps.Operator.Api;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>Judges the results of a policy's own queries: by pod, or as one series of the one workload that the policy names. Pure.</summary>
public static class QueryJudge
{
    /// <summary>What was not measured for more steps than this has not lasted.</summary>
    private const int MostSteps = 3;

    /// <summary>Judges one query signal of one workload.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="series">All series that the query gave in the workload's namespace.</param>
    /// <param name="namesOneWorkload">Whether the policy names this one workload.</param>
    /// <param name="step">The distance between the points.</param>
    /// <param name="now">The time of the evaluation.</param>
    public static SignalReading Judge(
        EffectiveSignal signal, WorkloadSnapshot workload, IReadOnlyList<Series> series, bool namesOneWorkload, TimeSpan step, DateTimeOffset now) =>
        Judge(signal, workload, new PodLives(workload), new PodIndex(series, workload.Key.Namespace), namesOneWorkload, step, now);

    /// <summary>Judges one query signal of one workload.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="lives">Its pods by name.</param>
    /// <param name="series">All series that the query gave, of whichever namespaces.</param>
    /// <param name="namesOneWorkload">Whether the policy names this one workload.</param>
    /// <param name="step">The distance between the points.</param>
    /// <param name="now">The time of the evaluation.</param>
    public static SignalReading Judge(
        EffectiveSignal signal, WorkloadSnapshot workload, PodLives lives, PodIndex series, bool namesOneWorkload, TimeSpan step, DateTimeOffset now)
    {
        var podless = series.WithoutPod(workload.Key.Namespace).ToList();
        if (podless.Count > 0)
        {
            return namesOneWorkload && series.Count(workload.Key.Namespace) == 1
                ? JudgePoints(signal, null, podless, step, now)
                : Unknown(signal, "the query must give series with a pod label, or one series where the policy names one workload");
        }

        // What a container took that is gone says nothing, and Prometheus may go on showing it for minutes.
        var living = workload.Pods.Where(pod => !pod.Deleting).Select(pod => pod.Uid).ToHashSet();
        var byRevision = (from found in series.Of(workload, lives)
                          let life = found.Life
                          let one = found.Series
                          where !signal.ReadsContainers || living.Contains(life.Uid)
                          let own = life.NameIsHandedOn ? one with { Points = [.. one.Points.Where(point => life.Covers(point.Time))] } : one
                          where own.Points.Count > 0
                          group own by life.Revision into same
                          select JudgePoints(signal, same.Key, [.. same], step, now)).ToList();

        // A query looks back: of pods that have ended it goes on telling how they were. That counts where nothing is known of those that are there.
        var there = workload.Pods.Where(pod => !pod.Deleting).Select(pod => pod.Revision).ToHashSet();
        return Worst(byRevision.FindAll(reading => there.Contains(reading.Revision)), workload.Current.Revision)
            ?? Worst(byRevision, workload.Current.Revision)
            ?? byRevision.FirstOrDefault()
            ?? Unknown(signal, signal.ReadsContainers ? "there are no cAdvisor series of the workload's pods, or their containers have no such limit" : "the query gives no series for the workload's pods");
    }

    /// <summary>The worst of what is known; null where nothing is.</summary>
    private static SignalReading? Worst(List<SignalReading> readings, string current) =>
        readings.Find(reading => reading.State == SignalState.Firing)
        ?? readings.Find(reading => reading.State == SignalState.Pending)
        ?? readings.Where(reading => reading.State == SignalState.Healthy).OrderByDescending(reading => reading.Revision == current).FirstOrDefault();

    /// <summary>The worst of several series decides.</summary>
    private static SignalReading JudgePoints(EffectiveSignal signal, string? revision, IReadOnlyList<Series> series, TimeSpan step, DateTimeOffset now)
    {
        var worst = (from point in series.SelectMany(one => one.Points)
                     where double.IsFinite(point.Value) && point.Time <= now
                     group point.Value by point.Time into same
                     orderby same.Key
                     select new Point(same.Key, same.Max())).ToList();
        if (worst.Count == 0 || now - worst[^1].Time > step * MostSteps)
        {
            return Unknown(signal, WhyNoValue(series, worst, now - (step * MostSteps), now));
        }

        DateTimeOffset? since = null;
        for (var k = worst.Count - 1; k >= 0 && worst[k].Value >= signal.Threshold && (since ?? worst[k].Time) - worst[k].Time <= step * MostSteps; k--)
        {
            since = worst[k].Time;
        }

        var value = worst[^1].Value;
        var lasted = since is { } from ? worst[^1].Time - from : TimeSpan.Zero;
        return new SignalReading
        {
            Signal = signal.Name,
            IsSaturation = signal.IsSaturation,
            TellsGrowth = signal.Kind == SignalKind.MemoryGrowth,
            Pods = ByPod(signal, series, worst[^1].Time - step, now),
            Revision = revision,
            State = since is null ? SignalState.Healthy : lasted >= signal.For ? SignalState.Firing : SignalState.Pending,
            Value = value,
            MeasuredAt = worst[^1].Time,
            Since = since,
            Message = $"{signal.Describe(value)}{(signal.HasThreshold ? $", limit {signal.Describe(signal.Threshold)}" : "")}{(since is null ? "" : $", for {Quantities.Format(lasted)}")}",
        };
    }

    private static string WhyNoValue(IReadOnlyList<Series> series, List<Point> values, DateTimeOffset since, DateTimeOffset now) =>
        series.Any(one => one.Points.Any(point => point.Time >= since && point.Time <= now)) ? "the query gives no numbers, but NaN or infinity"
        : values.Count > 0 ? $"the newest value of the query is too old: {Quantities.Format(now - values[^1].Time)}"
        : "the query gives no recent value";

    /// <summary>Pods whose last value is older are gone.</summary>
    private static PodValue[] ByPod(EffectiveSignal signal, IReadOnlyList<Series> series, DateTimeOffset since, DateTimeOffset now) =>
    [
        .. from one in series
           where one.Labels.ContainsKey("pod")
           let recent = one.Points.Where(point => point.Time >= since && point.Time <= now && double.IsFinite(point.Value)).ToList()
           where recent.Count > 0
           group recent[^1].Value by one.Labels["pod"] into same
           select new PodValue(same.Key, same.Max(), same.Max() >= signal.Threshold / 2),
    ];

    private static SignalReading Unknown(EffectiveSignal signal, string message) =>
        new() { Signal = signal.Name, State = SignalState.Unknown, Message = message };
}
