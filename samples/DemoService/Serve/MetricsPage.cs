using System.Globalization;

namespace ChronosOps.Samples.DemoService.Serve;

/// <summary>What <c>/metrics</c> shows.</summary>
internal sealed class MetricsPage(ServeOptions options, RequestMetrics requests, CallMetrics calls, Capacity capacity, FaultBoard faults)
{
    public string Render()
    {
        var page = new Exposition();
        if (options.Metrics == MetricsStyle.Prometheus)
        {
            Counter(page);
            Histogram(page, "http_request_duration_seconds", ("code", "method", "path"));
        }
        else
        {
            Histogram(page, "http_server_request_duration_seconds", ("http_response_status_code", "http_request_method", "http_route"));
        }

        Calls(page);
        Process(page);
        if (capacity.Used is { } used)
        {
            page.Family("demo_capacity_used_ratio", "gauge", "How much of what it can serve is asked for, 0 to 1.").Sample("demo_capacity_used_ratio", used);
        }

        if (options.Consumes)
        {
            page.Family("kafka_consumer_records_lag_max", "gauge", "How many messages the consumer is behind, of the partition in which it is most.")
                .Sample("kafka_consumer_records_lag_max", faults.Strength(FaultKind.QueueLag));
        }

        page.Family("demo_build_info", "gauge", "The version of this process; always 1.").Sample("demo_build_info", 1, ("version", options.Version));
        return page.ToString();
    }

    private void Counter(Exposition page)
    {
        page.Family("http_requests_total", "counter", "Requests served.");
        foreach (var (key, values) in requests.Read())
        {
            page.Sample("http_requests_total", values.Count, ("code", Code(key)), ("method", key.Method), ("path", key.Route));
        }
    }

    private void Histogram(Exposition page, string name, (string Code, string Method, string Route) labels)
    {
        page.Family(name, "histogram", "Duration of HTTP requests in seconds.");
        foreach (var (key, values) in requests.Read())
        {
            Samples(page, name, values, (labels.Code, Code(key)), (labels.Method, key.Method), (labels.Route, key.Route));
        }
    }

    /// <summary>With the names of OpenTelemetry in both styles: the Prometheus client libraries have none for calls that are common.</summary>
    private void Calls(Exposition page)
    {
        const string name = "http_client_request_duration_seconds";
        if (calls.Read() is not { Count: > 0 } made)
        {
            return;
        }

        page.Family(name, "histogram", "Duration of HTTP calls of other services in seconds.");
        foreach (var (key, values) in made)
        {
            (string, string)[] labels = [("http_request_method", "GET"), ("server_address", key.Address), ("server_port", key.Port.ToString(CultureInfo.InvariantCulture)), ("http_response_status_code", key.Status), ("error_type", key.Error)];
            Samples(page, name, values, [.. labels.Where(label => label.Item2.Length > 0)]);
        }
    }

    private static void Samples(Exposition page, string name, DurationSnapshot values, params (string, string)[] labels)
    {
        for (var i = 0; i < values.Cumulative.Count; i++)
        {
            var bound = i < DurationSnapshot.Bounds.Count ? DurationSnapshot.Bounds[i] : double.PositiveInfinity;
            page.Sample(name + "_bucket", values.Cumulative[i], [.. labels, ("le", Exposition.Number(bound))]);
        }

        page.Sample(name + "_sum", values.Sum, labels);
        page.Sample(name + "_count", values.Count, labels);
    }

    private static void Process(Exposition page)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var start = new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0;
        page.Family("process_cpu_seconds_total", "counter", "CPU time used, in seconds.")
            .Sample("process_cpu_seconds_total", process.TotalProcessorTime.TotalSeconds);
        page.Family("process_resident_memory_bytes", "gauge", "Resident memory in bytes.")
            .Sample("process_resident_memory_bytes", process.WorkingSet64);
        page.Family("process_start_time_seconds", "gauge", "Start time since the Unix epoch in seconds.")
            .Sample("process_start_time_seconds", start);
    }

    private static string Code(RequestMetrics.SeriesKey key) => key.Status.ToString(CultureInfo.InvariantCulture);
}
