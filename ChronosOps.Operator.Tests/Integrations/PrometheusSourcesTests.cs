using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ChronosOps.Operator.Tests.Integrations;

/// <summary>The operator has a token, a tenant and a Prometheus of its own; policies have others.</summary>
public sealed class PrometheusSourcesTests : IDisposable
{
    private static readonly SecretName Name = new("shop", "prometheus");
    private readonly string _folder = Directory.CreateTempSubdirectory("sources").FullName;
    private readonly FakeTime _time = new();
    private readonly List<(string Port, string Authorization, string Tenant)> _seen = [];
    private string _secret = Secret(("token", "of-the-shop"));
    private int _status = 200;
    private int _reads;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheOperatorsCredentialsGoToItsOwnAddressAlone()
    {
        await using var own = await StartAsync();
        await using var other = await StartAsync();
        var sources = Sources(own.Url, token: "of-the-operator", tenant: "platform");
        await AskAsync(sources.Of(SeriesOrigin.Own));
        await AskAsync(sources.Of(new SeriesOrigin { Url = other.Url }));
        await AskAsync(sources.Of(new SeriesOrigin { Url = own.Url }));
        await AskAsync(sources.Of(new SeriesOrigin { Tenant = "shop" }));
        await AskAsync(sources.Of(new SeriesOrigin { Url = other.Url, Tenant = "shop" }));
        Assert.Equal(
            [(Port(own), "Bearer of-the-operator", "platform"), (Port(other), "", ""), (Port(own), "", ""), (Port(own), "Bearer of-the-operator", "shop"), (Port(other), "", "shop")], _seen);
    }

    [Fact]
    public async Task ThePolicysSecretTakesThePlaceOfTheOperatorsCredentials()
    {
        await using var own = await StartAsync();
        await using var other = await StartAsync();
        var sources = Sources(own.Url, token: "of-the-operator");
        await AskAsync(sources.Of(new SeriesOrigin { Secret = Name }));
        await AskAsync(sources.Of(new SeriesOrigin { Secret = Name, Url = other.Url }));
        Assert.All(_seen, one => Assert.Equal("Bearer of-the-shop", one.Authorization));
    }

    [Fact]
    public async Task ASecretIsReadAgainAfterHalfAMinute()
    {
        await using var own = await StartAsync();
        var source = Sources(own.Url).Of(new SeriesOrigin { Secret = Name });
        await AskAsync(source);
        _secret = Secret(("username", "shop"), ("password", "pass:wörd"));
        await AskAsync(source);
        _time.Advance(TimeSpan.FromSeconds(31));
        await AskAsync(source);
        Assert.Equal(["Bearer of-the-shop", "Bearer of-the-shop", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("shop:pass:wörd"))], _seen.Select(one => one.Authorization));
        Assert.Equal(2, _reads);
    }

    /// <summary>Its connections, its Secret and its pause go with it.</summary>
    [Fact]
    public void HoweverManyOriginsThereAreEachKeepsItsSource()
    {
        var sources = Sources(new Uri("http://prometheus.invalid"));
        var origins = Enumerable.Range(0, 1500).Select(k => new SeriesOrigin { Tenant = $"{k}" }).ToList();
        var first = origins.ConvertAll(sources.Of);
        for (var round = 0; round < 30; round++)
        {
            _time.Advance(TimeSpan.FromSeconds(15));
            Assert.Equal(first, origins.ConvertAll(sources.Of));
        }
    }

    /// <summary>In minutes; with so many others that are asked all the time.</summary>
    [Theory]
    [InlineData(0, 59, true)]
    [InlineData(0, 61, false)]
    [InlineData(1000, 4, true)]
    [InlineData(1000, 6, false)]
    public void WhatNobodyAsksForAnyMoreIsLetGoWhenAnotherCame(int others, double later, bool kept)
    {
        var sources = Sources(new Uri("http://prometheus.invalid"));
        var before = sources.Of(new SeriesOrigin { Tenant = "once" });
        _time.Advance(TimeSpan.FromMinutes(later));
        Enumerable.Range(0, others).ToList().ForEach(k => sources.Of(new SeriesOrigin { Tenant = $"{k}" }));
        sources.Of(new SeriesOrigin { Tenant = "another" });
        Assert.Equal(kept, ReferenceEquals(before, sources.Of(new SeriesOrigin { Tenant = "once" })));
    }

    [Theory]
    [InlineData(404, "is missing")]
    [InlineData(403, "the operator's role lacks the right")]
    [InlineData(400, "cannot be read")]
    public async Task ASecretThatCannotBeReadIsNamedAndNothingIsAsked(int status, string told)
    {
        await using var own = await StartAsync();
        _status = status;
        var source = Sources(own.Url, token: "of-the-operator").Of(new SeriesOrigin { Secret = Name });
        await FailsAsync(source, "Secret shop/prometheus", told);
        Assert.Empty(_seen);
        _status = 200;
        _time.Advance(TimeSpan.FromSeconds(31));
        await AskAsync(source);
        Assert.Equal("Bearer of-the-shop", Assert.Single(_seen).Authorization);
    }

    public static TheoryData<string, string> Malformed => new()
    {
        { Secret(), "none of token" },
        { """{"metadata":{}}""", "none of token" },
        { Secret(("token", "")), "a token that is none" },
        { Secret(("token", "two\nlines")), "a token that is none" },
        { Secret(("token", "a"), ("username", "b"), ("password", "c")), "which of them" },
        { Secret(("username", "b")), "without the other" },
        { Secret(("username", "b:c"), ("password", "d")), "cannot be sent" },
        { Secret(("tls.crt", "x")), "without the other" },
        { Secret(("ca.crt", "no certificate")), "certificates for Prometheus cannot be used" },
        { Secret(("tls.crt", "x"), ("tls.key", "y")), "certificates for Prometheus cannot be used" },
        { """{"data":{"token":"%%%"}}""", "no text" },
        { """{"data":{"token":"/w=="}}""", "no text" },
        { """{"data":{"token":5}}""", "no text" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task ASecretThatMakesNoSenseIsSaidSo(string secret, string told)
    {
        await using var own = await StartAsync();
        _secret = secret;
        await FailsAsync(Sources(own.Url).Of(new SeriesOrigin { Secret = Name }), "", told);
        Assert.Empty(_seen);
    }

    /// <summary>Where an allowed address redirects to the API server or the cloud's metadata, nobody goes there.</summary>
    [Fact]
    public async Task ARedirectIsNotFollowed()
    {
        await using var inner = await StartAsync();
        await using var redirecting = await TestHttpServer.StartAsync(context =>
        {
            context.Response.Redirect(inner.Url.ToString());
            return Task.CompletedTask;
        });
        var failure = await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(Sources(inner.Url).Of(new SeriesOrigin { Url = redirecting.Url })));
        Assert.Contains("redirects", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_seen);
    }

    [Fact]
    public void WhatIsInASecretIsNotPrinted()
    {
        var credentials = SecretCredentials.Read(Name, (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(_secret)!["data"]!);
        Assert.Equal(("of-the-shop", "Credentials"), (credentials.Token, $"{credentials}"));
    }

    [Fact]
    public async Task BothSidesProveThemselvesByTheCertificatesOfTheFiles()
    {
        using var authority = Issue("CN=authority", null, server: false);
        using var server = Issue("CN=localhost", authority, server: true);
        using var client = Issue("CN=operator", authority, server: false);
        await using var app = await StartTlsAsync(server);
        var options = new PrometheusOptions
        {
            Url = new UriBuilder(app.Url) { Host = "localhost" }.Uri,
            CaFile = Write("ca.crt", authority.ExportCertificatePem()),
            CertificateFile = Write("tls.crt", client.ExportCertificatePem()),
            KeyFile = Write("tls.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            BasicAuthFile = Write("basic", "operator:secret\n"),
        };
        var sources = new PrometheusSources(options, Api().Client, TimeSpan.FromSeconds(15), TimeProvider.System, (_, source) => source);
        await AskAsync(sources.Of(SeriesOrigin.Own));
        Assert.Equal(("CN=operator", "Basic " + Convert.ToBase64String("operator:secret"u8)), (_seen[0].Tenant, _seen[0].Authorization));

        // Another authority: the same server is not believed, as soon as the file says so.
        using var stranger = Issue("CN=stranger", null, server: false);
        Write("ca.crt", stranger.ExportCertificatePem());
        Assert.Equal("Unreachable", (await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(sources.Of(SeriesOrigin.Own)))).Reason);
    }

    /// <summary>As a Secret of type kubernetes.io/basic-auth is mounted.</summary>
    [Theory]
    [InlineData("secret\n", null)]
    [InlineData("a\u0007b", "Unreachable")]
    [InlineData(null, "Unreachable")]
    public async Task UserAndPasswordMayBeFilesOfAFolder(string? password, string? reason)
    {
        await using var server = await StartAsync();
        Write("username", "operator\n");
        if (password is not null)
        {
            Write("password", password);
        }

        var options = new PrometheusOptions { Url = server.Url, BasicAuthFile = Path.GetDirectoryName(Write("other", "x"))! };
        var sources = new PrometheusSources(options, Api().Client, TimeSpan.FromSeconds(15), TimeProvider.System, (_, source) => source);
        if (reason is null)
        {
            await AskAsync(sources.Of(SeriesOrigin.Own));
            Assert.Equal("Basic " + Convert.ToBase64String("operator:secret"u8), _seen[0].Authorization);
            return;
        }

        Assert.Equal(reason, (await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(sources.Of(SeriesOrigin.Own)))).Reason);
        Assert.Empty(_seen);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("17", 17)]
    [InlineData("soon", null)]
    public async Task TheWishToBeLeftAloneIsHeard(string retryAfter, int? seconds)
    {
        await using var server = await TestHttpServer.StartAsync(context =>
        {
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (429, retryAfter);
            return Task.CompletedTask;
        });
        using var http = new HttpClient(new SocketsHttpHandler());
        var failure = await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(new PrometheusSeriesSource(http, new PrometheusOptions { Url = server.Url }, _time)));
        Assert.Equal((seconds is { } wish ? TimeSpan.FromSeconds(wish) : (TimeSpan?)null, "ServerError"), (failure.RetryAfter, failure.Reason));
    }

    [Fact]
    public async Task TheClockOfTheAnswersIsHeldAgainstOurs()
    {
        await using var server = await TestHttpServer.StartAsync(context =>
        {
            context.Response.Headers.Date = (FakeTime.Epoch + TimeSpan.FromSeconds(40)).ToString("R");
            return context.Response.WriteAsync(PrometheusSeriesSourceTests.Matrix(""));
        });
        using var http = new HttpClient(new SocketsHttpHandler());
        var source = new PrometheusSeriesSource(http, new PrometheusOptions { Url = server.Url }, _time);
        Assert.Null(source.ClockAhead);
        await AskAsync(source);
        Assert.Equal(40.5, source.ClockAhead!.Value.TotalSeconds);
    }

    [Theory]
    [InlineData(422, "execution", "query processing would load too many samples into memory in query execution", "TooLarge")]
    [InlineData(400, "bad_data", "exceeded maximum resolution of 11,000 points per timeseries", "TooLarge")]
    [InlineData(422, "execution", "the query hit the max number of series limit (limit: 100000 series) (err-mimir-max-series-per-query)", "TooLarge")]
    [InlineData(422, "execution", "expanding series: exceeded series limit 1000", "TooLarge")]
    [InlineData(422, "execution", "many-to-many matching not allowed", "BadQuery")]
    [InlineData(413, "", "", "TooLarge")]
    public async Task TheLimitsOfPrometheusAreKnownFromWrongQueries(int status, string type, string error, string reason)
    {
        await using var server = await TestHttpServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(type.Length == 0 ? "<html>" : $$"""{"status":"error","errorType":"{{type}}","error":"{{error}}"}""");
        });
        using var http = new HttpClient(new SocketsHttpHandler());
        var failure = await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(new PrometheusSeriesSource(http, new PrometheusOptions { Url = server.Url }, _time)));
        Assert.Equal(reason, failure.Reason);
    }

    /// <summary>Prometheus gives up the queries of one namespace, and answers all others.</summary>
    [Fact]
    public async Task OwnQueriesOfANamespaceThatAreSlowHoldUpNobodyElse()
    {
        await using var server = await TestHttpServer.StartAsync(async context =>
        {
            var isSlow = (await context.Request.ReadFormAsync(context.RequestAborted))["query"] == "slow";
            context.Response.StatusCode = isSlow ? 503 : 200;
            await context.Response.WriteAsync(isSlow ? """{"status":"error","errorType":"timeout","error":"query timed out"}""" : PrometheusSeriesSourceTests.Matrix(""));
        });
        var sources = Sources(server.Url);
        for (var k = 0; k < 5; k++)
        {
            var failure = await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(sources.OfOwnQueries(SeriesOrigin.Own, "shop"), "slow"));
            Assert.Equal(("Timeout", k >= 3), (failure.Reason, failure.WasNotAsked));
        }

        await AskAsync(sources.Of(SeriesOrigin.Own));
        await AskAsync(sources.OfOwnQueries(SeriesOrigin.Own, "bank"));
        await AskAsync(sources.OfOwnQueries(new SeriesOrigin { Tenant = "shop" }, "shop"));
    }

    [Fact]
    public async Task AnOwnQueryMayGiveFarLessThanOneForEveryone()
    {
        var pods = string.Join(',', Enumerable.Range(0, 50_000).Select(k => $$$"""{"metric":{"namespace":"shop","pod":"checkout-5f8d6c7b9-{{{k:00000}}}"},"values":[[1704110400,"1"]]}"""));
        await using var server = await TestHttpServer.StartAsync(context => context.Response.WriteAsync(PrometheusSeriesSourceTests.Matrix(pods)));
        var sources = Sources(server.Url);
        Assert.Equal("TooLarge", (await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(sources.OfOwnQueries(SeriesOrigin.Own, "shop")))).Reason);
        await AskAsync(sources.Of(SeriesOrigin.Own));
    }

    private static string Secret(params (string Key, string Value)[] data) =>
        $$$"""{"data":{{{{string.Join(',', data.Select(one => $"\"{one.Key}\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(one.Value))}\""))}}}}}""";

    private static string Port(TestHttpServer server) => $"{server.Url.Port}";

    private static Task<IReadOnlyList<Series>> AskAsync(ISeriesSource source, string query = "up") =>
        source.QueryRangeAsync(query, FakeTime.Epoch, FakeTime.Epoch, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

    private static async Task FailsAsync(ISeriesSource source, string names, string told)
    {
        var failure = await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(source));
        Assert.Equal("Secret", failure.Reason);
        Assert.Contains(names, failure.Message, StringComparison.Ordinal);
        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
    }

    private Task<TestHttpServer> StartAsync() => TestHttpServer.StartAsync(context =>
    {
        _seen.Add(($"{context.Request.Host.Port}", context.Request.Headers.Authorization.ToString(), context.Request.Headers["X-Scope-OrgID"].ToString()));
        return context.Response.WriteAsync(PrometheusSeriesSourceTests.Matrix(""));
    });

    private FakeApi Api() => new(request =>
    {
        Assert.Equal(("GET", "/api/v1/namespaces/shop/secrets/prometheus"), (request.Method, request.PathAndQuery));
        _reads++;
        return new FakeAnswer(_status, _status == 200 ? _secret : """{"kind":"Status","message":"no"}""");
    });

    private PrometheusSources Sources(Uri url, string? token = null, string? tenant = null) => new(
        new PrometheusOptions { Url = url, Tenant = tenant, BearerTokenFile = token is null ? null : Write("token", token) }, Api().Client, TimeSpan.FromSeconds(15), _time, (_, source) => source);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private Task<TestHttpServer> StartTlsAsync(X509Certificate2 certificate) => TestHttpServer.StartTlsAsync(certificate, context =>
    {
        _seen.Add(("", context.Request.Headers.Authorization.ToString(), context.Connection.ClientCertificate?.Subject ?? ""));
        return context.Response.WriteAsync(PrometheusSeriesSourceTests.Matrix(""));
    });

    internal static X509Certificate2 Issue(string subject, X509Certificate2? issuer, bool server)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        if (server)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
        }

        var now = TimeProvider.System.GetUtcNow();
        if (issuer is null)
        {
            return request.CreateSelfSigned(now.AddHours(-2), now.AddHours(2));
        }

        using var bare = request.Create(issuer, now.AddHours(-1), now.AddHours(1), [1, 2, 3, (byte)(server ? 4 : 5)]);
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}
