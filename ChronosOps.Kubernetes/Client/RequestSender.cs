using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes;

/// <summary>Sends requests: address, credentials, time limit, retries, and errors as <see cref="KubernetesException"/>.</summary>
internal sealed class RequestSender : IDisposable
{
    private readonly KubernetesClientConfiguration config;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly RequestMetrics metrics;
    private readonly string host;
    private readonly string authority;

    public RequestSender(KubernetesClientConfiguration config, TimeProvider time, HttpMessageHandler handler, RequestMetrics metrics)
    {
        (this.config, this.time, this.metrics) = (config, time, metrics);
        host = config.Host.TrimEnd('/');
        authority = Uri.TryCreate(host, UriKind.Absolute, out var uri) ? uri.Authority : host;
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The whole answer.</summary>
    public Task<byte[]> SendAsync(ApiRequest request, CancellationToken ct) => SendAsync(request, ReadAllAsync, ct);

    /// <summary>What is read of the answer while it arrives. Where a read is repeated, it is read anew.</summary>
    public async Task<T> SendAsync<T>(ApiRequest request, Func<HttpContent, Stream, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await WithTimeLimitAsync(request, async (response, limit) =>
                {
                    using (response)
                    {
                        await using var body = new ArrivingStream(await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false), limit);
                        return await read(response.Content, body, limit.Token).ConfigureAwait(false);
                    }
                }, ct).ConfigureAwait(false);
            }
            catch (KubernetesException e) when (RetryPolicy.DelayFor(request, e, attempt) is { } delay)
            {
                metrics.Retried(request.Method.Method, authority, e.StatusCode);
                await Task.Delay(delay, time, ct).ConfigureAwait(false);
            }
        }
    }

    public async Task<JsonNode?> SendJsonAsync(ApiRequest request, CancellationToken ct)
    {
        var body = await SendAsync(request, ct).ConfigureAwait(false);
        try
        {
            return body.Length == 0 ? null : JsonNode.Parse(body);
        }
        catch (JsonException e)
        {
            throw new KubernetesException(0, $"{request}: the answer is not JSON: {e.Message}", inner: e);
        }
    }

    /// <summary>The answer as soon as its headers are there; the time limit ends with them. Never retried.</summary>
    public Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken ct) =>
        WithTimeLimitAsync(request, (response, _) => Task.FromResult(response), ct);

    public void Dispose() => http.Dispose();

    private async Task<T> WithTimeLimitAsync<T>(ApiRequest request, Func<HttpResponseMessage, TimeLimit, Task<T>> read, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var status = 0;
        using var limit = new TimeLimit(config.HttpClientTimeout, time, ct);
        try
        {
            var response = await SendAuthenticatedAsync(request, limit.Token).ConfigureAwait(false);
            status = (int)response.StatusCode;
            if (!response.IsSuccessStatusCode)
                throw await ResponseErrors.ReadAsync(request, response, time, limit.Token).ConfigureAwait(false);
            return await read(response, limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            var inner = limit.IsOver ? new TimeoutException("time-out", e) : (Exception)e;
            throw new KubernetesException(0, $"{request}: no answer within {config.HttpClientTimeout.TotalSeconds:0.#} s", inner: inner);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new KubernetesException(0, $"{request}: {Reason(e)} ({authority})", inner: e);
        }
        finally
        {
            metrics.Completed(request.Method.Method, authority, status, time.GetElapsedTime(started));
        }
    }

    private static async Task<byte[]> ReadAllAsync(HttpContent content, Stream body, CancellationToken ct)
    {
        var known = content.Headers.ContentLength;
        using var all = new MemoryStream(known is > 0 and <= int.MaxValue ? (int)known : 0);
        await body.CopyToAsync(all, ct).ConfigureAwait(false);
        return all.Length == all.Capacity ? all.GetBuffer() : all.ToArray();
    }

    private async Task<HttpResponseMessage> SendAuthenticatedAsync(ApiRequest request, CancellationToken ct)
    {
        var response = await SendOnceAsync(request, refresh: false, ct).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized || config.TokenProvider is null)
            return response;
        response.Dispose();
        return await SendOnceAsync(request, refresh: true, ct).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ApiRequest request, bool refresh, CancellationToken ct)
    {
        using var message = new HttpRequestMessage(request.Method, host + request.PathAndQuery)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("Accept", request.Accept ?? "application/json");
        message.Headers.TryAddWithoutValidation("User-Agent", config.UserAgent);
        message.Headers.Authorization = await CredentialsAsync(refresh, ct).ConfigureAwait(false);
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType ?? "application/json");
        }
        return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
    }

    private async ValueTask<AuthenticationHeaderValue?> CredentialsAsync(bool refresh, CancellationToken ct)
    {
        var token = config.TokenProvider is { } provider ? await provider.GetTokenAsync(refresh, ct).ConfigureAwait(false) : config.AccessToken;
        if (!string.IsNullOrEmpty(token))
            return new AuthenticationHeaderValue("Bearer", token);
        return config.Username is { } user
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{config.Password}")))
            : null;
    }

    /// <summary>The innermost message says what is wrong; the outer ones say "see inner exception".</summary>
    private static string Reason(Exception e) => e.InnerException is null ? e.Message : e.GetBaseException().Message;
}
