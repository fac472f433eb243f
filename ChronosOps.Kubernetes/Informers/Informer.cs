using ChronosOps.Kubernetes.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChronosOps.Kubernetes;

/// <summary>A cache of the objects of one kind that follows the server, and announces every change.</summary>
public sealed class Informer<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly InformerOptions<T> options;
    private readonly ILogger log;
    private readonly TimeProvider time;
    private readonly InformerCache<T> cache;
    private readonly Reflector<T> reflector;
    private readonly SemaphoreSlim running = new(1);

    public Informer(GenericClient<T> client, InformerOptions<T>? options = null, ILogger? log = null, TimeProvider? time = null)
    {
        this.options = options ?? new();
        this.log = log ?? NullLogger.Instance;
        this.time = time ?? client.Time;
        (Type, Metrics) = (client.Type, client.Metrics);
        var metrics = client.Metrics.Reflectors.Of($"{client.Type}{this.options.Scope}");
        cache = new InformerCache<T>(Announce, this.time);
        reflector = new Reflector<T>(client, this.options, cache, metrics, this.log, this.time);
        client.Undecodable += bad => Unusable(metrics, bad);
        metrics.Observe(() => (this.time.GetUtcNow() - LastEventAt)?.TotalSeconds, () => Store.Count, () => HasSynced, () => reflector.LastVersion);
    }

    /// <summary>A change that the store already shows. Handlers run one after the other; keep them short.</summary>
    public event Action<InformerEvent<T>>? Changed;

    /// <summary>Whether the store has been filled once.</summary>
    public bool HasSynced => cache.Synced.IsCompleted;

    /// <summary>When the server last said anything (a list, an event, a bookmark).</summary>
    public DateTimeOffset? LastEventAt => cache.LastEventAt;

    /// <summary>How often everything had to be listed after the first time.</summary>
    public long Relists => cache.Relists;

    public IStore<T> Store => cache.Store;

    internal ResourceType<T> Type { get; }

    internal KubernetesMetrics Metrics { get; }

    /// <summary>
    /// Finds objects by values of theirs: <c>Store.ByIndex(name, value)</c>. An object on which <paramref name="keys"/> fails is
    /// reported and found by no value.
    /// </summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> keys) => cache.Store.AddIndex(name, obj =>
    {
        try
        {
            return [.. keys(obj)];
        }
        catch (Exception e)
        {
            log.LogError(e, "The index {Index} failed on {Key}", name, obj.Key());
            return [];
        }
    });

    /// <summary>
    /// Follows the server until cancelled, however often it fails. A second caller waits and takes over when the first is
    /// cancelled, so that several controllers can share an informer.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled. Anything else that is thrown is a defect, or an option that cannot be.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        await running.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // Without one of its parts it would only look alive.
            await (options.Resync is { } period ? Together.RunAsync(ct, reflector.RunAsync, token => ResyncAsync(period, token)) : reflector.RunAsync(ct)).ConfigureAwait(false);
        }
        finally
        {
            running.Release();
        }
    }

    public Task WaitForSyncAsync(CancellationToken ct) => cache.Synced.WaitAsync(ct);

    private async Task ResyncAsync(TimeSpan period, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(period, time);
        while (await timer.WaitForNextTickAsync(ct).ConfigureAwait(false))
            cache.Resync();
    }

    private void Unusable(ReflectorMetrics metrics, UndecodableObject bad)
    {
        metrics.Undecodable();
        log.LogWarning("An object of {Resource} cannot be read and is skipped: {Key}: {Error}", bad.Resource, bad.Key, bad.Message);
    }

    private void Announce(InformerEvent<T> change)
    {
        foreach (var handler in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<InformerEvent<T>>)handler)(change);
            }
            catch (Exception e)
            {
                log.LogError(e, "A handler of {Type} failed on {Key}", change.Type, change.Object.Key());
            }
        }
    }
}
