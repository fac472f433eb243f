namespace ChronosOps.Kubernetes.Tests;

public sealed class ClientCertificateTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly string folder = Directory.CreateTempSubdirectory("client-").FullName;
    private readonly FakeTime time = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("data")]
    [InlineData("files")]
    [InlineData("plugin")]
    public async Task TheAuthoritiesOfABundleAreSentWithIt(string source)
    {
        var root = new TestIdentity("root", isAuthority: true);
        var between = new TestIdentity("between", root, isAuthority: true);
        var (certificate, key) = new TestIdentity("me", between).Pem;
        await using var server = await TlsServer.StartAsync();
        using var client = new KubernetesClient(Config(source, server.Url, $"{certificate}\n{between.Pem.Certificate}", key));
        await client.SendAsync(HttpMethod.Get, "/version", ct: Ct);
        Assert.Equal(["CN=me"], server.Seen);
        Assert.Contains("CN=between", server.SentWith);
    }

    /// <summary>As in a mounted secret: what changes is a link to the folder.</summary>
    [Fact]
    public void FilesThatWereReplacedAreReadAgain()
    {
        Write("v1", new TestIdentity("first").Pem);
        Write("v2", new TestIdentity("second").Pem);
        File.SetLastWriteTimeUtc(Path.Combine(folder, "v2/tls.crt"), DateTime.UnixEpoch);
        Directory.CreateSymbolicLink(Path.Combine(folder, "data"), "v1");
        var (certificate, key) = (Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
        File.CreateSymbolicLink(certificate, "data/tls.crt");
        File.CreateSymbolicLink(key, "data/tls.key");
        var files = Files(certificate, key);
        var first = files.ClientCertificate;
        Assert.Equal("CN=first", first!.Subject);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Same(first, files.ClientCertificate);
        Directory.Delete(Path.Combine(folder, "data"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "data"), "v2");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("CN=second", files.ClientCertificate!.Subject);
    }

    [Fact]
    public void ThePairIsReplacedWhenBothOfItAre()
    {
        Write("", new TestIdentity("first").Pem);
        var (certificate, key) = (Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
        var files = Files(certificate, key);
        var first = files.ClientCertificate;
        var second = new TestIdentity("second").Pem;
        Replace(certificate, second.Certificate);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(first, files.ClientCertificate);
        File.Delete(key);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(first, files.ClientCertificate);
        Replace(key, second.Key);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("CN=second", files.ClientCertificate!.Subject);
        Assert.Empty(files.Issuers!);
    }

    [Fact]
    public async Task ARotatedCertificateOfAKubeconfigGetsANewConnection()
    {
        await using var server = await TlsServer.StartAsync();
        var (certificate, key) = new TestIdentity("first").Pem;
        var config = Config("files", server.Url, certificate, key);
        Assert.IsType<ClientCertificateFiles>(config.ClientCertificateProvider);
        config.ClientCertificateProvider = Files(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key")); // with our clock
        using var client = new KubernetesClient(config);
        await client.SendAsync(HttpMethod.Get, "/version", ct: Ct);
        var second = new TestIdentity("second").Pem;
        Replace(Path.Combine(folder, "tls.crt"), second.Certificate);
        Replace(Path.Combine(folder, "tls.key"), second.Key);
        time.Advance(TimeSpan.FromSeconds(10));
        await client.SendAsync(HttpMethod.Get, "/version", ct: Ct);
        Assert.Equal(["CN=first", "CN=second"], server.Seen);
    }

    private KubernetesClientConfiguration Config(string source, string url, string certificate, string key)
    {
        if (source == "data")
            return new() { Host = url, SkipTlsVerify = true, ClientCertificateData = certificate, ClientCertificateKeyData = key };
        if (source == "plugin")
        {
            var provider = new ExecTokenProvider(() => Task.FromResult(new ExecCredential(null, ClientIdentity.FromPem(certificate, key), null)), time);
            return new() { Host = url, SkipTlsVerify = true, TokenProvider = provider, ClientCertificateProvider = provider };
        }
        Write("", (certificate, key));
        var file = Path.Combine(folder, "config");
        File.WriteAllText(file, $$$"""
            current-context: c
            contexts: [{name: c, context: {cluster: k, user: u}}]
            clusters: [{name: k, cluster: {server: '{{{url}}}', insecure-skip-tls-verify: true}}]
            users: [{name: u, user: {client-certificate: tls.crt, client-key: tls.key}}]
            """);
        return KubeConfigLoader.Load([file], null, null);
    }

    private ClientCertificateFiles Files(string certificate, string key) =>
        new(certificate, key, ClientIdentity.FromPem(File.ReadAllText(certificate), File.ReadAllText(key)), time);

    private void Write(string name, (string Certificate, string Key) pem)
    {
        var into = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        File.WriteAllText(Path.Combine(into, "tls.crt"), pem.Certificate);
        File.WriteAllText(Path.Combine(into, "tls.key"), pem.Key);
    }

    /// <summary>Its time is another, however coarse the file system's clock.</summary>
    private static void Replace(string file, string text)
    {
        File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
    }
}
