using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>A certificate with its key for tests: its own authority's, or of another.</summary>
internal sealed class TestIdentity
{
    public TestIdentity(string name, TestIdentity? issuer = null, bool isAuthority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        var (start, end) = (DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        if (issuer is null)
        {
            Certificate = request.CreateSelfSigned(start, end);
        }
        else
        {
            using var bare = request.Create(issuer.Certificate, start, end, RandomNumberGenerator.GetBytes(8));
            Certificate = bare.CopyWithPrivateKey(key);
        }
        Pem = (Certificate.ExportCertificatePem(), key.ExportECPrivateKeyPem());
    }

    public X509Certificate2 Certificate { get; }

    public (string Certificate, string Key) Pem { get; }
}
