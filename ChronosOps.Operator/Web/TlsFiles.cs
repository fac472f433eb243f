using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Operator.Web;

/// <summary>A certificate in tls.crt and its key in tls.key, as cert-manager and Secrets of type kubernetes.io/tls have them. Read again when they have changed; while the new ones do not fit, the old ones stay.</summary>
public sealed class TlsFiles(string directory, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private SslStreamCertificateContext? _current;
    private (DateTime Certificate, DateTime Key) _read;
    private DateTimeOffset _lookedAt;

    /// <summary>What to show of whom we are.</summary>
    /// <exception cref="InvalidDataException">There never was a certificate with its key.</exception>
    public SslStreamCertificateContext Current()
    {
        lock (_lock)
        {
            if (_current is null || time.GetUtcNow() - _lookedAt >= LookEvery)
            {
                _lookedAt = time.GetUtcNow();
                Refresh();
            }

            return _current!;
        }
    }

    private void Refresh()
    {
        var (certificate, key) = (Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"));
        try
        {
            var changed = (File.GetLastWriteTimeUtc(certificate), File.GetLastWriteTimeUtc(key));
            if (_current is not null && changed == _read)
            {
                return;
            }

            var leaf = X509Certificate2.CreateFromPemFile(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            _current = SslStreamCertificateContext.Create(leaf, chain, offline: true);
            _read = changed;
            log.LogInformation("The certificate of {Directory} is valid until {NotAfter:O}", directory, leaf.NotAfter.ToUniversalTime());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            if (_current is null)
            {
                throw new InvalidDataException($"{certificate} and {key} are no certificate and its key: {e.Message}", e);
            }

            log.LogWarning("The certificate of {Directory} was changed and cannot be used; the one before stays: {Error}", directory, e.Message);
        }
    }
}
