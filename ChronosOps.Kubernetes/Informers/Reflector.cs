using ChronosOps.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace ChronosOps.Kubernetes;

/// <summary>Where a reflector puts what it learns. Called from one thread at a time.</summary>
internal interface IReflectorSink<T>
{
    /// <summary>Everything there is, and the keys of what is there but cannot be read.</summary>
    void Replace(IReadOnlyList<T> items, IReadOnlySet<ObjectKey> unreadable);

    void Apply(WatchEvent<T> change);

    /// <summary>An object that cannot be read was deleted.</summary>
    void Remove(ObjectKey key);
}

/// <summary>
/// Keeps a sink equal to what the server has: one list, then watches without end. Follows client-go's Reflector: every event
/// advances the version, a clean close watches on without listing, an expired version lists anew at once.
/// </summary>
internal sealed class Reflector<T>(GenericClient<T> client, InformerOptions<T> options, IReflectorSink<T> sink, ILogger log, TimeProvider time)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan SuspiciouslyShort = TimeSpan.FromSeconds(1);
    private readonly ReflectorBackoff backoff = new(time);

    /// <summary>The version to list at: "0" is whatever the server has cached, "" the very latest.</summary>
    private string listAt = "0";

    /// <summary>The version to watch from; null: list first.</summary>
    private string? version;

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var pause = false;
            try
            {
                if (version is null)
                    await ListAsync(ct).ConfigureAwait(false);
                pause = !await WatchAsync(version!, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                pause = Classify(e);
            }
            if (pause)
                await Task.Delay(backoff.Next(), time, ct).ConfigureAwait(false);
        }
    }

    private async Task ListAsync(CancellationToken ct)
    {
        var list = await new ListPager<T>(client).SnapshotAsync(options.Namespace, Select() with
        {
            ResourceVersion = listAt.Length == 0 ? null : listAt,
        }, ct).ConfigureAwait(false);
        sink.Replace(list.Items, list.Undecodable.Select(bad => bad.Key).ToHashSet());
        version = listAt = list.Metadata.ResourceVersion ?? "";
    }

    /// <summary>Watches until the stream ends. False: it ended so soon that it looks broken.</summary>
    private async Task<bool> WatchAsync(string from, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var any = false;
        await foreach (var raw in client.WatchRawAsync(options.Namespace, Select() with { ResourceVersion = from }, ct).ConfigureAwait(false))
        {
            any = true;
            if (raw.Event.Type == WatchEventType.Error)
                throw ResponseErrors.Of($"watch of {client.Type}", raw.Event.Status);
            if (raw.Failure is null)
                sink.Apply(raw.Event);
            else if (raw.Event.Type == WatchEventType.Deleted)
                sink.Remove(raw.Failure.Key);
            if (!string.IsNullOrEmpty(raw.Event.ResourceVersion))
                version = listAt = raw.Event.ResourceVersion;
        }
        if (any || time.GetElapsedTime(started) >= SuspiciouslyShort)
            return true;
        log.LogWarning("Watch of {Resource} ended at once and without an event; listing again", client.Type);
        version = null;
        return false;
    }

    /// <summary>Decides what to do next after an error. True: pause first.</summary>
    private bool Classify(Exception e)
    {
        var error = e as KubernetesException;
        if (error is { IsGone: true } or { IsResourceVersionTooLarge: true })
        {
            // The second time in a row it is not our version that is at fault: pause, so that the server is not flooded.
            var repeated = listAt.Length == 0;
            log.LogInformation("Version {Version} of {Resource} is not available; listing again", listAt, client.Type);
            (version, listAt) = (null, "");
            return repeated;
        }
        // Refused, cut or throttled: the version is still good. Anything else: do not trust it.
        if (error is not { StatusCode: 0 or 429 or 502 or 503 or 504 })
            version = null;
        log.LogWarning("List or watch of {Resource} failed, trying again: {Error}", client.Type, e.Message);
        return true;
    }

    private ListOptions Select() => new() { LabelSelector = options.LabelSelector, FieldSelector = options.FieldSelector };
}
