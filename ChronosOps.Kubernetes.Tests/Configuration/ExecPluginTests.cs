using System.Runtime.Versioning;
using System.Text.Json.Nodes;

namespace ChronosOps.Kubernetes.Tests;

/// <summary>Credential plugins: a shell script that answers with what a file holds and counts how often it was asked.</summary>
public sealed class ExecPluginTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly string folder = Directory.CreateTempSubdirectory("exec-").FullName;
    private readonly FakeTime time = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task ATokenIsKeptUntilShortlyBeforeItsEnd()
    {
        var provider = new ExecTokenProvider(Plugin(), time);
        Answer("""{"token":"one","expirationTimestamp":"2026-01-02T04:04:05Z"}""");
        Assert.Equal("one", await provider.GetTokenAsync(false, Ct));
        Answer("""{"token":"two"}""");
        time.Advance(TimeSpan.FromMinutes(58));
        Assert.Equal("one", await provider.GetTokenAsync(false, Ct));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("two", await provider.GetTokenAsync(false, Ct));
        Assert.Equal(2, Asked);
    }

    [Fact]
    public async Task APluginThatFailsEarlyDoesNotMatterWhileTheTokenIsGood()
    {
        var provider = new ExecTokenProvider(Plugin(), time);
        Answer("""{"token":"one","expirationTimestamp":"2026-01-02T04:04:05Z"}""");
        await provider.GetTokenAsync(false, Ct);
        Answer("{}");
        time.Advance(TimeSpan.FromMinutes(59.5));
        Assert.Equal("one", await provider.GetTokenAsync(false, Ct));
        time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<KubeConfigException>(async () => await provider.GetTokenAsync(false, Ct));
    }

    [Fact]
    public async Task ManyRefusedRequestsAskOnce()
    {
        var provider = new ExecTokenProvider(Plugin(), time);
        Answer("""{"token":"one"}""");
        await provider.GetTokenAsync(false, Ct);
        Answer("""{"token":"two"}""");
        provider.Refused("one", null);
        var tokens = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => provider.GetTokenAsync(true, Ct).AsTask()));
        Assert.All(tokens, token => Assert.Equal("two", token));
        Assert.Equal(2, Asked);
    }

    [Theory]
    [InlineData("{}", "neither status.token nor")]
    [InlineData("""{"clientCertificateData":"x","clientKeyData":"y"}""", "do not make a certificate")]
    [InlineData("""{"token":"t","expirationTimestamp":"soon"}""", "gave no ExecCredential")]
    public async Task AnAnswerThatCannotBeUsedIsAnErrorThatNamesTheProgram(string status, string message)
    {
        Answer(status);
        var error = await Assert.ThrowsAsync<KubeConfigException>(async () => await new ExecTokenProvider(Plugin(), time).GetTokenAsync(false, Ct));
        Assert.Contains(message, error.Message);
        Assert.Contains("login", error.Message);
    }

    [Fact]
    public async Task APluginThatIsNotThereComesWithItsHint()
    {
        var plugin = Plugin() with { Command = Path.Combine(folder, "absent"), InstallHint = "Install it from the shop." };
        var error = await Assert.ThrowsAsync<KubeConfigException>(() => plugin.RunAsync(Ct));
        Assert.Contains("Install it from the shop.", error.Message);
    }

    /// <summary>The runtime itself would run it.</summary>
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task AProgramInTheCurrentFolderIsNotRunByItsName()
    {
        var name = $"login-{Guid.NewGuid():N}";
        File.WriteAllText(name, "#!/bin/sh\necho ran\n");
        try
        {
            File.SetUnixFileMode(name, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var plugin = Plugin() with { Command = name, InstallHint = "Install it from the shop." };
            var error = await Assert.ThrowsAsync<KubeConfigException>(() => plugin.RunAsync(Ct));
            Assert.Contains(name, error.Message);
            Assert.Contains("PATH. Install it from the shop.", error.Message);
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Theory]
    [InlineData("./login", "./login")]
    [InlineData("bin/login", "bin/login")]
    [InlineData("/bin/login", "/bin/login")]
    public void APathIsRelativeToTheKubeconfig(string command, string path) =>
        Assert.Equal(Path.Combine(folder, path), ExecPlugin.Read(Node($"command: {command}\napiVersion: client.authentication.k8s.io/v1"), new()).Command);

    [Fact]
    public void ACertificateWithoutATimeOfItsOwnLastsAsLongAsItIsValid()
    {
        var identity = new TestIdentity("short");
        var (certificate, key) = identity.Pem;
        var answer = new JsonObject { ["status"] = new JsonObject { ["clientCertificateData"] = certificate, ["clientKeyData"] = key } };
        Assert.Equal(identity.Certificate.NotAfter, ExecCredential.Parse(answer.ToJsonString(), Plugin()).Expires!.Value.LocalDateTime);
    }

    /// <summary>The program answers with what it was told, as its token.</summary>
    [Fact]
    public async Task APluginIsToldTheClustersSettingsForIt()
    {
        var file = Path.Combine(folder, "config");
        File.WriteAllText(file, """
            current-context: c
            contexts: [{name: c, context: {cluster: k, user: u}}]
            clusters:
            - name: k
              cluster:
                server: https://one:6443
                extensions:
                - name: other
                  extension: {audience: wrong}
                - name: client.authentication.k8s.io/exec
                  extension: {audience: shop, account: 0123, port: 8443, share: 0.5, quoted: "1", strict: true, nothing: null, zones: [a, {b: ~}]}
            users:
            - name: u
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  provideClusterInfo: true
                  command: sh
                  args: [-c, 'echo "{\"status\":{\"token\":\"$(printf %s "$KUBERNETES_EXEC_INFO" | base64 -w0)\"}}"']
            """);
        var token = await KubeConfigLoader.Load([file], null, "https://two").TokenProvider!.GetTokenAsync(false, Ct);
        var cluster = JsonNode.Parse(Convert.FromBase64String(token!))!["spec"]!["cluster"]!;
        Assert.Equal("https://two", (string?)cluster["server"]);
        Assert.Equal(
            """{"audience":"shop","account":"0123","port":8443,"share":0.5,"quoted":"1","strict":true,"nothing":null,"zones":["a",{"b":null}]}""",
            cluster["config"]!.ToJsonString());
    }

    [Fact]
    public async Task APluginIsToldOfTheClusterWhenItAsks()
    {
        var config = new KubernetesClientConfiguration { Host = "https://one:6443", TlsServerName = "inner" };
        var plugin = ExecPlugin.Read(Node("command: sh\napiVersion: client.authentication.k8s.io/v1\nprovideClusterInfo: true\nargs: [-c, 'printf %s \"$KUBERNETES_EXEC_INFO\"']"), config);
        var info = JsonNode.Parse(await plugin.RunAsync(Ct))!;
        Assert.Equal("ExecCredential", (string?)info["kind"]);
        Assert.Equal("https://one:6443", (string?)info["spec"]!["cluster"]!["server"]);
        Assert.Equal("inner", (string?)info["spec"]!["cluster"]!["tls-server-name"]);
    }

    [Theory]
    [InlineData("command: x", "apiVersion is missing")]
    [InlineData("command: x\napiVersion: client.authentication.k8s.io/v1alpha1", "apiVersion must be")]
    [InlineData("apiVersion: client.authentication.k8s.io/v1", "command is missing")]
    [InlineData("command: x\napiVersion: client.authentication.k8s.io/v1\ninteractiveMode: Always", "interactiveMode is Always")]
    public void AnEntryThatCannotBeUsedNamesTheField(string yaml, string message) =>
        Assert.Contains(message, Assert.Throws<KubeConfigException>(() => ExecPlugin.Read(Node(yaml), new())).Message);

    /// <summary>The server demands a certificate; when it refuses one, the next request comes on a new connection with a new one.</summary>
    [Fact]
    public async Task ACertificateOfAPluginIsUsedAndReplaced()
    {
        await using var server = await TlsServer.StartAsync();
        AnswerCertificate("first");
        var provider = new ExecTokenProvider(Plugin(), time);
        using var client = new KubernetesClient(new KubernetesClientConfiguration { Host = server.Url, SkipTlsVerify = true, TokenProvider = provider, ClientCertificateProvider = provider });
        await client.SendAsync(HttpMethod.Get, "/version", ct: Ct);
        AnswerCertificate("second");
        await client.SendAsync(HttpMethod.Get, "/version", ct: Ct);
        await client.SendAsync(HttpMethod.Get, "/refuse-first", ct: Ct);
        Assert.Equal(["CN=first", "CN=first", "CN=first", "CN=second"], server.Seen);
    }

    private int Asked => File.ReadAllLines(Path.Combine(folder, "count")).Length;

    private ExecPlugin Plugin()
    {
        var script = Path.Combine(folder, "login");
        File.WriteAllText(script, $"echo x >> {folder}/count\ncat {folder}/answer\n");
        return new ExecPlugin("sh", [script], [], "client.authentication.k8s.io/v1", null, null, script);
    }

    private void Answer(string status) =>
        File.WriteAllText(Path.Combine(folder, "answer"), $$"""{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{{status}} }""");

    private void AnswerCertificate(string name)
    {
        var (certificate, key) = new TestIdentity(name).Pem;
        Answer(new JsonObject { ["clientCertificateData"] = certificate, ["clientKeyData"] = key }.ToJsonString());
    }

    private KubeConfigNode Node(string yaml)
    {
        var file = Path.Combine(folder, Path.GetRandomFileName());
        File.WriteAllText(file, yaml + "\n");
        return KubeConfigNode.Read(file);
    }
}
