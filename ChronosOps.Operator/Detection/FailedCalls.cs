using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>The queries for calls that failed, for all, and for how long they took, of a service graph or of the callers' own client metrics, and what their answers say. Both ends are of the same, watched namespace. Pure.</summary>
public static class FailedCalls
{
    /// <summary>Failed calls since the counters began, by caller and callee.</summary>
    public static string Query(IEnumerable<string> namespaces) => Query(
        namespaces, "traces_service_graph_request_failed_total", ("istio_requests_total", ", response_code=~\"5..\"", ""), ("http_client_request_duration_seconds_count", ", http_response_status_code=~\"5..|\", error_type!=\"\""));

    /// <summary>All calls since the counters began, by caller and callee.</summary>
    public static string QueryOfAll(IEnumerable<string> namespaces) => Query(
        namespaces, "traces_service_graph_request_total", ("istio_requests_total", "", ""), ("http_client_request_duration_seconds_count", ""));

    /// <summary>How many seconds all calls took together since the counters began, by caller and callee.</summary>
    public static string QueryOfSeconds(IEnumerable<string> namespaces) => Query(
        namespaces, "traces_service_graph_request_client_seconds_sum", ("istio_request_duration_milliseconds_sum", "", " / 1000"), ("http_client_request_duration_seconds_sum", ""));

    /// <summary>How many calls, or seconds, were counted of each pair of workloads, by the end of the step, each end by the name of its workload. A counter that is there from the start says nothing while it stands still; one that appears has counted from zero.</summary>
    public static IReadOnlyDictionary<(string Namespace, string Caller, string Callee), IReadOnlyList<Point>> In(
        IEnumerable<Series> series, DateTimeOffset start,
        Func<string, string, WorkloadKey?> ownerOfPod, Func<string, string, IEnumerable<WorkloadKey>> targetsOf) =>
        (from one in series
         let counted = Counted(one.Points, start)
         where counted.Count > 0
         from ends in one.Labels.ContainsKey("server_address") ? OfClient(one.Labels, ownerOfPod, targetsOf) : OfGraph(one.Labels)
         where ends.Namespace.Length > 0 && ends.Caller.Length > 0 && ends.Callee.Length > 0 && ends.Caller != ends.Callee
         group counted by ends)
        .ToDictionary(pair => pair.Key, pair => (IReadOnlyList<Point>)[.. pair.SelectMany(counted => counted)]);

    private static string Query(IEnumerable<string> namespaces, string ofTraces, (string Metric, string Only, string PerUnit) ofMesh, (string Metric, string Only) ofClients)
    {
        var names = string.Join('|', namespaces.Distinct().Order(StringComparer.Ordinal));
        return $"sum by (namespace, client, server) ({ofTraces}{{namespace=~\"{names}\"}})"
            + " or sum by (source_workload_namespace, source_workload, destination_workload_namespace, destination_workload)"
            + $" ({ofMesh.Metric}{{source_workload_namespace=~\"{names}\", destination_workload_namespace=~\"{names}\"{ofMesh.Only}}}){ofMesh.PerUnit}"
            + $" or sum by (namespace, pod, server_address) ({ofClients.Metric}{{namespace=~\"{names}\"{ofClients.Only}}})";
    }

    /// <summary>By how much the counter grew in each step. One that has fallen is a sum of which a part is gone: what it counted meanwhile is not known.</summary>
    private static List<Point> Counted(IReadOnlyList<Point> points, DateTimeOffset start)
    {
        var known = points.Where(point => double.IsFinite(point.Value)).ToList();
        var grown = known.Zip(known.Skip(1), (before, after) => new Point(after.Time, after.Value - before.Value));
        return [.. known.Take(1).Where(point => point.Time > start).Concat(grown).Where(point => point.Value > 0)];
    }

    /// <summary>
    /// By OpenTelemetry's conventions for HTTP clients: a call failed that was answered with 5xx, or not at all. The pod tells the caller, and the address the callee.
    /// </summary>
    private static IEnumerable<(string Namespace, string Caller, string Callee)> OfClient(
        IReadOnlyDictionary<string, string> labels, Func<string, string, WorkloadKey?> ownerOfPod, Func<string, string, IEnumerable<WorkloadKey>> targetsOf)
    {
        var space = Of(labels, "namespace");
        return ownerOfPod(space, Of(labels, "pod")) is { } caller ? targetsOf(space, Of(labels, "server_address")).Select(callee => (space, caller.Name, callee.Name)) : [];
    }

    private static IEnumerable<(string Namespace, string Caller, string Callee)> OfGraph(IReadOnlyDictionary<string, string> labels) => labels.ContainsKey("client")
        ? [(Of(labels, "namespace"), Of(labels, "client"), Of(labels, "server"))]
        : [(Of(labels, "source_workload_namespace") == Of(labels, "destination_workload_namespace") ? Of(labels, "source_workload_namespace") : "", Of(labels, "source_workload"), Of(labels, "destination_workload"))];

    private static string Of(IReadOnlyDictionary<string, string> labels, string label) => labels.GetValueOrDefault(label) ?? "";
}
