using System.Diagnostics.Metrics;

namespace ChronosOps.Kubernetes;

/// <summary>The instruments of all work queues.</summary>
internal sealed class QueueMetricsFactory
{
    private static readonly InstrumentAdvice<double> Decades = new()
    {
        HistogramBucketBoundaries = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000],
    };

    public QueueMetricsFactory(Meter meter)
    {
        Adds = meter.CreateCounter<long>("workqueue_adds_total", null, "Keys that were added to the queue.");
        Retries = meter.CreateCounter<long>("workqueue_retries_total", null, "Keys that were added again after a failure.");
        QueueDuration = meter.CreateHistogram("workqueue_queue_duration_seconds", null, "How long a key waited for a worker.", tags: null, advice: Decades);
        WorkDuration = meter.CreateHistogram("workqueue_work_duration_seconds", null, "How long a worker had a key.", tags: null, advice: Decades);
        Depth = new ObservedGauge(meter, "workqueue_depth", "name", "Keys that wait for a worker.");
        Unfinished = new ObservedGauge(meter, "workqueue_unfinished_work_seconds", "name", "For how long workers have had the keys that they have now, in sum.");
        Longest = new ObservedGauge(meter, "workqueue_longest_running_processor_seconds", "name", "For how long the slowest worker has had its key.");
    }

    public Counter<long> Adds { get; }
    public Counter<long> Retries { get; }
    public Histogram<double> QueueDuration { get; }
    public Histogram<double> WorkDuration { get; }
    public ObservedGauge Depth { get; }
    public ObservedGauge Unfinished { get; }
    public ObservedGauge Longest { get; }

    public QueueMetrics Of(string name) => new(this, name);
}

/// <summary>The series of one work queue.</summary>
internal sealed class QueueMetrics(QueueMetricsFactory all, string name)
{
    private readonly KeyValuePair<string, object?> tag = KubernetesMetrics.Tag("name", name);

    public void Observe<TKey>(RateLimitedQueue<TKey> queue)
        where TKey : notnull
    {
        all.Depth.Observe(name, () => queue.Count);
        all.Unfinished.Observe(name, () => queue.Unfinished().Sum(time => time.TotalSeconds));
        all.Longest.Observe(name, () => queue.Unfinished().Select(time => time.TotalSeconds).DefaultIfEmpty().Max());
    }

    public void Added() => all.Adds.Add(1, tag);

    public void Retried() => all.Retries.Add(1, tag);

    public void Taken(TimeSpan waited) => all.QueueDuration.Record(waited.TotalSeconds, tag);

    public void Worked(TimeSpan duration) => all.WorkDuration.Record(duration.TotalSeconds, tag);
}
