using System.Diagnostics.Metrics;

namespace ChronosOps.Kubernetes;

/// <summary>Requests to the API server, each try of a repeated one by itself.</summary>
internal sealed class RequestMetrics
{
    private readonly Counter<long> total;
    private readonly Histogram<double> duration;
    private readonly Counter<long> retries;

    public RequestMetrics(Meter meter)
    {
        total = meter.CreateCounter<long>("rest_client_requests_total", null, "Requests to the API server, by status, method and host; the status is <error> when there was no answer.");
        duration = meter.CreateHistogram("rest_client_request_duration_seconds", null, "How long the API server took to answer; for a watch until its first bytes.", tags: null, advice: KubernetesMetrics.Seconds);
        retries = meter.CreateCounter<long>("rest_client_request_retries_total", null, "Requests that were sent again, by status, method and host.");
    }

    public void Completed(string method, string host, int status, TimeSpan took)
    {
        total.Add(1, KubernetesMetrics.Tag("code", Code(status)), KubernetesMetrics.Tag("method", method), KubernetesMetrics.Tag("host", host));
        duration.Record(took.TotalSeconds, KubernetesMetrics.Tag("verb", method), KubernetesMetrics.Tag("host", host));
    }

    public void Retried(string method, string host, int status) =>
        retries.Add(1, KubernetesMetrics.Tag("code", Code(status)), KubernetesMetrics.Tag("verb", method), KubernetesMetrics.Tag("host", host));

    private static object Code(int status) => status == 0 ? "<error>" : status;
}
