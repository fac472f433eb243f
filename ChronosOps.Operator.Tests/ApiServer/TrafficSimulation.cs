namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Requests spread over the ready pods of a namespace, and the counters of every pod as a scrape would have found them.</summary>
internal sealed class TrafficSimulation
{
    /// <summary>A pod that was not scraped for this long has no series any more.</summary>
    private static readonly TimeSpan Lookback = TimeSpan.FromSeconds(2);
    public static readonly double[] Bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, double.PositiveInfinity];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Sample>> _pods = [];
    private DateTimeOffset? _last;

    /// <summary>Requests per second over all pods.</summary>
    public double RequestsPerSecond { get; set; } = 40;

    /// <summary>How many of them a pod can serve in a second; as many as come where there is no bound. What is more fails.</summary>
    public double? CapacityPerPod { get; set; }

    public IReadOnlyList<string> Pods
    {
        get
        {
            lock (_lock)
            {
                return [.. _pods.Keys];
            }
        }
    }

    /// <summary>Lets the ready pods serve what came in since the last call, and takes a sample of each.</summary>
    public void Serve(IReadOnlyDictionary<string, PodFate> ready)
    {
        var now = TimeProvider.System.GetUtcNow();
        lock (_lock)
        {
            var requests = RequestsPerSecond * (now - (_last ?? now)).TotalSeconds / Math.Max(1, ready.Count);
            var overrun = CapacityPerPod is { } capacity ? Math.Max(0, 1 - (capacity * Math.Max(1, ready.Count) / RequestsPerSecond)) : 0;
            var used = CapacityPerPod is { } most ? Math.Min(1, RequestsPerSecond / (most * Math.Max(1, ready.Count))) : (double?)null;
            _last = now;
            foreach (var (pod, fate) in ready)
            {
                var samples = _pods.TryGetValue(pod, out var known) ? known : _pods[pod] = [];
                var before = samples.Count > 0 ? samples[^1] : new Sample(now, 0, 0, 0, new double[Bounds.Length], 0);
                var share = samples.Count > 0 ? requests : 0;
                samples.Add(new Sample(now, before.Requests + share, before.Errors + (share * Math.Max(overrun, fate.ErrorRatio)), before.ClientErrors + (share * fate.ClientErrorRatio),
                    [.. Bounds.Select((bound, i) => before.Buckets[i] + (fate.LatencySeconds <= bound ? share : 0))], used ?? fate.Gauge));
            }
        }
    }

    /// <summary>Another pod bears the name now, and counts from zero.</summary>
    public void Restart(string pod)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(pod, out var samples))
            {
                samples.Add(new Sample(TimeProvider.System.GetUtcNow(), 0, 0, 0, new double[Bounds.Length], 0));
            }
        }
    }

    /// <summary>What was last scraped from a pod at a time; null where it was not there.</summary>
    public Sample? At(string pod, DateTimeOffset time)
    {
        lock (_lock)
        {
            var found = _pods[pod].FindLast(sample => sample.Time <= time);
            return found is not null && time - found.Time <= Lookback ? found : null;
        }
    }

    /// <summary>The counters of one pod.</summary>
    public sealed record Sample(DateTimeOffset Time, double Requests, double Errors, double ClientErrors, double[] Buckets, double Gauge);
}
