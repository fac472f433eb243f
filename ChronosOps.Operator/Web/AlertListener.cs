using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ChronosOps.Operator.Web;

/// <summary>The listener for alerts: an address of its own, so that who may reach the metrics need not be who may send alerts.</summary>
public static class AlertListener
{
    private const int MostConnections = 100;

    /// <summary>So much is read ahead of each connection before anybody knows whether it has the token.</summary>
    private const int ReadAhead = 64 * 1024;

    /// <summary>Builds it. Nothing is listened to before it is started.</summary>
    /// <exception cref="InvalidDataException">The token or the certificate cannot be read.</exception>
    public static WebApplication Build(AlertListenerOptions options, AlertEndpoint endpoint, TimeProvider time, ILoggerFactory loggers)
    {
        var tls = options.TlsDirectory is { } directory ? new TlsFiles(directory, time, loggers.CreateLogger<TlsFiles>()) : null;
        tls?.Current();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = AlertEndpoint.MostBytes;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBufferSize = ReadAhead;
            kestrel.Limits.KeepAliveTimeout = options.Patience;
            kestrel.Limits.RequestHeadersTimeout = options.Patience;
            Listen(kestrel, BindingAddress.Parse(options.Listen), listen => Secure(listen, tls, options.Patience));
        });
        var app = builder.Build();
        app.MapPost(AlertEndpoint.Path, (RequestDelegate)endpoint.HandleAsync);
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, BindingAddress address, Action<ListenOptions> configure)
    {
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
        {
            kestrel.Listen(ip, address.Port, configure);
        }
        else if (address.Host == "localhost")
        {
            kestrel.ListenLocalhost(address.Port, configure);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port, configure);
        }
    }

    private static void Secure(ListenOptions listen, TlsFiles? tls, TimeSpan patience)
    {
        // One request at a time on a connection, so that the limit of connections is one of requests.
        listen.Protocols = HttpProtocols.Http1;
        if (tls is not null)
        {
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = patience,
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = tls.Current() }),
            });
        }
    }
}
