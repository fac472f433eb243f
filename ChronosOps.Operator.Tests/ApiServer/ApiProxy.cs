using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Where a request is when a test interferes.</summary>
internal enum ProxyMoment
{
    /// <summary>It has come in and was not passed on.</summary>
    Before,

    /// <summary>The API server has answered, and the answer was not passed on.</summary>
    After,
}

/// <summary>Stands between an operator and the API server, so that a test can end the operator between doing and recording.</summary>
internal sealed class ApiProxy : IAsyncDisposable
{
    private readonly TestHttpServer _server;
    private readonly HttpMessageInvoker _http;

    private ApiProxy(TestHttpServer server, HttpMessageInvoker http) => (_server, _http) = (server, http);

    /// <summary>Sees every write with its body; true takes the connection away at this moment.</summary>
    public required Func<ProxyMoment, string, string, string, Task<bool>> InterfereAsync { get; init; }

    /// <summary>Starts a proxy in front of the server of a kubeconfig.</summary>
    /// <param name="upstream">Where the API server is.</param>
    /// <param name="interfere">Moment, method, path and body of a write.</param>
    public static Task<ApiProxy> StartAsync(KubernetesClientConfiguration upstream, Func<ProxyMoment, string, string, string, bool> interfere) =>
        StartAsync(upstream, (moment, method, path, body) => Task.FromResult(interfere(moment, method, path, body)), "127.0.0.1");

    /// <summary>Starts a proxy on an address of this machine.</summary>
    public static async Task<ApiProxy> StartAsync(KubernetesClientConfiguration upstream, Func<ProxyMoment, string, string, string, Task<bool>> interfereAsync, string address)
    {
        ApiProxy? self = null;
        var server = await TestHttpServer.StartAsync(context => self!.PassAsync(context, new Uri(upstream.Host)), address);
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = System.Net.DecompressionMethods.All,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
            },
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(upstream.SslCaCerts!);
        return self = new ApiProxy(server, new HttpMessageInvoker(handler)) { InterfereAsync = interfereAsync };
    }

    public Uri Url => _server.Url;

    /// <summary>A kubeconfig that leads through the proxy.</summary>
    public string Kubeconfig(string token) => ApiServerCluster.WriteKubeconfig(Url.ToString(), null, token);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    private async Task PassAsync(HttpContext context, Uri upstream)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var (method, path) = (context.Request.Method, context.Request.Path.Value!);
        if (method != "GET" && await InterfereAsync(ProxyMoment.Before, method, path, body))
        {
            context.Abort();
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(upstream, path + context.Request.QueryString));
        request.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers.Authorization.ToString());
        request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        try
        {
            // Once it was passed on, a write is no longer called back: the operator's end must not cancel it.
            using var response = await _http.SendAsync(request, method == "GET" ? context.RequestAborted : CancellationToken.None);
            if (method != "GET" && await InterfereAsync(ProxyMoment.After, method, path, body))
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await using var answer = await response.Content.ReadAsStreamAsync(context.RequestAborted);
            await CopyAsync(answer, context);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    /// <summary>Flushes after every piece: a watch never ends.</summary>
    private static async Task CopyAsync(Stream answer, HttpContext context)
    {
        var buffer = new byte[16 * 1024];
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted); // A watch begins with its headers, however long nothing happens.
        while (await answer.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
