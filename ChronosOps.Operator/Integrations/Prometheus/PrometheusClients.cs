using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ChronosOps.Operator.Detection;

namespace ChronosOps.Operator.Integrations.Prometheus;

/// <summary>The connections to one Prometheus, made anew when its certificates change. Redirects are not followed, and no cookie is kept.</summary>
internal sealed class PrometheusClients
{
    private readonly Lock _lock = new();
    private (string?, string?, string?) _made;
    private HttpClient? _client;

    /// <summary>The client for some credentials.</summary>
    /// <exception cref="SeriesUnavailableException">The certificates are none.</exception>
    public HttpClient Of(Credentials credentials)
    {
        var wanted = (credentials.Authorities, credentials.Certificate, credentials.Key);
        lock (_lock)
        {
            if (_client is null || _made != wanted)
            {
                // Queries that are under way end with the old one, which is then left to the collector: its idle connections close after a minute.
                _client = new HttpClient(Handler(credentials)) { Timeout = Timeout.InfiniteTimeSpan };
                _made = wanted;
            }

            return _client;
        }
    }

    private static SocketsHttpHandler Handler(Credentials credentials)
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
        };

        // A certificate may name an address from which its issuer is fetched: whoever shows one, or writes it into a Secret, must not choose where else the operator asks.
        var trust = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        handler.SslOptions.CertificateChainPolicy = trust;
        try
        {
            if (credentials.Authorities is { } authorities)
            {
                var trusted = new X509Certificate2Collection();
                trusted.ImportFromPem(authorities);
                if (trusted.Count == 0)
                {
                    throw new CryptographicException("there is no certificate in it");
                }

                trust.TrustMode = X509ChainTrustMode.CustomRootTrust;
                trust.CustomTrustStore.AddRange(trusted);
            }

            if (credentials.Certificate is { } certificate)
            {
                handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certificate, credentials.Key), null, offline: true);
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            handler.Dispose();
            throw new SeriesUnavailableException(SeriesReasons.Secret, $"the certificates for Prometheus cannot be used: {PrometheusReader.Shorten(e.Message)}", e);
        }

        return handler;
    }
}
