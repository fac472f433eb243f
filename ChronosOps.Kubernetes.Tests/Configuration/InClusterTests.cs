namespace ChronosOps.Kubernetes.Tests;

public sealed class InClusterTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly string folder = Directory.CreateTempSubdirectory("serviceaccount").FullName;
    private readonly FakeTime time = new();

    public InClusterTests()
    {
        File.WriteAllText(Path.Combine(folder, "token"), "first\n");
        File.WriteAllText(Path.Combine(folder, "namespace"), "shop\n");
        File.WriteAllText(Path.Combine(folder, "ca.crt"), KubeConfigTests.SelfSigned("ec").Certificate);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("10.0.0.1", "6443", "https://10.0.0.1:6443")]
    [InlineData("10.0.0.1", null, "https://10.0.0.1:443")]
    [InlineData("fd00::1", "443", "https://[fd00::1]:443")]
    public void AddressNamespaceAndAuthoritiesComeFromThePod(string host, string? port, string url)
    {
        var config = Load(host, port);
        Assert.Equal((url, "shop", Path.Combine(folder, "ca.crt"), true), (config.Host, config.Namespace, config.SslCaFile, config.DisableCompression));
    }

    [Fact]
    public void OutsideOfAPodItSaysSo() =>
        Assert.Contains("KUBERNETES_SERVICE_HOST", Assert.Throws<KubeConfigException>(() => InClusterLoader.Load(_ => null, folder, time)).Message);

    [Fact]
    public async Task ARotatedTokenIsReadWithinAMinute()
    {
        var tokens = Load("h", null).TokenProvider!;
        Assert.Equal("first", await tokens.GetTokenAsync(false, Ct));
        File.WriteAllText(Path.Combine(folder, "token"), "second");
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("first", await tokens.GetTokenAsync(false, Ct));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("second", await tokens.GetTokenAsync(false, Ct));
    }

    [Fact]
    public async Task WhileTheFileIsBeingReplacedTheOldTokenIsUsed()
    {
        var tokens = Load("h", null).TokenProvider!;
        await tokens.GetTokenAsync(false, Ct);
        File.Delete(Path.Combine(folder, "token"));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("first", await tokens.GetTokenAsync(false, Ct));
    }

    [Fact]
    public async Task AnEmptyFileIsAGapThatIsNotRemembered()
    {
        var tokens = Load("h", null).TokenProvider!;
        await tokens.GetTokenAsync(false, Ct);
        File.WriteAllText(Path.Combine(folder, "token"), "\n");
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("first", await tokens.GetTokenAsync(false, Ct));
        File.WriteAllText(Path.Combine(folder, "token"), "second");
        Assert.Equal("second", await tokens.GetTokenAsync(false, Ct));
    }

    /// <summary>A folder may not be read as a file, not even by root.</summary>
    [Fact]
    public async Task AFileThatMayNotBeReadIsAGap()
    {
        var tokens = Load("h", null).TokenProvider!;
        await tokens.GetTokenAsync(false, Ct);
        File.Delete(Path.Combine(folder, "token"));
        Directory.CreateDirectory(Path.Combine(folder, "token"));
        Assert.Equal("first", await tokens.GetTokenAsync(true, Ct));
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("absent")]
    [InlineData("folder")]
    public async Task WithoutAnyTokenTheFileIsNamed(string name)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(Path.Combine(folder, "empty"), "");
        Directory.CreateDirectory(Path.Combine(folder, "folder"));
        var error = await Assert.ThrowsAsync<KubeConfigException>(async () => await new FileTokenProvider(file, time).GetTokenAsync(false, Ct));
        Assert.Contains(file, error.Message);
    }

    [Fact]
    public async Task ARefusedTokenIsReadAgainAtOnceAndTheRequestRepeatedOnce()
    {
        await using var server = await FakeApiServer.StartAsync();
        server.Answers(200, "{}").Answers(401, "{}").Answers(200, "{}").Answers(401, "{}").Answers(401, "{}");
        var config = server.Configuration;
        config.TokenProvider = new FileTokenProvider(Path.Combine(folder, "token"), time);
        using var client = new KubernetesClient(config);
        await client.SendAsync(HttpMethod.Get, "/a", ct: Ct);
        File.WriteAllText(Path.Combine(folder, "token"), "second");
        await client.SendAsync(HttpMethod.Get, "/b", ct: Ct);
        Assert.Equal(["Bearer first", "Bearer first", "Bearer second"], server.Seen.Select(request => request.Headers["Authorization"]));
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.SendAsync(HttpMethod.Get, "/c", ct: Ct));
        Assert.True(error.IsUnauthorized);
        Assert.Equal(5, server.Seen.Count);
    }

    private KubernetesClientConfiguration Load(string host, string? port) => InClusterLoader.Load(
        name => name switch { "KUBERNETES_SERVICE_HOST" => host, "KUBERNETES_SERVICE_PORT" => port, _ => null }, folder, time);
}
