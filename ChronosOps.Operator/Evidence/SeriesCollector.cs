using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Evidence;

/// <summary>Each HTTP signal by revision over the last minutes, so that new and old can be compared even when the old pods are gone, and by pod; and the load before and since the onset.</summary>
public sealed class SeriesCollector(ISeriesSources sources, TimeSpan interval) : ICollector
{
    private const int Steps = 60;
    private const int StepsThen = 20;
    private const double LeastRequests = 10;

    /// <summary>The trouble may have begun at the end of the step in which it was first seen, and what a step tells of a pod was read up to a step before.</summary>
    private const int StepsAtOnset = 2;
    private static readonly TimeSpan LeastBefore = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LeastSince = TimeSpan.FromSeconds(3);

    private readonly SpannedReader _reader = new();

    public string Subject => "series by revision";

    public async Task<EvidenceBundle> CollectAsync(EvidenceBundle bundle, CollectionRequest request, CancellationToken cancellationToken)
    {
        var policy = request.Reading.Policy;
        var signals = policy.Signals.Where(signal => signal.CountsRequests).ToList();
        var isMemory = request.Reading.Firing.Any(signal => signal.TellsGrowth || signal.Signal == PodSigns.OutOfMemory);
        if (signals.Count == 0 && !isMemory && !policy.Signals.Any(signal => signal.IsSaturation))
        {
            return bundle;
        }

        var source = sources.Of(policy.Origin);
        var grid = TimeGrid.Until(request.Now, interval, Steps);
        string[] own = [policy.Namespace];
        var builder = await ReadAsync(grid).ConfigureAwait(false);
        var recent = builder.Of(bundle.Workload);
        var traffic = Before(grid[0], request.OnsetAt) is { } before ? recent.After((await ReadAsync(before).ConfigureAwait(false)).Of(bundle.Workload)) : recent;
        var pods = builder.OfPods(bundle.Workload, bundle.Workload.Current.Revision);

        // Which of two revisions, or pods, is ill is told by the threshold: what is usual is known of the workload alone.
        var limited = signals.Where(signal => signal.HasThreshold).ToList();
        var well = ServedWell.Until(request.OnsetAt, traffic.Of(bundle.Workload.Current.Revision), limited);
        return bundle with
        {
            Requests = recent.Whole().Sum(step => step.Requests),
            Load = Horizon(request) is { } horizon ? await OverAsync(horizon).ConfigureAwait(false) : Compare(traffic.Whole(), request.OnsetAt),
            BeganWell = well is not null,
            WellBefore = well >= ServedWell.Long ? well : null,
            Measures =
            [
                .. from signal in limited
                   from revision in traffic.ByRevision
                   let telling = Telling(revision.Value, request.OnsetAt, signal.Window)
                   where telling is not null
                   let value = TrafficJudge.Value(signal, telling.Sum)
                   where value is not null
                   select new RevisionMeasure(signal.Name, revision.Key, value.Value, signal.Threshold, telling.Sum.Requests, signal.Describe(value.Value),
                       revision.Value.Last(step => step.Requests > 0).To, telling.DuringTrouble),
            ],
            PodMeasures =
            [
                .. from signal in limited
                   from pod in pods
                   where bundle.Workload.Pods.Any(one => one.Name == pod.Key && !one.Deleting)
                   let sum = Lately(pod.Value, request.OnsetAt)
                   where sum is not null
                   let value = TrafficJudge.Value(signal, sum)
                   where value is not null
                   select new PodMeasure(signal.Name, pod.Key, value.Value, signal.Threshold, sum.Requests, signal.Describe(value.Value))
                   {
                       WellBefore = ServedWell.Until(request.OnsetAt, pod.Value, [signal]) >= ServedWell.Long,
                       Grace = signal.Grace,
                   },
            ],
        };

        async Task<TrafficBuilder> ReadAsync(List<DateTimeOffset> times)
        {
            var requests = await QueryAsync(TrafficQueries.SpannedRequests, times).ConfigureAwait(false);
            var errors = await QueryAsync(TrafficQueries.SpannedErrors, times).ConfigureAwait(false);
            var latency = signals.Any(signal => signal.Kind == Api.SignalKind.LatencyP95) ? await QueryAsync(TrafficQueries.SpannedLatency, times).ConfigureAwait(false) : null;
            return new TrafficBuilder(new TrafficSeries(times, requests, errors, latency));
        }

        // What is too large for one answer is asked for by its pods, as the evaluations do.
        async Task<IReadOnlyList<Series>> QueryAsync(SpannedQuery query, List<DateTimeOffset> times)
        {
            var read = await _reader.ReadAsync(source, policy.Origin, query, own, new SeriesRange(times[0], times[^1], interval), request.Now, cancellationToken).ConfigureAwait(false);
            return read.Failures.TryGetValue(policy.Namespace, out var why) ? throw why : read.Series;
        }

        // What grows slowly is held against the load of so long ago as its growth was looked at: a load that rises with it rises slowly too.
        async Task<LoadFact?> OverAsync(TimeSpan horizon)
        {
            var then = TimeGrid.Until(request.OnsetAt - horizon, interval, StepsThen);
            var earlier = await QueryAsync(TrafficQueries.SpannedRequests, then).ConfigureAwait(false);
            var before = new TrafficBuilder(new TrafficSeries(then, earlier, [], null)).Of(bundle.Workload).Whole();
            return Compare([.. before, .. traffic.Whole().Where(step => step.From >= request.OnsetAt)], request.OnsetAt);
        }
    }

    /// <summary>The steps before the onset, where an incident has waited so long that those of the last minutes do not reach back to it. Null where they do, and where it is no longer known which pods were there.</summary>
    private List<DateTimeOffset>? Before(DateTimeOffset read, DateTimeOffset onset) =>
        onset - (interval * StepsThen) < read && read - onset < PodMemory.Span ? TimeGrid.Until(onset, interval, StepsThen) : null;

    /// <summary>Over how much of the past the growth that fires was looked at; null where none fires, or no pod is that old.</summary>
    private static TimeSpan? Horizon(CollectionRequest request)
    {
        var growing = request.Reading.Firing.Where(signal => signal.TellsGrowth).Select(signal => signal.Signal).ToHashSet();
        var horizon = request.Reading.Policy.Signals.Where(signal => growing.Contains(signal.Name)).Select(signal => (TimeSpan?)TimeSpan.FromSeconds(1 / signal.Threshold)).Max();
        return request.Reading.Workload.Pods.Any(pod => pod.CreatedAt <= request.OnsetAt - horizon) ? horizon : null;
    }

    /// <summary>The load since the onset beside that before; null where either was measured for too short a time.</summary>
    private static LoadFact? Compare(IReadOnlyList<TrafficStep> steps, DateTimeOffset onset)
    {
        var (before, since) = (steps.Where(step => step.To <= onset).ToList(), steps.Where(step => step.From >= onset).ToList());
        return Length(before) >= LeastBefore && Length(since) >= LeastSince && TrafficStep.RequestsPerSecond(before) is { } earlier && TrafficStep.RequestsPerSecond(since) is { } now
            ? new LoadFact(earlier, now)
            : null;

        static TimeSpan Length(List<TrafficStep> part) => TimeSpan.FromTicks(part.Sum(step => (step.To - step.From).Ticks));
    }

    /// <summary>What a pod served while the trouble lasted; null where that is too little to tell.</summary>
    private static TrafficStep? Lately(IReadOnlyList<TrafficStep> steps, DateTimeOffset onset)
    {
        var part = steps.Where(step => step.To > onset).ToList();
        return part.Sum(step => step.Requests) >= LeastRequests ? TrafficStep.Sum(part) : null;
    }

    /// <summary>What a revision served while the trouble lasted; where it served too little then, what it served right before. An older blip says nothing of now.</summary>
    private Told? Telling(IReadOnlyList<TrafficStep> steps, DateTimeOffset onset, TimeSpan window)
    {
        DateTimeOffset[] starts = [onset + (interval * StepsAtOnset), onset, onset - window, DateTimeOffset.MinValue];
        return starts
            .Select((start, k) => (Part: steps.Where(step => k == 0 ? step.From >= start : step.To > start).ToList(), During: k == 0))
            .Where(told => told.Part.Sum(step => step.Requests) >= LeastRequests)
            .Select(told => new Told(TrafficStep.Sum(told.Part), told.During))
            .FirstOrDefault();
    }

    private sealed record Told(TrafficStep Sum, bool DuringTrouble);
}
