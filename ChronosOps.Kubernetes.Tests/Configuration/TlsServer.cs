using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>A server that demands a client certificate, any, and refuses CN=first at /refuse-first.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private TlsServer()
    {
        var (certificate, key) = new TestIdentity("server").Pem;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = X509Certificate2.CreateFromPem(certificate, key);
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (_, chain, _) =>
            {
                SentWith.AddRange(chain!.ChainPolicy.ExtraStore.Select(issuer => issuer.Subject));
                return true;
            };
        })));
        app = builder.Build();
        app.Run(context =>
        {
            var name = context.Connection.ClientCertificate!.Subject;
            Seen.Add(name);
            if (context.Request.Path == "/refuse-first" && name == "CN=first")
                context.Response.StatusCode = 401;
            return Task.CompletedTask;
        });
    }

    public string Url => app.Urls.First();

    /// <summary>The certificate of each request.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>What came with the certificates.</summary>
    public List<string> SentWith { get; } = [];

    public static async Task<TlsServer> StartAsync()
    {
        var server = new TlsServer();
        await server.app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
