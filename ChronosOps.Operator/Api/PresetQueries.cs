namespace ChronosOps.Operator.Api;

/// <summary>
/// The queries of the presets that read what the kubelet's cAdvisor measures of containers
/// (https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md). Of a pod the worst container counts. Limits are cAdvisor's too, so
/// that kube-state-metrics is not needed; a container without a limit has no saturation. Pure.
/// </summary>
public static class PresetQueries
{
    private const string By = "sum by (namespace, pod, container)";

    /// <summary>The query of a saturation.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="namespace">The namespace of the policy.</param>
    /// <param name="window">Over how much of the past usage is averaged; of memory the last value counts.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no saturation.</exception>
    public static string Of(SignalKind kind, string @namespace, TimeSpan window)
    {
        // The pause container, and the sums over a pod, have no name of a container of their own.
        var of = $"{{namespace=\"{@namespace}\",container!=\"\",container!=\"POD\"}}";
        var rate = $"{of}[{(long)window.TotalSeconds}s]";
        var ratio = kind switch
        {
            SignalKind.CpuSaturation => $"{By} (rate(container_cpu_usage_seconds_total{rate})) / {By} (container_spec_cpu_quota{of} / container_spec_cpu_period{of})",

            // A container that is idle has no periods at all, and is not throttled.
            SignalKind.CpuThrottling => $"{By} (rate(container_cpu_cfs_throttled_periods_total{rate})) / clamp_min({By} (rate(container_cpu_cfs_periods_total{rate})), 0.001)",

            // No limit is a limit of zero here.
            SignalKind.MemorySaturation => $"{By} (container_memory_working_set_bytes{of}) / ({By} (container_spec_memory_limit_bytes{of}) > 0)",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a saturation"),
        };
        return $"max by (namespace, pod) ({ratio})";
    }
}
