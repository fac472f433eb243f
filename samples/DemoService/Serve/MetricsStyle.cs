namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>Which names the request metrics carry.</summary>
internal enum MetricsStyle
{
    /// <summary>As the Prometheus client libraries' HTTP middlewares name them.</summary>
    Prometheus,

    /// <summary>As OpenTelemetry's semantic conventions appear in Prometheus.</summary>
    OpenTelemetry,
}
