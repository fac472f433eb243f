using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes;

/// <summary>Credentials that are asked for anew when the server refuses them.</summary>
internal interface IRefusableCredentials
{
    /// <summary>The server refused these. By the time that one hears of it, there may be newer ones.</summary>
    /// <param name="token">The bearer token that was sent; null: none.</param>
    /// <param name="certificate">The client certificate of the connection; null: none.</param>
    void Refused(string? token, X509Certificate2? certificate);
}

/// <summary>Tells the giver of credentials which of them the server refused: of many requests with the same old token, the last is no reason for yet another one.</summary>
internal sealed class RefusalReporter(IRefusableCredentials credentials, IClientCertificateProvider? certificates) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var certificate = certificates?.ClientCertificate;
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
            credentials.Refused(request.Headers.Authorization is { Scheme: "Bearer" } sent ? sent.Parameter : null, certificate);
        return response;
    }
}
