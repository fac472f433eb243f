using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>Reads and watches objects of one kind; the writes are in the other half.</summary>
/// <remarks>Every operation throws <see cref="KubernetesException"/> when the server refuses or does not answer.</remarks>
public sealed partial class GenericClient<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly RequestSender sender;

    internal GenericClient(RequestSender sender, ResourceType<T> type, TimeProvider time, KubernetesMetrics metrics) =>
        (this.sender, Type, Time, Metrics) = (sender, type, time, metrics);

    /// <summary>Raised for an object that the server sent and that cannot be read. It is skipped.</summary>
    public event Action<UndecodableObject>? Undecodable;

    public ResourceType<T> Type { get; }

    internal TimeProvider Time { get; }

    internal KubernetesMetrics Metrics { get; }

    public Task<T> ReadNamespacedAsync(string ns, string name, CancellationToken ct = default) => ReadAtAsync(Type.Path(Required(ns), name), ct);

    /// <summary>The object, or null where there is none.</summary>
    public Task<T?> FindNamespacedAsync(string ns, string name, CancellationToken ct = default) => FindAtAsync(Type.Path(Required(ns), name), ct);

    public Task<T> ReadAsync(string name, CancellationToken ct = default) => ReadAtAsync(Type.Path(null, name), ct);

    public Task<T?> FindAsync(string name, CancellationToken ct = default) => FindAtAsync(Type.Path(null, name), ct);

    /// <summary>One page; all of it when the options set no limit.</summary>
    public Task<KubernetesList<T>> ListAsync(string? ns = null, ListOptions? options = null, CancellationToken ct = default) => ListAsync(ns, options ?? new(), transform: null, ct);

    /// <summary>
    /// All objects, in pages of 500. When the snapshot expires half way (410), goes on from the token that the server offers, or
    /// starts anew; no object comes twice.
    /// </summary>
    public async IAsyncEnumerable<T> ListAllAsync(string? ns = null, ListOptions? options = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        var seen = new HashSet<ObjectKey>();
        await foreach (var page in new ListPager<T>(this).PagesAsync(ns, options, resume: true, ct).ConfigureAwait(false))
        {
            foreach (var item in page.List.Items.Where(item => seen.Add(item.Key())))
                yield return item;
        }
    }

    private async Task<T> ReadAtAsync(string path, CancellationToken ct)
    {
        var request = new ApiRequest(HttpMethod.Get, path, Accept: Accept(list: false));
        return ObjectDecoder.Decode(await sender.SendAsync(request, ct).ConfigureAwait(false), Type, request);
    }

    private async Task<T?> FindAtAsync(string path, CancellationToken ct)
    {
        try
        {
            return await ReadAtAsync(path, ct).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private string? Accept(bool list) => Type.MetadataOnly
        ? $"application/json;as=PartialObjectMetadata{(list ? "List" : "")};g=meta.k8s.io;v=v1"
        : null;

    private string Required(string ns) => !Type.Namespaced
        ? throw new InvalidOperationException($"{Type} is cluster scoped")
        : string.IsNullOrEmpty(ns) ? throw new ArgumentException($"{Type} needs a namespace", nameof(ns)) : ns;
}
