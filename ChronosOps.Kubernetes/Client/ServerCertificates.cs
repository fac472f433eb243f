using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes;

/// <summary>Trusts the cluster's own authorities, and only those. A file with authorities is read again when it changes.</summary>
internal sealed class ServerCertificates(Func<X509Certificate2Collection> authorities)
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    public static RemoteCertificateValidationCallback? ValidatorFor(KubernetesClientConfiguration config)
    {
        if (config.SkipTlsVerify)
            return (_, _, _, _) => true;
        if (config.SslCaFile is { } path)
            return new ServerCertificates(new CertificateFile(path).Read).Validate;
        return config.SslCaCerts is { } certificates ? new ServerCertificates(() => certificates).Validate : null;
    }

    internal bool Validate(object sender, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        // The system's verdict on the chain does not count either way; its verdict on the name does.
        if (certificate is not X509Certificate2 server || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities());
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(server);
    }

    /// <summary>The certificates of a PEM file, read again when the file's time changes.</summary>
    private sealed class CertificateFile(string path)
    {
        private readonly Lock gate = new();
        private (DateTime Written, X509Certificate2Collection Certificates)? last;

        public X509Certificate2Collection Read()
        {
            lock (gate)
            {
                try
                {
                    var written = FileTime.Written(path);
                    if (last is { } known && known.Written == written)
                        return known.Certificates;
                    var certificates = new X509Certificate2Collection();
                    certificates.ImportFromPemFile(path);
                    last = (written, certificates);
                    return certificates;
                }
                catch (Exception e) when (last is not null && e is IOException or UnauthorizedAccessException or CryptographicException)
                {
                    return last!.Value.Certificates; // in the middle of being replaced
                }
            }
        }
    }
}
