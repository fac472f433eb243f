using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ChronosOps.Operator.Tests.Integrations;

/// <summary>A certificate may name an address from which its issuer is to be had. Nobody goes there, whoever showed it: neither to a Prometheus' nor to that of a policy's own certificate.</summary>
public sealed class PrometheusCertificatesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("certificates").FullName;
    private int _fetched;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheIssuerOfAPrometheusCertificateIsNotFetched(bool ownAuthority)
    {
        using var root = Issue("CN=root", null, isAuthority: true);
        using var between = Issue("CN=between", root, isAuthority: true);
        await using var issuers = await IssuersAsync(between);
        using var leaf = Issue("CN=localhost", between, isAuthority: false, issuers.Url);
        await using var server = await PrometheusAsync(leaf);
        var failure = await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(server, ownAuthority ? root : null, null));
        Assert.Equal(("Unreachable", 0), (failure.Reason, _fetched));
    }

    [Fact]
    public async Task NorIsThatOfTheCertificateThatIsShownToIt()
    {
        using var root = Issue("CN=root", null, isAuthority: true);
        await using var issuers = await IssuersAsync(root);
        using var leaf = Issue("CN=localhost", root, isAuthority: false);
        using var client = Issue("CN=operator", root, isAuthority: false, issuers.Url);
        await using var server = await PrometheusAsync(leaf);
        await AskAsync(server, root, client);
        Assert.Equal(0, _fetched);
    }

    private Task<TestHttpServer> IssuersAsync(X509Certificate2 issuer) => TestHttpServer.StartAsync(async context =>
    {
        Interlocked.Increment(ref _fetched);
        await context.Response.Body.WriteAsync(issuer.Export(X509ContentType.Cert));
    });

    /// <summary>A Prometheus that sends its own certificate alone, and looks for nobody's issuer itself.</summary>
    private static Task<TestHttpServer> PrometheusAsync(X509Certificate2 certificate) => TestHttpServer.StartTlsAsync(
        new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        },
        context => context.Response.WriteAsync(PrometheusSeriesSourceTests.Matrix("")));

    private async Task AskAsync(TestHttpServer server, X509Certificate2? authority, X509Certificate2? client)
    {
        var options = new PrometheusOptions
        {
            Url = new UriBuilder(server.Url) { Host = "localhost" }.Uri,
            Timeout = TimeSpan.FromSeconds(30),
            CaFile = authority is null ? null : Write("ca.crt", authority.ExportCertificatePem()),
            CertificateFile = client is null ? null : Write("tls.crt", client.ExportCertificatePem()),
            KeyFile = client is null ? null : Write("tls.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var source = new PrometheusSources(options, api.Client, TimeSpan.FromSeconds(15), TimeProvider.System, (_, made) => made).Of(SeriesOrigin.Own);
        await source.QueryRangeAsync("up", FakeTime.Epoch, FakeTime.Epoch, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static X509Certificate2 Issue(string subject, X509Certificate2? issuer, bool isAuthority, Uri? issuers = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (issuers is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [$"{issuers}issuer.crt"]));
        }

        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        if (issuer is null)
        {
            var now = TimeProvider.System.GetUtcNow();
            return request.CreateSelfSigned(now.AddHours(-2), now.AddHours(2));
        }

        using var bare = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}
