using ChronosOps.Kubernetes.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Feeds a controller from an informer: one key at a time per object, failures again with growing delay, fresh changes before
/// the first list and resyncs. Runs the informer itself when nobody else does.
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
    private readonly ReconcileStep<T> step;

    public ControllerHost(Informer<T> informer, IEntityController<T> controller, int workers = 4, ILogger? log = null, TimeProvider? time = null,
        Func<T, bool>? filter = null, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        (this.informer, this.controller, this.workers) = (informer, controller, workers);
        this.log = log ?? NullLogger.Instance;
        this.time = time ?? TimeProvider.System;
        this.filter = filter ?? (_ => true);
        Name = name ?? informer.Type.Kind.ToLowerInvariant();
        queue = new RateLimitedQueue<ObjectKey>(this.time) { Metrics = informer.Metrics.Queues.Of(Name) };
        queue.Metrics.Observe(queue);
        ownWrites = new OwnWrites(this.time);
        step = new ReconcileStep<T>(queue, ownWrites, informer.Metrics.Controllers.Of(Name, workers), this.log, this.time);
    }

    /// <summary>The controller's name in logs and metrics; the kind in lower case when none was given.</summary>
    public string Name { get; }

    /// <summary>How long a stop waits for reconciliations whose token has ended. One that takes longer is left behind and reported.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many objects wait for a worker.</summary>
    public int QueueDepth => queue.Count;

    /// <summary>Reconciles the object, now or later, whatever the filter says.</summary>
    public void Enqueue(ObjectKey key, TimeSpan? after = null)
    {
        if (after is { } delay)
            queue.AddAfter(key, delay, QueuePriority.Normal);
        else
            queue.Add(key);
    }

    /// <summary>
    /// Tells the host of a write in the middle of a reconciliation, so that an older state from the cache is not acted on. The
    /// entity of a result is taken into account without this.
    /// </summary>
    public void RecordWrite(T written) => ownWrites.Record(written);

    /// <summary>
    /// Works until cancelled. Then the tokens of running reconciliations end, they are waited for (see <see cref="StopTimeout"/>),
    /// the informer ends, and only then does this return. It may be run again, after a lost election for example.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled. Anything else that is thrown is a fault of the informer: nothing is reconciled without one.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        informer.Changed += OnChanged;
        using var following = new CancellationTokenSource();
        using var working = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var follow = informer.RunAsync(following.Token);
        try
        {
            await Task.WhenAny(informer.WaitForSyncAsync(ct), follow).Unwrap().ConfigureAwait(false);
            foreach (var key in deleted.Keys)
                queue.Add(key); // what the last run was stopped in the middle of
            foreach (var known in informer.Store.List().Where(Wants))
                queue.Add(known.Key(), QueuePriority.Low); // what was announced before we listened
            var work = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(working.Token), CancellationToken.None)));
            await Task.WhenAny(work.WaitAsync(ct), follow).ConfigureAwait(false);
            await working.CancelAsync().ConfigureAwait(false);
            await EndAsync(work).ConfigureAwait(false);
        }
        finally
        {
            informer.Changed -= OnChanged;
            await following.CancelAsync().ConfigureAwait(false);
            await follow.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        ct.ThrowIfCancellationRequested();
        if (follow.IsFaulted)
            await follow.ConfigureAwait(false);
    }

    private async Task EndAsync(Task working)
    {
        await working.WaitAsync(StopTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!working.IsCompleted)
            log.LogError("{Controller}: stopped without waiting longer than {Timeout} for {Keys}", Name, StopTimeout, string.Join(", ", queue.Processing));
        else if (working.Exception is { } failure)
            log.LogError(failure, "{Controller}: a worker failed", Name);
    }

    private void OnChanged(InformerEvent<T> change)
    {
        if (!Wants(change.Object) && (change.Old is null || !Wants(change.Old)))
            return;
        if (change.Type == InformerEventType.Deleted)
            deleted.Add(change.Object);
        var isReminder = change.IsInInitialList || change.Type == InformerEventType.Resync;
        queue.Add(change.Object.Key(), isReminder ? QueuePriority.Low : QueuePriority.Normal);
    }

    /// <summary>A filter that fails on an object must not hide it: the controller decides then.</summary>
    private bool Wants(T entity)
    {
        try
        {
            return filter(entity);
        }
        catch (Exception e)
        {
            log.LogError(e, "{Controller}: the filter failed on {Key}, which is reconciled therefore", Name, entity.Key());
            return true;
        }
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
            if (!await step.RunAsync(key, gone, controller.DeletedAsync, ct).ConfigureAwait(false))
                return;
            deleted.Remove(key, gone);
            ownWrites.Forget(key);
        }
        if (informer.Store.Get(key.Namespace, key.Name) is not { } entity)
            Forget(key);
        else if (ownWrites.IsOlder(entity))
            queue.AddAfter(key, OwnWrites.Recheck); // its event is on the way and will come first
        else
            await step.RunAsync(key, entity, controller.ReconcileAsync, ct).ConfigureAwait(false);
    }

    /// <summary>Nothing is remembered of what is no more.</summary>
    private void Forget(ObjectKey key)
    {
        queue.Forget(key);
        ownWrites.Forget(key);
    }
}
