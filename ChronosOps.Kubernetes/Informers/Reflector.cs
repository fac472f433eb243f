using System.Globalization;
using System.Text.Json;
using ChronosOps.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace ChronosOps.Kubernetes;

/// <summary>Where a reflector puts what it learns. Called from one thread at a time.</summary>
internal interface IReflectorSink<T>
{
    /// <summary>The server has answered, if only by opening a watch: where nothing happens it may say nothing else.</summary>
    void Heard();

    /// <summary>Everything there is, and the keys of what is there but cannot be read.</summary>
    void Replace(IReadOnlyCollection<T> items, IReadOnlySet<ObjectKey> unreadable);

    void Apply(WatchEvent<T> change);

    /// <summary>An object that cannot be read was deleted.</summary>
    void Remove(ObjectKey key);
}

/// <summary>
/// Keeps a sink equal to what the server has: filled once, then watches without end. Follows client-go's Reflector: every event
/// advances the version, a clean close watches on without listing, an expired version lists anew at once. Where the server can,
/// the cache is filled by the watch itself (<c>sendInitialEvents</c>), which costs both sides less than a list.
/// </summary>
internal sealed class Reflector<T>(GenericClient<T> client, InformerOptions<T> options, IReflectorSink<T> sink, ReflectorMetrics metrics, ILogger log, TimeProvider time)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>
    /// Servers send a bookmark about every minute: after three without one, a watch is dead. Also how long a watch must have lived
    /// without one, and ended in good order, for its server to count as one that sends none.
    /// </summary>
    internal static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(3);

    /// <summary>Between two of the objects that there are when a watch begins.</summary>
    internal static readonly TimeSpan LongestInitialSilence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan SuspiciouslyShort = TimeSpan.FromSeconds(1);

    /// <summary>A version that a watch lived from for so long was a good one, even if nothing happened.</summary>
    private static readonly TimeSpan Lived = TimeSpan.FromMinutes(1);

    private const int MostUnreadableStreams = 3;
    private const int MostSilentWatches = 2;
    private readonly ReflectorBackoff backoff = new(time);
    private readonly FillMethod fill = new(options.StreamLists);
    private bool hasBookmarks = true;
    private int unreadableStreams;
    private int silentWatches;

    /// <summary>The version has expired, and no watch has shown since that a new one is better.</summary>
    private bool expired;

    /// <summary>The version to list at: "0" is whatever the server has cached, "" the very latest.</summary>
    private string listAt = "0";

    /// <summary>The version to watch from; null: fill the cache first.</summary>
    private string? version;

    /// <summary>The version up to which the sink has everything; null: not known.</summary>
    public double? LastVersion => ulong.TryParse(listAt, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            TimeSpan? pause = null;
            try
            {
                if (version is null && fill.IsList)
                    await ListAsync(ct).ConfigureAwait(false);
                if (!await WatchAsync(version, ct).ConfigureAwait(false))
                    pause = backoff.Next();
            }
            catch (Exception e)
            {
                ct.ThrowIfCancellationRequested(); // whatever else went wrong while it was told to end
                pause = Classify(e);
            }
            if (pause is { } delay)
                await Task.Delay(delay, time, ct).ConfigureAwait(false);
        }
    }

    private async Task ListAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var list = await new ListPager<T>(client).SnapshotAsync(options.Namespace, Select() with
        {
            ResourceVersion = listAt.Length == 0 ? null : listAt,
        }, options.Transform, ct).ConfigureAwait(false);
        Filled(list.Items, list.Undecodable.Select(bad => bad.Key).ToHashSet(), list.Metadata.ResourceVersion, started);
    }

    /// <summary>Watches until the stream ends; from no version it sends everything there is first. False: it ended so soon that it looks broken.</summary>
    private async Task<bool> WatchAsync(string? from, CancellationToken ct)
    {
        var (opened, filled, events, bookmarked) = (time.GetTimestamp(), time.GetTimestamp(), 0, false);
        var initial = from is null ? new InitialEvents<T>() : null;
        var stream = client.WatchRawAsync(options.Namespace, from is null ? SelectInitial() : Select() with { ResourceVersion = from },
            () => initial is not null ? LongestInitialSilence : hasBookmarks ? LongestSilence : null, options.Transform, sink.Heard, ct);
        metrics.Watching();
        try
        {
            await foreach (var raw in stream.ConfigureAwait(false))
            {
                events++;
                metrics.Event();
                if (raw.Event.Type == WatchEventType.Error)
                    throw ResponseErrors.Of($"watch of {client.Type}", raw.Event.Status);
                if (initial is not null && !raw.IsInitialEventsEnd)
                {
                    initial.Apply(raw);
                }
                else if (initial is not null)
                {
                    Filled(initial.Items, initial.Unreadable, raw.Event.ResourceVersion, opened);
                    (initial, filled) = (null, time.GetTimestamp());
                }
                else
                {
                    bookmarked |= raw.Event.Type == WatchEventType.Bookmark;
                    hasBookmarks |= bookmarked;
                    Apply(raw);
                }
            }
        }
        finally
        {
            expired &= initial is not null || time.GetElapsedTime(filled) < Lived;
            // Died, or its server sends no bookmark while nothing happens? The second in a row is taken for the latter.
            silentWatches = bookmarked ? 0 : initial is null && time.GetElapsedTime(filled) >= LongestSilence ? silentWatches + 1 : silentWatches;
            hasBookmarks &= silentWatches < MostSilentWatches;
            metrics.Watched(time.GetElapsedTime(opened), events);
        }
        if (initial is not null)
            throw new InitialEventsException($"the watch of {client.Type} ended before everything was sent");
        hasBookmarks &= bookmarked || time.GetElapsedTime(filled) < LongestSilence;
        if (events > 0 || time.GetElapsedTime(opened) >= SuspiciouslyShort)
            return true;
        log.LogWarning("Watch of {Resource} ended at once and without an event; listing again", client.Type);
        metrics.ShortWatch();
        version = null;
        return false;
    }

    private void Apply(RawWatchEvent<T> raw)
    {
        expired = false;
        if (raw.Failure is null)
            sink.Apply(raw.Event);
        else if (raw.Event.Type == WatchEventType.Deleted)
            sink.Remove(raw.Failure.Key);
        if (!string.IsNullOrEmpty(raw.Event.ResourceVersion))
            (version, listAt, unreadableStreams) = (raw.Event.ResourceVersion, raw.Event.ResourceVersion, 0);
    }

    private void Filled(IReadOnlyCollection<T> items, IReadOnlySet<ObjectKey> unreadable, string? at, long started)
    {
        sink.Replace(items, unreadable);
        metrics.Listed(time.GetElapsedTime(started), items.Count);
        version = listAt = at ?? "";
        fill.Filled();
    }

    /// <summary>Decides what to do next after an error.</summary>
    /// <returns>How long to pause first; null: not at all.</returns>
    private TimeSpan? Classify(Exception e)
    {
        var error = e as KubernetesException;
        if (version is null && fill.IsList)
        {
            fill.ListFailed();
        }
        else if (version is null && fill.Failed(e))
        {
            log.LogDebug("{Resource}: the server did not stream the list ({Reason}); listing instead", client.Type, e.Message);
            return null;
        }
        metrics.Failed(error switch { { IsGone: true } => "expired", { IsTooManyRequests: true } => "throttled", { StatusCode: 0 } => "broken", _ => "refused" });
        if (error is { IsGone: true } or { IsResourceVersionTooLarge: true })
        {
            // The second time in a row it is not our version that is at fault: pause, so that the server is not flooded with lists.
            var repeated = expired;
            log.LogInformation("Version {Version} of {Resource} is not available; listing again", listAt, client.Type);
            (version, listAt, expired) = (null, "", true);
            return repeated ? backoff.Next(error.RetryAfter) : null;
        }
        // Refused, cut or throttled: the version is still good. Anything else, or lines that cannot be read time and again: do not trust it.
        var unreadable = error?.InnerException is JsonException or InvalidDataException && ++unreadableStreams >= MostUnreadableStreams;
        if (unreadable || error is not { StatusCode: 0 or 429 or 502 or 503 or 504 })
            (version, unreadableStreams) = (null, 0);
        log.LogWarning("List or watch of {Resource} failed, trying again: {Error}", client.Type, e.Message);
        return backoff.Next(error?.RetryAfter);
    }

    private ListOptions Select() => new() { LabelSelector = options.LabelSelector, FieldSelector = options.FieldSelector };

    private ListOptions SelectInitial() => Select() with
    {
        SendInitialEvents = true,
        ResourceVersionMatch = "NotOlderThan",
        // "0" would be any state, however old; without a version the server waits until its cache is up to date.
        ResourceVersion = listAt is "" or "0" ? null : listAt,
    };
}
