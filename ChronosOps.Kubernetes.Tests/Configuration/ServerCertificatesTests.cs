using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChronosOps.Kubernetes.Tests;

public sealed class ServerCertificatesTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();
    private readonly X509Certificate2 authority = Authority("CN=ours");
    private readonly X509Certificate2 other = Authority("CN=other");

    public void Dispose()
    {
        File.Delete(file);
        authority.Dispose();
        other.Dispose();
    }

    [Theory]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors, true)]
    [InlineData(SslPolicyErrors.None, true)]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch, false)]
    [InlineData(SslPolicyErrors.RemoteCertificateNotAvailable, false)]
    public void TheClustersOwnAuthorityIsTrustedButNotForAnotherName(SslPolicyErrors errors, bool trusted) =>
        Assert.Equal(trusted, ValidatorFor(authority)(this, IssuedBy(authority), null, errors));

    [Fact]
    public void AnyOtherAuthorityIsNotTrustedEvenWhereTheSystemTrustsIt() =>
        Assert.False(ValidatorFor(authority)(this, IssuedBy(other), null, SslPolicyErrors.None));

    [Fact]
    public void ACertificateForClientsIsNoServersCertificate() =>
        Assert.False(ValidatorFor(authority)(this, IssuedBy(authority, "1.3.6.1.5.5.7.3.2"), null, SslPolicyErrors.RemoteCertificateChainErrors));

    [Fact]
    public void AReplacedFileOfAuthoritiesIsReadAgain()
    {
        File.WriteAllText(file, authority.ExportCertificatePem());
        var validate = ServerCertificates.ValidatorFor(new() { SslCaFile = file })!;
        Assert.False(validate(this, IssuedBy(other), null, SslPolicyErrors.RemoteCertificateChainErrors));
        File.WriteAllText(file, other.ExportCertificatePem());
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        Assert.True(validate(this, IssuedBy(other), null, SslPolicyErrors.RemoteCertificateChainErrors));
    }

    /// <summary>As in a pod: what changes is a link to the folder.</summary>
    [Fact]
    public void AuthoritiesBehindALinkAreReadAgain()
    {
        var folder = Directory.CreateTempSubdirectory("authorities-").FullName;
        try
        {
            foreach (var (version, certificate) in new[] { ("v1", authority), ("v2", other) })
            {
                Directory.CreateDirectory(Path.Combine(folder, version));
                File.WriteAllText(Path.Combine(folder, version, "ca.crt"), certificate.ExportCertificatePem());
            }
            File.SetLastWriteTimeUtc(Path.Combine(folder, "v2/ca.crt"), DateTime.UnixEpoch);
            Directory.CreateSymbolicLink(Path.Combine(folder, "data"), "v1");
            File.CreateSymbolicLink(Path.Combine(folder, "ca.crt"), "data/ca.crt");
            var validate = ServerCertificates.ValidatorFor(new() { SslCaFile = Path.Combine(folder, "ca.crt") })!;
            Assert.False(validate(this, IssuedBy(other), null, SslPolicyErrors.RemoteCertificateChainErrors));
            Directory.Delete(Path.Combine(folder, "data"));
            Directory.CreateSymbolicLink(Path.Combine(folder, "data"), "v2");
            Assert.True(validate(this, IssuedBy(other), null, SslPolicyErrors.RemoteCertificateChainErrors));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static RemoteCertificateValidationCallback ValidatorFor(X509Certificate2 authority) =>
        ServerCertificates.ValidatorFor(new() { SslCaCerts = [authority] })!;

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    private static X509Certificate2 IssuedBy(X509Certificate2 issuer, string usage = "1.3.6.1.5.5.7.3.1")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        return request.Create(issuer, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200), [1, 2, 3]);
    }
}
