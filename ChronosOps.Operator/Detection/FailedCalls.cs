using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Detection;

/// <summary>The query for failed calls, of a service graph or of the callers' own client metrics, and what its answer says. Both ends are of the same, watched namespace. Pure.</summary>
public static class FailedCalls
{
    /// <summary>Failed calls since the counters began, by caller and callee.</summary>
    public static string Query(IEnumerable<string> namespaces)
    {
        var names = string.Join('|', namespaces.Distinct().Order(StringComparer.Ordinal));
        return $"sum by (namespace, client, server) (traces_service_graph_request_failed_total{{namespace=~\"{names}\"}})"
            + " or sum by (source_workload_namespace, source_workload, destination_workload_namespace, destination_workload)"
            + $" (istio_requests_total{{source_workload_namespace=~\"{names}\", destination_workload_namespace=~\"{names}\", response_code=~\"5..\"}})"
            + $" or sum by (namespace, pod, server_address) (http_client_request_duration_seconds_count{{namespace=~\"{names}\", http_response_status_code=~\"5..|\", error_type!=\"\"}})";
    }

    /// <summary>The pairs of which calls failed, each end by the name of its workload. A counter that is there from the start says nothing while it stands still; one that appears has counted from zero.</summary>
    public static IReadOnlySet<(string Namespace, string Caller, string Callee)> In(
        IEnumerable<Series> series, DateTimeOffset start,
        Func<string, string, WorkloadKey?> ownerOfPod, Func<string, string, IEnumerable<WorkloadKey>> targetsOf) =>
        (from one in series
         where Grows(one.Points, start)
         from ends in one.Labels.ContainsKey("server_address") ? OfClient(one.Labels, ownerOfPod, targetsOf) : OfGraph(one.Labels)
         where ends.Namespace.Length > 0 && ends.Caller.Length > 0 && ends.Callee.Length > 0 && ends.Caller != ends.Callee
         select ends).ToHashSet();

    private static bool Grows(IReadOnlyList<Point> points, DateTimeOffset start)
    {
        var known = points.Where(point => double.IsFinite(point.Value)).ToList();
        return known.Count > 0 && ((known[0].Time > start && known[0].Value > 0) || known.Zip(known.Skip(1)).Any(pair => pair.Second.Value > pair.First.Value));
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
