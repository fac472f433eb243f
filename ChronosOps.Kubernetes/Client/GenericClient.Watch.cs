using System.Runtime.CompilerServices;
using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

public sealed partial class GenericClient<T>
{
    /// <summary>How long after the agreed end of a watch the connection is given up as dead.</summary>
    internal static readonly TimeSpan WatchGrace = TimeSpan.FromSeconds(30);

    /// <summary>
    /// One watch, until the server ends it (which is normal, after 5 to 10 minutes), or an error. An object that cannot be read is
    /// reported through <see cref="Undecodable"/> and skipped.
    /// </summary>
    /// <exception cref="KubernetesException">Refused (410: list anew), cut, or silent beyond its time.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(string? ns = null, ListOptions? options = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (var raw in WatchRawAsync(ns, options, longestSilence: null, transform: null, answered: null, ct).ConfigureAwait(false))
        {
            if (raw.Failure is null)
                yield return raw.Event;
        }
    }

    /// <param name="ns">The namespace; null for all.</param>
    /// <param name="options">Selectors, version, duration.</param>
    /// <param name="longestSilence">Asked before each event: after how long without one the connection counts as dead. Null: until its agreed end.</param>
    /// <param name="transform">Applied to each object as it arrives.</param>
    /// <param name="answered">Called when the server has opened the watch.</param>
    /// <param name="ct">Ends the watch.</param>
    internal async IAsyncEnumerable<RawWatchEvent<T>> WatchRawAsync(string? ns, ListOptions? options, Func<TimeSpan?>? longestSilence, Func<T, T>? transform,
        Action? answered, [EnumeratorCancellation] CancellationToken ct)
    {
        options ??= new();
        var seconds = options.TimeoutSeconds ?? Random.Shared.Next(300, 601);
        var query = QueryString.Of(options with { TimeoutSeconds = seconds, AllowWatchBookmarks = options.AllowWatchBookmarks ?? true }).Add("watch", true);
        var request = new ApiRequest(HttpMethod.Get, Type.Path(ns) + query, Accept: Accept(list: false));

        using var response = await sender.OpenAsync(request, ct).ConfigureAwait(false);
        answered?.Invoke();
        var (opened, total) = (Time.GetTimestamp(), TimeSpan.FromSeconds(seconds) + WatchGrace);
        using var watchdog = new CancellationTokenSource(total, Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, watchdog.Token);
        await using var body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
        await using var events = WatchStream.ReadAsync(body, Type, limit.Token).GetAsyncEnumerator(limit.Token);
        while (true)
        {
            Guard(watchdog, total - Time.GetElapsedTime(opened), longestSilence?.Invoke());
            if (!await NextAsync(events, request, ct).ConfigureAwait(false))
                yield break;
            var next = Transformed(events.Current, transform);
            if (next.Failure is { } failure)
                Report(failure);
            yield return next;
        }
    }

    /// <summary>Tells who wants to know of an object that cannot be read. What fails there is no reason to end the stream.</summary>
    private void Report(UndecodableObject failure)
    {
        foreach (var handler in Undecodable?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<UndecodableObject>)handler)(failure);
            }
            catch (Exception)
            {
                // It is told of objects, not asked about them; the client has no log to write this to.
            }
        }
    }

    private RawWatchEvent<T> Transformed(RawWatchEvent<T> raw, Func<T, T>? transform)
    {
        if (raw.Event.Object is not { } obj)
            return raw;
        return Transformation.TryApply(transform, Type, ref obj, out var failure)
            ? raw with { Event = raw.Event with { Object = obj } }
            : raw with { Event = raw.Event with { Object = null }, Failure = failure };
    }

    private static void Guard(CancellationTokenSource watchdog, TimeSpan left, TimeSpan? silence)
    {
        if (silence < left)
            left = silence.Value;
        watchdog.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<RawWatchEvent<T>> events, ApiRequest request, CancellationToken ct)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new KubernetesException(0, $"{request}: the watch went silent", inner: new TimeoutException("watch", e));
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException or JsonException or InvalidOperationException)
        {
            throw new KubernetesException(0, $"{request}: the watch broke: {e.Message}", inner: e);
        }
    }
}
