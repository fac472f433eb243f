using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes;

/// <summary>
/// Connections with a client certificate that changes: a new one gets new connections, since a connection keeps the certificate
/// that it began with. Watches on the old ones go on until they end; those before the old ones are closed.
/// </summary>
internal sealed class RotatingSockets(IClientCertificateProvider provider, Func<X509Certificate2?, SocketsHttpHandler> build) : HttpMessageHandler
{
    private readonly Lock gate = new();
    private X509Certificate2? certificate;
    private HttpMessageInvoker? current;
    private HttpMessageInvoker? former;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Current().SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            current?.Dispose();
            former?.Dispose();
        }
        base.Dispose(disposing);
    }

    private HttpMessageInvoker Current()
    {
        lock (gate)
        {
            // In here: whoever asked earlier must not bring an older one back.
            var now = provider.ClientCertificate;
            if (current is not null && ReferenceEquals(now, certificate))
                return current;
            former?.Dispose();
            (former, current, certificate) = (current, new HttpMessageInvoker(build(now)), now);
            return current;
        }
    }
}
