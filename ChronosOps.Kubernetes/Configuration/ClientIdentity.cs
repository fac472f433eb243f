using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes;

/// <summary>A client's certificate with its key, and the authorities between it and the one that the server knows.</summary>
internal sealed record ClientIdentity(X509Certificate2 Leaf, X509Certificate2Collection? Issuers)
{
    /// <summary>Of a bundle, the first certificate is the client's own.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">That is no PEM.</exception>
    /// <exception cref="ArgumentException">Certificate and key are not a pair.</exception>
    public static ClientIdentity FromPem(string certificate, string key)
    {
        var leaf = X509Certificate2.CreateFromPem(certificate, key);
        var issuers = new X509Certificate2Collection();
        issuers.ImportFromPem(certificate);
        issuers.RemoveAt(0);
        return new ClientIdentity(leaf, issuers);
    }
}
