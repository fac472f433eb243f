using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ChronosOps.Kubernetes.Tests;

public sealed class KubeConfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kubeconfig").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void ReadsTheCurrentContext()
    {
        var config = Load(Valid());
        Assert.Equal(("https://k8s.example:6443", "shop", "secret"), (config.Host, config.Namespace, config.AccessToken));
        Assert.False(config.SkipTlsVerify);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(", disable-compression: false", false)]
    [InlineData(", disable-compression: true", true)]
    public async Task AnswersAreCompressedUnlessTheClusterSaysOtherwise(string field, bool isDisabled)
    {
        await using var server = await FakeApiServer.StartAsync();
        server.Answers(200, Json.Pod("web", "1"));
        using var client = new KubernetesClient(Load(Valid().Replace("server: https://k8s.example:6443", $"{{server: '{server.Configuration.Host}'{field}}}", StringComparison.Ordinal)));
        await client.For(KubernetesResources.Pods).ReadNamespacedAsync("shop", "web", TestContext.Current.CancellationToken);
        Assert.Equal(isDisabled, !Assert.Single(server.Seen).Headers.ContainsKey("Accept-Encoding"));
    }

    [Fact]
    public void AnotherContextAndServerMayBeNamed()
    {
        var config = Load(Valid(), context: "other", master: "http://127.0.0.1:9");
        Assert.Equal(("http://127.0.0.1:9", null, true), (config.Host, config.Namespace, config.SkipTlsVerify));
    }

    [Fact]
    public void JsonIsAKubeconfigToo() =>
        Assert.Equal("https://j:1", Load("""{"current-context":"c","contexts":[{"name":"c","context":{"cluster":"k"}}],"clusters":[{"name":"k","cluster":{"server":"https://j:1"}}]}""").Host);

    [Fact]
    public void OfSeveralFilesTheFirstThatHasAnEntryWins()
    {
        var first = Write("current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\n");
        var second = Write("current-context: x\nclusters:\n- name: k\n  cluster: {server: 'https://second:1'}\nusers:\n- name: u\n  user: {token: t2}\n");
        var config = KubeConfigLoader.Load([first, second], null, null);
        Assert.Equal(("https://second:1", "t2"), (config.Host, config.AccessToken));
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ec")]
    public void ClientCertificatesMayHaveEitherKindOfKeyAndStandInFilesBesideTheConfig(string kind)
    {
        var (certificate, key) = SelfSigned(kind);
        File.WriteAllText(Path.Combine(folder, "me.crt"), certificate);
        File.WriteAllText(Path.Combine(folder, "me.key"), key);
        var config = Load(Valid().Replace("token: secret", "{client-certificate: me.crt, client-key: me.key}", StringComparison.Ordinal));
        Assert.Equal((certificate, key), (config.ClientCertificateData, config.ClientCertificateKeyData));
        using var client = new KubernetesClient(config); // builds the TLS context
    }

    [Fact]
    public void AuthoritiesMayBeGivenAsData()
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(SelfSigned("ec").Certificate + "\n" + SelfSigned("rsa").Certificate));
        var config = Load(Valid().Replace("server: https://k8s.example:6443", $"{{server: 'https://k8s.example:6443', certificate-authority-data: {data}}}", StringComparison.Ordinal));
        Assert.Equal(2, config.SslCaCerts!.Count);
    }

    [Theory]
    [InlineData("current-context: shop", "current-context: nope", "current-context names \"nope\", which is not among contexts")]
    [InlineData("current-context: shop", "", "current-context is not set")]
    [InlineData("cluster: one", "cluster: gone", "contexts[shop].context.cluster names \"gone\", which is not among clusters")]
    [InlineData("user: me", "user: gone", "contexts[shop].context.user names \"gone\", which is not among users")]
    [InlineData("server: https://k8s.example:6443", "server: k8s.example", "clusters[0].cluster.server \"k8s.example\" is not a URL")]
    [InlineData("server: https://k8s.example:6443", "tls-server-name: x", "clusters[0].cluster.server is missing")]
    [InlineData("server: https://k8s.example:6443", "{server: 'https://x', certificate-authority-data: '***'}", "clusters[0].cluster.certificate-authority-data is not base64")]
    [InlineData("server: https://k8s.example:6443", "{server: 'https://x', certificate-authority-data: aGVsbG8=}", "clusters[0].cluster.certificate-authority contains no PEM")]
    [InlineData("server: https://k8s.example:6443", "{server: 'https://x', insecure-skip-tls-verify: maybe}", "clusters[0].cluster.insecure-skip-tls-verify must be true or false, not \"maybe\"")]
    [InlineData("server: https://k8s.example:6443", "{server: 'https://x', certificate-authority: nowhere.crt}", "clusters[0].cluster.certificate-authority names")]
    [InlineData("token: secret", "{client-key-data: aGVsbG8=}", "users[0].user.client-certificate is missing")]
    [InlineData("token: secret", "{client-key-data: aGVsbG8=, client-certificate-data: aGVsbG8=}", "users[0].user.client-certificate and client-key do not make")]
    [InlineData("token: secret", "{auth-provider: {name: gcp}}", "users[0].user.auth-provider is not supported")]
    [InlineData("token: secret", "{exec: {command: x}}", "users[0].user.exec.apiVersion is missing")]
    [InlineData("token: secret", "[a]", "users[0].user must be an object")]
    [InlineData("clusters:", "clusters: {}\nspare:", "clusters must be a list")]
    [InlineData("current-context: shop", "current-context: [", "is not YAML")]
    public void AnErrorNamesTheFileAndTheField(string part, string replacement, string message)
    {
        var text = Valid();
        Assert.Contains(part, text);
        var file = Write(text.Replace(part, replacement, StringComparison.Ordinal));
        var error = Assert.Throws<KubeConfigException>(() => KubeConfigLoader.Load([file], null, null));
        Assert.Contains(file, error.Message);
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void AMissingFileIsNamed() =>
        Assert.Contains("/no/such/file", Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile("/no/such/file")).Message);

    [Fact]
    public async Task AProgramMayGiveTheTokenAndIsAskedAgainWhenItIsRefused()
    {
        var counter = Path.Combine(folder, "count");
        var script = Path.Combine(folder, "login");
        File.WriteAllText(script, $$"""
            #!/bin/sh
            echo x >> {{counter}}
            echo "{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"$PREFIX$(wc -l < {{counter}})\"} }"
            """);
        var config = Load(Valid().Replace("token: secret", $"{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: [{script}], env: [{{name: PREFIX, value: t}}]}}}}", StringComparison.Ordinal));
        var ct = TestContext.Current.CancellationToken;
        Assert.Equal("t1", await config.TokenProvider!.GetTokenAsync(false, ct));
        Assert.Equal("t1", await config.TokenProvider.GetTokenAsync(false, ct));
        ((IRefusableCredentials)config.TokenProvider).Refused("t1", null);
        Assert.Equal("t2", await config.TokenProvider.GetTokenAsync(true, ct));
    }

    [Fact]
    public async Task ATokensFileWinsOverTheToken()
    {
        var ct = TestContext.Current.CancellationToken;
        var file = Path.Combine(folder, "token");
        var config = Load(Valid().Replace("token: secret", "{token: secret, tokenFile: token}", StringComparison.Ordinal));
        Assert.Equal("secret", await config.TokenProvider!.GetTokenAsync(false, ct));
        File.WriteAllText(file, "from the file");
        Assert.Equal("from the file", await config.TokenProvider.GetTokenAsync(false, ct));
        File.WriteAllText(file, "rotated");
        Assert.Equal("rotated", await config.TokenProvider.GetTokenAsync(true, ct));
    }

    internal static (string Certificate, string Key) SelfSigned(string kind)
    {
        using AsymmetricAlgorithm key = kind == "rsa" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsa
            ? new CertificateRequest("CN=me", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=me", (ECDsa)key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return (certificate.ExportCertificatePem(), key is RSA pem ? pem.ExportRSAPrivateKeyPem() : ((ECDsa)key).ExportECPrivateKeyPem());
    }

    private static string Valid() => """
        apiVersion: v1
        kind: Config
        current-context: shop
        contexts:
        - name: shop
          context:
            cluster: one
            user: me
            namespace: shop
        - name: other
          context: {cluster: two}
        clusters:
        - name: one
          cluster:
            server: https://k8s.example:6443
        - name: two
          cluster: {server: 'https://two', insecure-skip-tls-verify: true}
        users:
        - name: me
          user:
            token: secret
        """;

    private KubernetesClientConfiguration Load(string text, string? context = null, string? master = null) =>
        KubeConfigLoader.Load([Write(text)], context, master);

    private string Write(string text)
    {
        var file = Path.Combine(folder, Path.GetRandomFileName());
        File.WriteAllText(file, text);
        return file;
    }
}
