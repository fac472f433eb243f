using System.Security.Cryptography.X509Certificates;
using ChronosOps.Operator.Tests.Integrations;
using ChronosOps.Operator.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ChronosOps.Operator.Tests.Cli.Backtest;

/// <summary>The Prometheus of a backtest is reached as that of the operator. It holds nothing, which is what is said in the end.</summary>
public sealed class BacktestPrometheusTests : IDisposable
{
    private const string Policy = """
        apiVersion: chronosops.io/v1alpha1
        kind: RemediationPolicy
        metadata: { name: team, namespace: shop }
        spec:
          workloads: { selector: {} }
          signals:
          - { name: errors, preset: HttpErrorRatio, threshold: 5% }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("backtest").FullName;
    private readonly List<(string Path, string Authorization, string Tenant, string Client)> _seen = [];
    private readonly CliRun _cli = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheFlagsAreThoseOfTheOperator()
    {
        await using var server = await TestHttpServer.StartAsync(AnswerAsync);
        await RunAsync("--prometheus-url", new Uri(server.Url, "/prom").ToString(), "--prometheus-tenant", "ops", "--prometheus-basic-auth-file", Write("basic", "me:secret\n"));
        Assert.Equal(("/prom/api/v1/query_range", "Basic " + Convert.ToBase64String("me:secret"u8), "ops", ""), Assert.Single(_seen.Distinct()));
    }

    [Fact]
    public async Task TheVariablesAreThoseOfTheOperatorToo()
    {
        await using var server = await TestHttpServer.StartAsync(AnswerAsync);
        _cli.Environment["CHRONOSOPS_PROMETHEUS_URL"] = server.Url.ToString();
        _cli.Environment["CHRONOSOPS_PROMETHEUS_BEARER_TOKEN_FILE"] = Write("token", "abc\n");
        _cli.Environment["CHRONOSOPS_PROMETHEUS_TENANT"] = "shop";
        await RunAsync("--prometheus-tenant", "flag");
        Assert.Equal(("/api/v1/query_range", "Bearer abc", "flag", ""), Assert.Single(_seen.Distinct()));
    }

    [Fact]
    public async Task TheEarlierNamesAreUnderstood()
    {
        await using var server = await TestHttpServer.StartAsync(AnswerAsync);
        await RunAsync("--prometheus", server.Url.ToString(), "--bearer-token-file", Write("token", "abc\n"));
        Assert.Equal(("/api/v1/query_range", "Bearer abc", "", ""), Assert.Single(_seen.Distinct()));
    }

    [Fact]
    public async Task BothSidesProveThemselvesByCertificates()
    {
        using var authority = PrometheusSourcesTests.Issue("CN=authority", null, server: false);
        using var certificate = PrometheusSourcesTests.Issue("CN=localhost", authority, server: true);
        using var client = PrometheusSourcesTests.Issue("CN=me", authority, server: false);
        await using var server = await TestHttpServer.StartTlsAsync(certificate, AnswerAsync);
        var url = new UriBuilder(server.Url) { Host = "localhost" }.Uri.ToString();
        string[] own = ["--prometheus-cert-file", Write("tls.crt", client.ExportCertificatePem()), "--prometheus-key-file", Write("tls.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())];
        await RunAsync(["--prometheus-url", url, "--prometheus-ca-file", Write("ca.crt", authority.ExportCertificatePem()), .. own]);
        Assert.Equal("CN=me", Assert.Single(_seen.Distinct()).Client);

        // Whom the system does not know is not believed without its authority.
        var stranger = new CliRun();
        Assert.Equal(1, await stranger.RunAsync(["backtest", Write("policy.yaml", Policy), "--prometheus-url", url, .. own]));
        Assert.Contains("error: Unreachable: ", stranger.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheTenantOfThePolicyWinsAsItDoesLive()
    {
        await using var server = await TestHttpServer.StartAsync(AnswerAsync);
        var policy = Policy.Replace("spec:", "spec:\n  prometheus: { tenant: team-a, url: http://elsewhere:9090, secretRef: { name: prometheus } }", StringComparison.Ordinal);
        Assert.Equal(1, await _cli.RunAsync("backtest", Write("policy.yaml", policy), "--prometheus-url", server.Url.ToString(), "--prometheus-tenant", "ops"));
        Assert.Equal("team-a", Assert.Single(_seen.Distinct()).Tenant);
        Assert.Contains("no workload of kind Deployment has series in namespace shop", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--prometheus-tenant (CHRONOSOPS_PROMETHEUS_TENANT): 'a|b': must be ", "--prometheus-tenant=a|b")]
    [InlineData("--prometheus-ca-file (CHRONOSOPS_PROMETHEUS_CA_FILE): '/nowhere': must be a file that exists", "--prometheus-ca-file=/nowhere")]
    [InlineData("--prometheus-bearer-token-file (CHRONOSOPS_PROMETHEUS_BEARER_TOKEN_FILE): the value, which is not shown, must be a file that exists", "--bearer-token-file=secret")]
    [InlineData("--prometheus-timeout (CHRONOSOPS_PROMETHEUS_TIMEOUT): '2m': must be a duration from 100ms to 60s", "--prometheus-timeout=2m")]
    [InlineData("--prometheus-cert-file and --prometheus-key-file: give both or none", "--prometheus-key-file=FILE")]
    [InlineData("--prometheus-bearer-token-file and --prometheus-basic-auth-file: give one of them", "--prometheus-bearer-token-file=FILE", "--prometheus-basic-auth-file=FILE")]
    public async Task AWrongFlagIsNamed(string complaint, params string[] args)
    {
        var file = Write("file", "x");
        Assert.Equal(2, await _cli.RunAsync(["backtest", Write("policy.yaml", Policy), "--prometheus-url=http://127.0.0.1:1", .. args.Select(arg => arg.Replace("FILE", file, StringComparison.Ordinal))]));
        Assert.StartsWith($"error: {complaint}", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllThatIsWrongIsSaidAtOnce()
    {
        Assert.Equal(2, await _cli.RunAsync("backtest", Write("policy.yaml", Policy), "--prometheus-url=http://me:secret@p", "--prometheus-tenant=..", "--prometheus-timeout=soon"));
        Assert.Equal(["--prometheus-url", "--prometheus-tenant", "--prometheus-timeout"], _cli.Error.ToString().TrimEnd().Split('\n').Select(line => line.Split(' ')[1]));
        Assert.DoesNotContain("secret", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What the files hold is looked at before anything is asked.</summary>
    [Theory]
    [InlineData("--prometheus-bearer-token-file (CHRONOSOPS_PROMETHEUS_BEARER_TOKEN_FILE): the bearer token file", "two\nlines", "--prometheus-bearer-token-file")]
    [InlineData("--prometheus-basic-auth-file (CHRONOSOPS_PROMETHEUS_BASIC_AUTH_FILE): the basic authentication file", "nobody", "--prometheus-basic-auth-file")]
    [InlineData("--prometheus-ca-file (CHRONOSOPS_PROMETHEUS_CA_FILE): the certificates for Prometheus cannot be used", "none", "--prometheus-ca-file")]
    [InlineData("--prometheus-cert-file (CHRONOSOPS_PROMETHEUS_CERT_FILE) and --prometheus-key-file (CHRONOSOPS_PROMETHEUS_KEY_FILE): the certificates", "none", "--prometheus-cert-file", "--prometheus-key-file")]
    public async Task AFileThatHoldsSomethingElseIsNamedByItsFlag(string complaint, string text, params string[] flags)
    {
        await using var server = await TestHttpServer.StartAsync(AnswerAsync);
        var file = Write("file", text);
        Assert.Equal(1, await _cli.RunAsync(["backtest", Write("policy.yaml", Policy), "--prometheus-url", server.Url.ToString(), .. flags.SelectMany(flag => new[] { flag, file })]));
        Assert.StartsWith($"error: {complaint}", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_seen);
    }

    [Fact]
    public async Task WithFilesNoPrometheusIsAskedWhateverTheVariablesSay()
    {
        Record();
        _cli.Environment["CHRONOSOPS_PROMETHEUS_URL"] = "no address";
        Assert.Equal(0, await _cli.RunAsync("backtest", Write("policy.yaml", Policy), "--csv", _folder));
        var refused = new CliRun();
        Assert.Equal(2, await refused.RunAsync("backtest", Write("policy.yaml", Policy), "--csv", _folder, "--prometheus-tenant", "a", "--prometheus-url", "http://p"));
        Assert.Contains("error: --prometheus-url: does not go with --csv\nerror: --prometheus-tenant: does not go with --csv\n", refused.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatThePolicySaysOfItsPrometheusIsNotFollowedAndTheReportSaysSo()
    {
        Record();
        var policy = Policy.Replace("spec:", "spec:\n  prometheus: { tenant: team-a, url: http://elsewhere:9090 }", StringComparison.Ordinal);
        Assert.Equal(0, await _cli.RunAsync("backtest", Write("policy.yaml", policy), "--csv", _folder));
        Assert.Contains("\n- spec.prometheus of the policy names http://elsewhere:9090/ as tenant team-a: ", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    private async Task RunAsync(params string[] args)
    {
        Assert.Equal(1, await _cli.RunAsync(["backtest", Write("policy.yaml", Policy), .. args]));
        Assert.Contains("error: no workload of kind Deployment has series in namespace shop", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    private Task AnswerAsync(HttpContext context)
    {
        lock (_seen)
        {
            _seen.Add((context.Request.Path, context.Request.Headers.Authorization.ToString(), context.Request.Headers["X-Scope-OrgID"].ToString(), context.Connection.ClientCertificate?.Subject ?? ""));
        }

        return context.Response.WriteAsync(PrometheusSeriesSourceTests.Matrix(""));
    }

    private void Record() =>
        Write("requests-checkout-5f8d6c7b9-bcdfg.csv", string.Join('\n', Enumerable.Range(0, 100).Select(k => $"{1_700_000_000 + (k * 15)},{k * 150}")));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
