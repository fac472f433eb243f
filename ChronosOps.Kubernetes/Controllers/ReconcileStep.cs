using ChronosOps.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace ChronosOps.Kubernetes;

/// <summary>Calls the controller once, turns whatever comes of it into a result, measures it, and decides when to look again.</summary>
internal sealed class ReconcileStep<T>(RateLimitedQueue<ObjectKey> queue, OwnWrites ownWrites, ControllerMetrics metrics, ILogger log, TimeProvider time)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>True: nothing more to do for this state of the object.</summary>
    public async Task<bool> RunAsync(ObjectKey key, T entity, Func<T, CancellationToken, Task<ReconciliationResult<T>>> step, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var result = await CallAsync(entity, step, ct).ConfigureAwait(false);
        ownWrites.Record(result.Entity);
        Schedule(key, result);
        metrics.Reconciled(result.IsSuccess, result.IsTerminal, result.RequeueAfter is not null, time.GetElapsedTime(started));
        return result.IsSuccess || result.IsTerminal;
    }

    private async Task<ReconciliationResult<T>> CallAsync(T entity, Func<T, CancellationToken, Task<ReconciliationResult<T>>> step, CancellationToken ct)
    {
        using var active = metrics.Active();
        try
        {
            return await step(entity, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // A server that says when to come back is not asked earlier.
            return ReconciliationResult<T>.Failure(entity, e.Message, e, (e as KubernetesException)?.RetryAfter);
        }
    }

    /// <summary>That somebody else wrote in between is everyday life, and needs no stack.</summary>
    private void Tell(ObjectKey key, ReconciliationResult<T> failed)
    {
        if (failed.Error is KubernetesException { IsConflict: true })
            log.LogInformation("{Key}: {Message}; read anew, failure number {Retries}", key, failed.Message, queue.Retries(key) + 1);
        else
            log.LogWarning(failed.Error, "{Key}: {Message}; failure number {Retries}", key, failed.Message, queue.Retries(key) + 1);
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
            Tell(key, result);
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
