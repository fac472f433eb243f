using ChronosOps.Kubernetes.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Feeds a controller from an informer: one key at a time per object, failures again with growing delay. Runs the informer
/// itself when nobody else does.
/// </summary>
public sealed class ControllerHost<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Informer<T> informer;
    private readonly IEntityController<T> controller;
    private readonly int workers;
    private readonly ILogger log;
    private readonly TimeProvider time;
    private readonly Func<T, bool> filter;
    private readonly RateLimitedQueue<ObjectKey> queue;
    private readonly DeletedObjects<T> deleted = new();
    private readonly OwnWrites ownWrites;

    public ControllerHost(Informer<T> informer, IEntityController<T> controller, int workers = 4, ILogger? log = null, TimeProvider? time = null,
        Func<T, bool>? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        (this.informer, this.controller, this.workers) = (informer, controller, workers);
        this.log = log ?? NullLogger.Instance;
        this.time = time ?? TimeProvider.System;
        this.filter = filter ?? (_ => true);
        queue = new RateLimitedQueue<ObjectKey>(this.time);
        ownWrites = new OwnWrites(this.time);
    }

    /// <summary>Raised after every reconciliation, for metrics. Keep the handler short.</summary>
    public event Action<ReconcileObservation>? Reconciled;

    /// <summary>How many objects wait for a worker.</summary>
    public int QueueDepth => queue.Count;

    /// <summary>Reconciles the object, now or later, whatever the filter says.</summary>
    public void Enqueue(ObjectKey key, TimeSpan? after = null)
    {
        if (after is { } delay)
            queue.AddAfter(key, delay);
        else
            queue.Add(key);
    }

    /// <summary>
    /// Tells the host of a write in the middle of a reconciliation, so that an older state from the cache is not acted on. The
    /// entity of a result is taken into account without this.
    /// </summary>
    public void RecordWrite(T written) => ownWrites.Record(written);

    /// <summary>Works until cancelled; reconciliations that run are waited for.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        informer.Changed += OnChanged;
        var follow = informer.RunAsync(ct);
        try
        {
            await informer.WaitForSyncAsync(ct).ConfigureAwait(false);
            foreach (var known in informer.Store.List().Where(filter))
                queue.Add(known.Key()); // what was announced before we listened
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(ct))).ConfigureAwait(false);
        }
        finally
        {
            informer.Changed -= OnChanged;
            await follow.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        ct.ThrowIfCancellationRequested();
    }

    private void OnChanged(InformerEvent<T> change)
    {
        if (!filter(change.Object) && (change.Old is null || !filter(change.Old)))
            return;
        if (change.Type == InformerEventType.Deleted)
            deleted.Add(change.Object);
        queue.Add(change.Object.Key());
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        while (true)
        {
            var (taken, key) = await queue.GetAsync(ct).ConfigureAwait(false);
            if (!taken)
                return;
            try
            {
                await ProcessAsync(key, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                log.LogError(e, "{Key}: the controller host failed", key);
                queue.AddRateLimited(key);
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task ProcessAsync(ObjectKey key, CancellationToken ct)
    {
        while (deleted.Peek(key) is { } gone)
        {
            if (!await RunAsync(key, gone, controller.DeletedAsync, ct).ConfigureAwait(false))
                return;
            deleted.Remove(key, gone);
            ownWrites.Forget(key);
        }
        if (informer.Store.Get(key.Namespace, key.Name) is not { } entity)
            return;
        if (ownWrites.IsOlder(entity))
            queue.AddAfter(key, OwnWrites.Recheck); // its event is on the way and will come first
        else
            await RunAsync(key, entity, controller.ReconcileAsync, ct).ConfigureAwait(false);
    }

    /// <summary>True: nothing more to do for this state of the object.</summary>
    private async Task<bool> RunAsync(ObjectKey key, T entity, Func<T, CancellationToken, Task<ReconciliationResult<T>>> step, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        ReconciliationResult<T> result;
        try
        {
            result = await step(entity, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            result = ReconciliationResult<T>.Failure(entity, e.Message, e);
        }
        ownWrites.Record(result.Entity);
        Schedule(key, result);
        Reconciled?.Invoke(new ReconcileObservation(key, result.IsSuccess, result.IsTerminal, time.GetElapsedTime(started), queue.Waited(key)));
        return result.IsSuccess || result.IsTerminal;
    }

    /// <summary>The one place that decides when an object is looked at again.</summary>
    private void Schedule(ObjectKey key, ReconciliationResult<T> result)
    {
        if (result.IsTerminal)
        {
            log.LogError(result.Error, "{Key}: {Message}; not tried again until it changes", key, result.Message);
            queue.Forget(key);
        }
        else if (!result.IsSuccess)
        {
            log.LogWarning(result.Error, "{Key}: {Message}; failure number {Retries}", key, result.Message, queue.Retries(key) + 1);
            var delay = queue.NextRetryDelay(key);
            queue.AddAfter(key, result.RequeueAfter > delay ? result.RequeueAfter.Value : delay);
        }
        else
        {
            queue.Forget(key);
            if (result.RequeueAfter is { } after)
                queue.AddAfter(key, after);
        }
    }
}
