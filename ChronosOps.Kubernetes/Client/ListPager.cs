using System.Runtime.CompilerServices;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>One page of a long list. <paramref name="IsRestart"/>: the list began anew, what came before counts no more.</summary>
internal readonly record struct ListPage<T>(KubernetesList<T> List, bool IsRestart);

/// <summary>Lists in chunks with continue tokens.</summary>
internal sealed class ListPager<T>(GenericClient<T> client)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private const int PageSize = 500;
    private const int MostRestarts = 3;

    /// <param name="ns">The namespace; null for all.</param>
    /// <param name="options">Selectors and version.</param>
    /// <param name="resume">After 410 take the server's token, which goes on in a newer snapshot: complete, but not consistent.</param>
    /// <param name="ct">Ends the listing.</param>
    /// <param name="transform">Applied to each object as it arrives.</param>
    public async IAsyncEnumerable<ListPage<T>> PagesAsync(string? ns, ListOptions? options, bool resume, [EnumeratorCancellation] CancellationToken ct,
        Func<T, T>? transform = null)
    {
        var first = Limited(options ?? new());
        var (next, restarts, isRestart) = (first, 0, false);
        while (true)
        {
            KubernetesList<T>? page = null;
            try
            {
                page = await client.ListAsync(ns, next, transform, ct).ConfigureAwait(false);
            }
            catch (KubernetesException e) when (e.IsGone && next.Continue is not null && restarts++ < MostRestarts)
            {
                var token = resume ? e.Status?.Metadata?.Continue : null;
                isRestart = string.IsNullOrEmpty(token);
                next = isRestart ? Limited(first with { ResourceVersion = null, ResourceVersionMatch = null }) : next with { Continue = token };
                continue;
            }
            yield return new ListPage<T>(page, isRestart);
            isRestart = false;
            if (string.IsNullOrEmpty(page.Metadata.Continue))
                yield break;
            // The token carries the version; naming one beside it is refused.
            next = first with { Continue = page.Metadata.Continue, ResourceVersion = null, ResourceVersionMatch = null };
        }
    }

    /// <summary>Everything as one consistent snapshot, whose version a watch can start from.</summary>
    public async Task<KubernetesList<T>> SnapshotAsync(string? ns, ListOptions options, Func<T, T>? transform, CancellationToken ct)
    {
        var (items, bad, version) = (new List<T>(), new List<UndecodableObject>(), (string?)null);
        await foreach (var page in PagesAsync(ns, options, resume: false, ct, transform).ConfigureAwait(false))
        {
            if (page.IsRestart)
            {
                items.Clear();
                bad.Clear();
            }
            items.AddRange(page.List.Items);
            bad.AddRange(page.List.Undecodable);
            version = page.List.Metadata.ResourceVersion;
        }
        return new KubernetesList<T> { Items = items, Undecodable = bad, Metadata = new V1ListMeta { ResourceVersion = version } };
    }

    /// <summary>
    /// In pages where that costs the server nothing. A limit beside "not older than this version" makes it an exact read, which the
    /// server answers from etcd, past its cache; without one it is answered from there, and read as it streams anyway.
    /// </summary>
    private static ListOptions Limited(ListOptions options) =>
        options.Limit is null && (options.ResourceVersion is null or "" or "0" || options.ResourceVersionMatch == "Exact") ? options with { Limit = PageSize } : options;
}
