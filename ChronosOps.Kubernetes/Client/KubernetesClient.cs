using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>A connection to one API server. Thread-safe; make one per process.</summary>
public sealed class KubernetesClient : IDisposable
{
    private readonly RequestSender sender;
    private readonly ApiDiscovery discovery;

    public KubernetesClient(KubernetesClientConfiguration config, TimeProvider? time = null, params DelegatingHandler[] handlers)
    {
        Configuration = config;
        Time = time ?? TimeProvider.System;
        sender = new RequestSender(config, Time, HttpPipeline.Build(config, handlers), Metrics.Requests);
        discovery = new ApiDiscovery(sender, Time);
    }

    public KubernetesClientConfiguration Configuration { get; }

    /// <summary>What this client, its informers, controllers and electors measure.</summary>
    public KubernetesMetrics Metrics { get; } = new();

    internal TimeProvider Time { get; }

    /// <summary>The operations on one kind.</summary>
    public GenericClient<T> For<T>(ResourceType<T> type)
        where T : class, IKubernetesObject<V1ObjectMeta> => new(sender, type, Time, Metrics);

    /// <summary>Sends any request: the escape hatch for kinds without a model.</summary>
    /// <returns>The answer's JSON, or null for an empty body.</returns>
    /// <exception cref="KubernetesException">The server refused, or did not answer.</exception>
    public Task<JsonNode?> SendAsync(HttpMethod method, string pathAndQuery, JsonNode? body = null, string? contentType = null,
        CancellationToken ct = default) =>
        sender.SendJsonAsync(new ApiRequest(method, pathAndQuery, body is null ? null : JsonBytes.Of(body), contentType), ct);

    /// <summary>Reads an object's metadata only, managedFields included: the server leaves everything else out.</summary>
    /// <exception cref="KubernetesException">The server refused, e.g. with 404.</exception>
    public Task<JsonNode?> ReadMetadataAsync(string path, CancellationToken ct = default) =>
        sender.SendJsonAsync(new ApiRequest(HttpMethod.Get, path, Accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"), ct);

    /// <summary>Whether the server has a kind. Answers are kept for some minutes, since kinds come and go.</summary>
    public Task<bool> SupportsAsync(string group, string version, string plural, CancellationToken ct = default) =>
        discovery.SupportsAsync(group, version, plural, ct);

    /// <summary>The server's version, for example 1.20 (major and minor only).</summary>
    public Task<Version> ServerVersionAsync(CancellationToken ct = default) => discovery.ServerVersionAsync(ct);

    public void Dispose()
    {
        sender.Dispose();
        Metrics.Dispose();
    }
}
