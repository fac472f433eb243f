using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace ChronosOps.Kubernetes;

/// <summary>Builds the one chain of handlers: the caller's first, the sockets last.</summary>
internal static class HttpPipeline
{
    public static HttpMessageHandler Build(KubernetesClientConfiguration config, IReadOnlyList<DelegatingHandler> handlers)
    {
        HttpMessageHandler next = config.ClientCertificateProvider is { } provider
            ? new RotatingSockets(provider, certificate => Sockets(config, certificate is null ? null : new ClientIdentity(certificate, provider.Issuers)))
            : Sockets(config, FixedCertificate(config));
        if (config.TokenProvider is IRefusableCredentials credentials)
            next = new RefusalReporter(credentials, config.ClientCertificateProvider) { InnerHandler = next };
        foreach (var handler in handlers.Reverse())
        {
            handler.InnerHandler = next;
            next = handler;
        }
        return next;
    }

    private static SocketsHttpHandler Sockets(KubernetesClientConfiguration config, ClientIdentity? certificate) => new()
    {
        AllowAutoRedirect = false, // a redirect would carry the token elsewhere
        UseCookies = false,
        AutomaticDecompression = config.DisableCompression ? DecompressionMethods.None : DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        EnableMultipleHttp2Connections = true,
        // A peer that vanished without a word is noticed within a minute, on HTTP/2 and on plain TCP.
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        KeepAlivePingDelay = TimeSpan.FromSeconds(20),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        ConnectCallback = ConnectAsync,
        SslOptions = Tls(config, certificate),
    };

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Tls(KubernetesClientConfiguration config, ClientIdentity? certificate)
    {
        var options = new SslClientAuthenticationOptions();
        if (config.TlsServerName is { Length: > 0 } name)
            options.TargetHost = name;
        if (ServerCertificates.ValidatorFor(config) is { } validator)
            options.RemoteCertificateValidationCallback = validator;
        if (certificate is not null)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate.Leaf, certificate.Issuers, offline: true);
        return options;
    }

    private static ClientIdentity? FixedCertificate(KubernetesClientConfiguration config) =>
        config.ClientCertificateData is { } certificate && config.ClientCertificateKeyData is { } key ? ClientIdentity.FromPem(certificate, key) : null;
}
