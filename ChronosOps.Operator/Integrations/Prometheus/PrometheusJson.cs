using System.Text.Json.Serialization;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>The errors of Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/). Results are read by <see cref="MatrixParser"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PrometheusAnswer))]
internal sealed partial class PrometheusJson : JsonSerializerContext;

internal sealed class PrometheusAnswer
{
    public string? Status { get; set; }
    public string? ErrorType { get; set; }
    public string? Error { get; set; }
}
