namespace ChronosOps.Operator.Detection;

/// <summary>The query for a service graph's failed calls, and what its answer says. Both ends are of the same, watched namespace. Pure.</summary>
public static class FailedCalls
{
    /// <summary>Failed calls since the counters began, by caller and callee.</summary>
    public static string Query(IEnumerable<string> namespaces)
    {
        var names = string.Join('|', namespaces.Distinct().Order(StringComparer.Ordinal));
        return $"sum by (namespace, client, server) (traces_service_graph_request_failed_total{{namespace=~\"{names}\"}})"
            + " or sum by (source_workload_namespace, source_workload, destination_workload_namespace, destination_workload)"
            + $" (istio_requests_total{{source_workload_namespace=~\"{names}\", destination_workload_namespace=~\"{names}\", response_code=~\"5..\"}})";
    }

    /// <summary>The pairs of which calls failed. A counter that is there from the start says nothing while it stands still; one that appears has counted from zero.</summary>
    public static IReadOnlySet<(string Namespace, string Caller, string Callee)> In(IEnumerable<Series> series, DateTimeOffset start) =>
        (from one in series
         where Grows(one.Points, start)
         let ends = Ends(one.Labels)
         where ends is not null
         select ends.Value).ToHashSet();

    private static bool Grows(IReadOnlyList<Point> points, DateTimeOffset start)
    {
        var known = points.Where(point => double.IsFinite(point.Value)).ToList();
        return known.Count > 0 && ((known[0].Time > start && known[0].Value > 0) || known.Zip(known.Skip(1)).Any(pair => pair.Second.Value > pair.First.Value));
    }

    private static (string Namespace, string Caller, string Callee)? Ends(IReadOnlyDictionary<string, string> labels)
    {
        var (space, caller, callee) = labels.ContainsKey("client")
            ? (Of("namespace"), Of("client"), Of("server"))
            : (Of("source_workload_namespace") == Of("destination_workload_namespace") ? Of("source_workload_namespace") : "", Of("source_workload"), Of("destination_workload"));
        return space.Length > 0 && caller.Length > 0 && callee.Length > 0 && caller != callee ? (space, caller, callee) : null;

        string Of(string label) => labels.GetValueOrDefault(label) ?? "";
    }
}
