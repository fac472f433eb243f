using System.Diagnostics.Metrics;

namespace ChronosOps.Kubernetes;

/// <summary>The instruments of all informers. client-go's names where it has one.</summary>
internal sealed class ReflectorMetricsFactory
{
    private static readonly InstrumentAdvice<double> Items = new() { HistogramBucketBoundaries = [1, 10, 100, 1000, 10_000, 100_000] };

    /// <summary>A watch lives 5 to 10 minutes where nothing disturbs it.</summary>
    private static readonly InstrumentAdvice<double> Lives = new() { HistogramBucketBoundaries = [0.1, 1, 10, 60, 180, 300, 420, 600, 900] };

    public ReflectorMetricsFactory(Meter meter)
    {
        Lists = meter.CreateCounter<long>("reflector_lists_total", null, "Lists that filled the cache, by kind.");
        ListDuration = meter.CreateHistogram("reflector_list_duration_seconds", null, "How long it took to fill the cache.", tags: null, advice: KubernetesMetrics.Seconds);
        ListItems = meter.CreateHistogram("reflector_items_per_list", null, "How many objects filled the cache.", tags: null, advice: Items);
        Watches = meter.CreateCounter<long>("reflector_watches_total", null, "Watches that were opened.");
        ShortWatches = meter.CreateCounter<long>("reflector_short_watches_total", null, "Watches that ended within a second and without an event.");
        WatchDuration = meter.CreateHistogram("reflector_watch_duration_seconds", null, "How long watches lived.", tags: null, advice: Lives);
        WatchItems = meter.CreateHistogram("reflector_items_per_watch", null, "How many events watches had, bookmarks too.", tags: null, advice: Items);
        Failures = meter.CreateCounter<long>("reflector_failures_total", null, "Lists and watches that failed, by reason.");
        Undecodable = meter.CreateCounter<long>("reflector_undecodable_objects_total", null, "Objects that could not be read and were skipped.");
        Events = meter.CreateCounter<long>("reflector_events_total", null, "Events of watches, bookmarks too.");
        Version = new ObservedGauge(meter, "reflector_last_resource_version", "name", "The version up to which the cache has everything.");
        Age = new ObservedGauge(meter, "informer_last_event_age_seconds", "name", "How long ago the server last said anything.");
        Objects = new ObservedGauge(meter, "informer_cached_objects", "name", "Objects in the cache.");
        Synced = new ObservedGauge(meter, "informer_synced", "name", "1 once the cache has been filled.");
    }

    public Counter<long> Lists { get; }
    public Histogram<double> ListDuration { get; }
    public Histogram<double> ListItems { get; }
    public Counter<long> Watches { get; }
    public Counter<long> ShortWatches { get; }
    public Histogram<double> WatchDuration { get; }
    public Histogram<double> WatchItems { get; }
    public Counter<long> Failures { get; }
    public Counter<long> Undecodable { get; }
    public Counter<long> Events { get; }
    public ObservedGauge Version { get; }
    public ObservedGauge Age { get; }
    public ObservedGauge Objects { get; }
    public ObservedGauge Synced { get; }

    public ReflectorMetrics Of(string name) => new(this, name);
}

/// <summary>The series of one informer.</summary>
/// <param name="all">The instruments.</param>
/// <param name="name">The kind; and the scope, where the informer holds a part only, or two of one kind would be one series.</param>
internal sealed class ReflectorMetrics(ReflectorMetricsFactory all, string name)
{
    private readonly KeyValuePair<string, object?> tag = KubernetesMetrics.Tag("name", name);

    public void Observe(Func<double?> age, Func<int> objects, Func<bool> synced, Func<double?> version)
    {
        all.Version.Observe(name, version);
        all.Age.Observe(name, age);
        all.Objects.Observe(name, () => objects());
        all.Synced.Observe(name, () => synced() ? 1 : 0);
    }

    public void Listed(TimeSpan took, int items)
    {
        all.Lists.Add(1, tag);
        all.ListDuration.Record(took.TotalSeconds, tag);
        all.ListItems.Record(items, tag);
    }

    public void Watching() => all.Watches.Add(1, tag);

    public void Watched(TimeSpan lived, int events)
    {
        all.WatchDuration.Record(lived.TotalSeconds, tag);
        all.WatchItems.Record(events, tag);
    }

    public void ShortWatch() => all.ShortWatches.Add(1, tag);

    public void Failed(string reason) => all.Failures.Add(1, tag, KubernetesMetrics.Tag("reason", reason));

    public void Undecodable() => all.Undecodable.Add(1, tag);

    public void Event() => all.Events.Add(1, tag);
}
