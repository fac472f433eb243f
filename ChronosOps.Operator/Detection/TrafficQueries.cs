using System.Globalization;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Detection;

/// <summary>
/// The queries behind the HTTP presets. One query serves every workload of every policy: their number does not grow with the number of workloads.
/// Names: the Prometheus client libraries' http_requests_total and http_request_duration_seconds, and OpenTelemetry's semantic convention
/// http.server.request.duration as Prometheus exports it.
/// </summary>
public static class TrafficQueries
{
    private const string ByPod = "sum by (namespace, pod)";
    private const string ByPodAndBound = "sum by (namespace, pod, le)";

    /// <summary>Where the status of an answer stands, by the metric that counts the requests.</summary>
    private static readonly (string Metric, string Label)[] StatusLabels =
    [
        ("http_requests_total", "code"), ("http_requests_total", "status"), ("http_requests_total", "status_code"),
        ("http_server_request_duration_seconds_count", "http_response_status_code"),
        ("http_request_duration_seconds_count", "code"), ("http_request_duration_seconds_count", "status"), ("http_request_duration_seconds_count", "status_code"),
    ];

    /// <summary><see cref="Requests(IReadOnlyList{string}, PodEnding?)"/> for as many namespaces as there are.</summary>
    public static readonly SpannedQuery SpannedRequests = new(nameof(Requests), Requests);

    /// <summary><see cref="Errors"/> for as many namespaces as there are.</summary>
    public static readonly SpannedQuery SpannedErrors = new(nameof(Errors), Errors);

    /// <summary><see cref="Latency"/> for as many namespaces as there are.</summary>
    public static readonly SpannedQuery SpannedLatency = new(nameof(Latency), Latency);

    /// <summary>Requests answered since the pods started.</summary>
    public static string Requests(IReadOnlyList<string> namespaces, PodEnding? pods = null) => Requests(SeriesScope.Matchers(namespaces, pods));

    /// <summary>
    /// Requests answered with 5xx since the pods started. Absent where there was none, and NaN where a pod counts its requests without their status: nobody can tell how many of them failed.
    /// </summary>
    public static string Errors(IReadOnlyList<string> namespaces, PodEnding? pods = null)
    {
        var scope = SeriesScope.Matchers(namespaces, pods);
        return $"{WithStatus(scope, "=~\"5..\"")} or (({Requests(scope)}) unless ({WithStatus(scope, "!=\"\"")})) * NaN";
    }

    /// <summary>Requests by upper bound of their duration since the pods started.</summary>
    public static string Latency(IReadOnlyList<string> namespaces, PodEnding? pods = null)
    {
        var scope = SeriesScope.Matchers(namespaces, pods);
        return $"{ByPodAndBound} (http_server_request_duration_seconds_bucket{{{scope}}}) or {ByPodAndBound} (http_request_duration_seconds_bucket{{{scope}}})";
    }

    /// <summary>Reads a bucket's upper bound.</summary>
    public static bool TryBound(string? text, out double bound)
    {
        if (text is "+Inf" or "Inf")
        {
            bound = double.PositiveInfinity;
            return true;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out bound) && double.IsFinite(bound);
    }

    private static string Requests(string scope) =>
        $"{ByPod} (http_requests_total{{{scope}}}) or {ByPod} (http_server_request_duration_seconds_count{{{scope}}}) or {ByPod} (http_request_duration_seconds_count{{{scope}}})";

    /// <summary>The requests of which the status is told, and is so.</summary>
    private static string WithStatus(string scope, string isSo) => string.Join(" or ", StatusLabels.Select(one => $"{ByPod} ({one.Metric}{{{scope}, {one.Label}{isSo}}})"));
}
