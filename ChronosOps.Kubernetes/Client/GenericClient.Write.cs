using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

public sealed partial class GenericClient<T>
{
    public Task<T> CreateNamespacedAsync(T obj, string ns, WriteOptions? o = null, CancellationToken ct = default) =>
        WriteAsync(HttpMethod.Post, Type.Path(Required(ns)), obj, o, ct);

    public Task<T> CreateAsync(T obj, WriteOptions? o = null, CancellationToken ct = default) =>
        WriteAsync(HttpMethod.Post, Type.Path(null), obj, o, ct);

    /// <summary>Replaces the object; with a resourceVersion only if nobody else changed it (409).</summary>
    public Task<T> ReplaceNamespacedAsync(T obj, string ns, string name, WriteOptions? o = null, CancellationToken ct = default) =>
        WriteAsync(HttpMethod.Put, Type.Path(Required(ns), name), obj, o, ct);

    public Task<T> ReplaceAsync(T obj, string name, WriteOptions? o = null, CancellationToken ct = default) =>
        WriteAsync(HttpMethod.Put, Type.Path(null, name), obj, o, ct);

    public Task<T> ReplaceStatusNamespacedAsync(T obj, string ns, string name, WriteOptions? o = null, CancellationToken ct = default) =>
        WriteAsync(HttpMethod.Put, Type.Path(Required(ns), name, "status"), obj, o, ct);

    public Task<T> ReplaceStatusAsync(T obj, string name, WriteOptions? o = null, CancellationToken ct = default) =>
        WriteAsync(HttpMethod.Put, Type.Path(null, name, "status"), obj, o, ct);

    /// <summary>
    /// Puts the status in place of the one that is there, and touches nothing else; with a resourceVersion only if nobody else changed the object (409). Better than a
    /// replacement where others apply the spec server-side: old servers make whoever replaces the status the owner of the spec's fields that it writes out.
    /// </summary>
    public Task<T> PatchStatusNamespacedAsync(T obj, string ns, string name, WriteOptions? o = null, CancellationToken ct = default) =>
        PatchAtAsync(StatusPatch(obj), Type.Path(Required(ns), name, "status"), o, ct);

    /// <summary>Changes a part of the object. A JSON Patch whose <c>test</c> fails is refused as a whole (<see cref="KubernetesException.IsInvalid"/>).</summary>
    public Task<T> PatchNamespacedAsync(V1Patch patch, string ns, string name, WriteOptions? o = null, CancellationToken ct = default, string? subresource = null) =>
        PatchAtAsync(patch, Type.Path(Required(ns), name, subresource), o, ct);

    public Task<T> PatchAsync(V1Patch patch, string name, WriteOptions? o = null, CancellationToken ct = default, string? subresource = null) =>
        PatchAtAsync(patch, Type.Path(null, name, subresource), o, ct);

    /// <summary>Deletes the object; it may linger until its finalizers are done.</summary>
    public Task DeleteNamespacedAsync(string ns, string name, DeleteOptions? o = null, CancellationToken ct = default) =>
        DeleteAtAsync(Type.Path(Required(ns), name), o, ct);

    public Task DeleteAsync(string name, DeleteOptions? o = null, CancellationToken ct = default) => DeleteAtAsync(Type.Path(null, name), o, ct);

    private async Task<T> WriteAsync(HttpMethod method, string path, T obj, WriteOptions? options, CancellationToken ct)
    {
        if (Type.MetadataOnly || (method == HttpMethod.Put && Type.IsProjection))
            throw new InvalidOperationException($"{Type} is held in part only: {method} would lose the rest, use a patch");
        obj.ApiVersion ??= Type.ApiVersion;
        obj.Kind ??= Type.Kind;
        var body = JsonSerializer.SerializeToUtf8Bytes(obj, Type.Json);
        return await ExchangeAsync(new ApiRequest(method, path + QueryString.Of(options), body), ct).ConfigureAwait(false);
    }

    private V1Patch StatusPatch(T obj)
    {
        if (Type.MetadataOnly || Type.IsProjection)
            throw new InvalidOperationException($"{Type} is held in part only: the status would lose the rest, patch what is known");
        var operations = new JsonArray();
        if (obj.ResourceVersion() is { Length: > 0 } version)
        {
            operations.Add((JsonNode)new JsonObject { ["op"] = "replace", ["path"] = "/metadata/resourceVersion", ["value"] = version });
        }

        var status = JsonSerializer.SerializeToNode(obj, Type.Json)?["status"]?.DeepClone() ?? throw new ArgumentException("there is no status to write", nameof(obj));
        operations.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = "/status", ["value"] = status });
        return new V1Patch(operations, V1Patch.PatchType.JsonPatch);
    }

    private Task<T> PatchAtAsync(V1Patch patch, string path, WriteOptions? options, CancellationToken ct)
    {
        var apply = patch.Type == V1Patch.PatchType.ApplyPatch;
        if (apply && string.IsNullOrEmpty(options?.FieldManager))
            throw new ArgumentException("server-side apply needs WriteOptions.FieldManager", nameof(options));
        if (!apply && options?.Force == true)
            throw new ArgumentException("WriteOptions.Force is for server-side apply only", nameof(options));
        return ExchangeAsync(new ApiRequest(HttpMethod.Patch, path + QueryString.Of(options), JsonBytes.Of(patch.Content), patch.ContentType, Accept(list: false)), ct);
    }

    private async Task<T> ExchangeAsync(ApiRequest request, CancellationToken ct) =>
        ObjectDecoder.Decode(await sender.SendAsync(request, ct).ConfigureAwait(false), Type, request);

    private Task DeleteAtAsync(string path, DeleteOptions? options, CancellationToken ct) =>
        sender.SendAsync(new ApiRequest(HttpMethod.Delete, path, options is null ? null : JsonBytes.Of(Body(options))), ct);

    private static JsonObject Body(DeleteOptions options)
    {
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (options.Uid is not null || options.ResourceVersion is not null)
        {
            var preconditions = new JsonObject();
            if (options.Uid is not null)
                preconditions["uid"] = options.Uid;
            if (options.ResourceVersion is not null)
                preconditions["resourceVersion"] = options.ResourceVersion;
            body["preconditions"] = preconditions;
        }
        if (options.PropagationPolicy is not null)
            body["propagationPolicy"] = options.PropagationPolicy;
        if (options.GracePeriodSeconds is { } seconds)
            body["gracePeriodSeconds"] = seconds;
        if (options.DryRun)
            body["dryRun"] = new JsonArray("All");
        return body;
    }
}
