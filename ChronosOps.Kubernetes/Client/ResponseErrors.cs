using System.Text;
using System.Text.Json;
using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Kubernetes;

/// <summary>Turns an answer that is not a success into an exception with what the server said.</summary>
internal static class ResponseErrors
{
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
        status?.Details?.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

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
            return delta;
        if (header?.Date is { } date)
            return date > time.GetUtcNow() ? date - time.GetUtcNow() : TimeSpan.Zero;
        return status?.Details?.RetryAfterSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static string? Excerpt(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, LongestExcerpt)).Trim();
        return text.Length == 0 ? null : text;
    }
}
