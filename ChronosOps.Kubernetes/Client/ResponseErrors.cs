using System.Text;
using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>Turns an answer that is not a success into an exception with what the server said.</summary>
internal static class ResponseErrors
{
    /// <summary>A server that names a later time (a wrong clock, a wrong proxy) is asked again all the same.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    private const int LongestExcerpt = 300;

    public static async Task<KubernetesException> ReadAsync(ApiRequest request, HttpResponseMessage response, TimeProvider time, CancellationToken ct)
    {
        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
            var status = Parse(body);
            var code = (int)response.StatusCode;
            var message = status?.Message is { Length: > 0 } said ? said : Excerpt(body) ?? response.ReasonPhrase;
            return new KubernetesException(code, $"{request}: {message} ({code})", status, RetryAfter(response, status, time));
        }
    }

    public static KubernetesException Of(string what, V1Status? status) => new(
        status?.Code ?? 500,
        $"{what}: {status?.Message ?? status?.Reason ?? "error without a message"} ({status?.Code ?? 500})",
        status,
        Named(status));

    private static V1Status? Parse(byte[] body)
    {
        try
        {
            var status = JsonSerializer.Deserialize(body, KubernetesJson.Default.V1Status);
            return status?.Kind == "Status" ? status : null;
        }
        catch (JsonException)
        {
            return null; // a proxy's page, or plain text
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, V1Status? status, TimeProvider time)
    {
        var header = response.Headers.RetryAfter;
        if (header?.Delta is { } delta)
            return Bounded(delta);
        return header?.Date is { } date ? Bounded(date - time.GetUtcNow()) : Named(status);
    }

    private static TimeSpan? Named(V1Status? status) =>
        status?.Details?.RetryAfterSeconds is { } seconds and > 0 ? Bounded(TimeSpan.FromSeconds(seconds)) : null;

    private static TimeSpan Bounded(TimeSpan asked) =>
        asked < TimeSpan.Zero ? TimeSpan.Zero : asked > LongestRetryAfter ? LongestRetryAfter : asked;

    private static string? Excerpt(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, LongestExcerpt)).Trim();
        return text.Length == 0 ? null : text;
    }
}
