namespace ChronosOps.Operator.Api;

/// <summary>
/// The queries of the presets that read what the kubelet's cAdvisor measures of containers
/// (https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md). Of a pod the worst container counts. Limits are cAdvisor's too, so
/// that kube-state-metrics is not needed; a container without a limit has no saturation. Pure.
/// </summary>
public static class PresetQueries
{
    private const string By = "by (namespace, pod, container)";

    /// <summary>The kubelet is scraped once a minute at least.</summary>
    private static readonly TimeSpan LastScrape = TimeSpan.FromMinutes(2);

    /// <summary>How long a consumer's queue is by its own account: as Micrometer, OpenTelemetry and the usual rules of the JMX exporter name Kafka's records-lag-max.</summary>
    private const string Lag = "kafka_consumer_fetch_manager_records_lag_max|kafka_consumer_records_lag_max|kafka_consumer_consumer_fetch_manager_metrics_records_lag_max";

    /// <summary>The query of a saturation, or of a queue, in one namespace.</summary>
    public static string Of(SignalKind kind, string @namespace, TimeSpan window) => Of(kind, [@namespace], window);

    /// <summary>The query of a saturation, or of a queue. Gives a series for each namespace and pod.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="namespaces">The namespaces of the policies.</param>
    /// <param name="window">Over how much of the past usage is averaged; of memory, and of a queue, the last value counts.</param>
    /// <param name="pods">Of which pods; null for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has no such query.</exception>
    public static string Of(SignalKind kind, IReadOnlyList<string> namespaces, TimeSpan window, PodEnding? pods = null)
    {
        if (kind == SignalKind.QueueLag)
        {
            return $"max by (namespace, pod) ({{__name__=~\"{Lag}\",{SeriesScope.Matchers(namespaces, pods)}}})";
        }

        var of = Containers(namespaces, pods);
        var rate = $"{of}[{(long)window.TotalSeconds}s]";
        var ratio = kind switch
        {
            SignalKind.CpuSaturation => $"sum {By} (rate(container_cpu_usage_seconds_total{rate})) / sum {By} (container_spec_cpu_quota{of} / container_spec_cpu_period{of})",

            // A container that is idle has no periods at all, and is not throttled.
            SignalKind.CpuThrottling => $"sum {By} (rate(container_cpu_cfs_throttled_periods_total{rate})) / clamp_min(sum {By} (rate(container_cpu_cfs_periods_total{rate})), 0.001)",

            // No limit is a limit of zero here.
            SignalKind.MemorySaturation => $"sum {By} (container_memory_working_set_bytes{of}) / (sum {By} (container_spec_memory_limit_bytes{of}) > 0)",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a saturation"),
        };
        return $"max by (namespace, pod) ({ratio})";
    }

    /// <summary>How many cores each pod uses. No preset: it is asked for where somebody else may be to blame.</summary>
    public static string CpuUse(IReadOnlyList<string> namespaces, TimeSpan window) =>
        $"sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{Containers(namespaces)}[{(long)window.TotalSeconds}s]))";

    /// <summary>
    /// How much of the memory that is left is used up in a second, at the present pace: the reciprocal of the time until the limit. It looks as far back as ahead, in three parts, and
    /// the slowest of the three is the pace: what levels off, as a cache does that is full, and what rises at once, comes to no limit. A container that does not run for so
    /// long is only warming up, as far as anybody can tell, and uses up nothing.
    /// </summary>
    /// <param name="namespaces">The namespaces of the policies.</param>
    /// <param name="horizon">The time until the limit that is too short.</param>
    /// <param name="pods">Of which pods; null for all.</param>
    public static string Growth(IReadOnlyList<string> namespaces, TimeSpan horizon, PodEnding? pods = null)
    {
        var of = Containers(namespaces, pods);
        var part = (long)Math.Ceiling(horizon.TotalSeconds / 3);
        var used = $"container_memory_working_set_bytes{of}";
        var limit = $"(container_spec_memory_limit_bytes{of} > 0)";
        var (newest, middle, oldest) = ($"deriv({used}[{part}s])", $"deriv({used}[{part}s] offset {part}s)", $"deriv({used}[{part}s] offset {2 * part}s)");
        var slowest = $"(({newest} < {middle} or {middle}) < {oldest} or {oldest})";

        // The kubelet gives its samples times of its own: Prometheus goes on showing the last one of a container that is gone.
        var lives = $"timestamp({used}) > time() - {(long)LastScrape.TotalSeconds}";
        var pace = $"max {By} (clamp_min({slowest} and {newest} and {middle} and {used} offset {3 * part}s and {lives}, 0))";
        var left = $"clamp_min(max {By} {limit} - max {By} ({used} and {lives}), 1)";
        return $"max by (namespace, pod) ({pace} / {left}) or 0 * max by (namespace, pod) {limit}";
    }

    /// <summary>The pause container, and the sums over a pod, have no name of a container of their own.</summary>
    private static string Containers(IReadOnlyList<string> namespaces, PodEnding? pods = null) => $"{{{SeriesScope.Matchers(namespaces, pods)},container!=\"\",container!=\"POD\"}}";
}
