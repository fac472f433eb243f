using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Tests.Intake;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChronosOps.Operator.Tests.Web;

/// <summary>The receiver's own server, asked over HTTP.</summary>
public sealed class AlertListenerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("alerts").FullName;
    private readonly List<AlertmanagerMessage> _taken = [];
    private readonly ChronosMetrics _metrics = new();
    private readonly FakeTime _time = new();
    private readonly SemaphoreSlim _going = new(0);
    private Func<bool> _take = () => true;
    private Task _pause = Task.CompletedTask;
    private bool _ready = true;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    private string TokenFile => Path.Combine(_folder, "token");

    public void Dispose()
    {
        _metrics.Dispose();
        _going.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task TakesANotificationWithTheToken()
    {
        await using var app = await StartAsync();
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await PostAsync(app, Body(), "secret"));
        Assert.Equal("HighErrorRate", Assert.Single(Assert.Single(_taken).Alerts).Name);
        Assert.Contains("chronosops_alert_requests_total{status=\"200\"} 1", _metrics.Exposition.Write(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("secre")]
    [InlineData("secrets")]
    [InlineData("SECRET")]
    public async Task WithoutTheTokenNothingIsTaken(string? token)
    {
        await using var app = await StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(app, Body(), token)).Status);
        Assert.Empty(_taken);
    }

    [Fact]
    public async Task ATokenIsRenewedWithoutARestart()
    {
        await using var app = await StartAsync();
        await File.WriteAllTextAsync(TokenFile, "other\n", Never);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(app, Body(), "secret")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(app, Body(), "other")).Status);
        File.Delete(TokenFile);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostAsync(app, Body(), "other")).Status);
        await File.WriteAllTextAsync(TokenFile, "  ", Never);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostAsync(app, Body(), "")).Status);
        Assert.Single(_taken);
    }

    [Fact]
    public async Task WithoutATokenAnybodyMaySend()
    {
        await using var app = await StartAsync(token: null);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(app, Body(), null)).Status);
    }

    [Theory]
    [InlineData("{", 400, "body: ")]
    [InlineData("""{"version":"3"}""", 400, "version: '3'")]
    [InlineData("""{"version":"4","alerts":[{}]}""", 400, "alerts[0].status: ")]
    public async Task WhatCannotBeReadIsRefusedByItsField(string body, int status, string said)
    {
        await using var app = await StartAsync();
        var (code, text) = await PostAsync(app, body, "secret");
        Assert.Equal(status, (int)code);
        Assert.StartsWith(said, text, StringComparison.Ordinal);
        Assert.Empty(_taken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ATooLargeBodyIsRefused(bool chunked)
    {
        await using var app = await StartAsync();

        // The sizes of the chunks count too.
        var fits = AlertEndpoint.MostBytes - (chunked ? 4096 : 0);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(app, Body().PadRight(fits), "secret", chunked)).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(app, Body().PadRight(AlertEndpoint.MostBytes + 1), "secret", chunked)).Status);
        Assert.Single(_taken);
    }

    [Fact]
    public async Task IsSentAgainWhereThatHelps()
    {
        await using var app = await StartAsync();
        _take = () => false;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostAsync(app, Body(), "secret")).Status);
        _ready = false;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostAsync(app, Body(), "secret")).Status);
        Assert.Single(_taken);
    }

    [Theory]
    [InlineData("GET", "/api/v1/alerts", 405)]
    [InlineData("POST", "/metrics", 404)]
    [InlineData("GET", "/healthz", 404)]
    public async Task NothingElseIsAnswered(string method, string path, int status)
    {
        await using var app = await StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(new Uri(app.Urls.First()), path));
        using var response = await http.SendAsync(request, Never);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task TheCertificateIsRenewedWithoutARestart()
    {
        var first = Certify("first");
        await using var app = await StartAsync(tls: true);
        Assert.Equal(first, await ShownAsync(app));
        var second = Certify("second");
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(second, await ShownAsync(app));
        await File.WriteAllTextAsync(Path.Combine(_folder, "tls.key"), "half of a ke", Never);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(second, await ShownAsync(app));
    }

    [Fact]
    public void WithoutACertificateItDoesNotStart() => Assert.Contains("tls.crt", Assert.Throws<InvalidDataException>(() => Build(null, tls: true)).Message, StringComparison.Ordinal);

    /// <summary>A connection without a request, with half of one's head, and with a handshake that does not begin.</summary>
    [Theory]
    [InlineData(false, "")]
    [InlineData(false, "POST /api/v1/alerts HTTP/1.1\r\nHost: x\r\n")]
    [InlineData(true, "")]
    public async Task WhoeverSaysNothingIsNotWaitedFor(bool tls, string said)
    {
        Certify("any");
        await using var app = await StartAsync(tls: tls);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(app.Urls.First()).Port, Never);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(said), Never);
        using var reader = new StreamReader(client.GetStream());
        Assert.True((await reader.ReadToEndAsync(Never).WaitAsync(TimeSpan.FromSeconds(20), Never)).Length < 300);
    }

    [Fact]
    public async Task WhoHasNoTokenIsLeftAlone()
    {
        await using var app = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(app.Urls.First()).Port, Never);
        await client.GetStream().WriteAsync("POST /api/v1/alerts HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Never);
        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync(Never).WaitAsync(TimeSpan.FromSeconds(20), Never);
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    /// <summary>Six come at once, and those that are taken take their time.</summary>
    [Fact]
    public async Task FewAreHeldAtOnceAndTheOthersAreSentAgain()
    {
        var pause = new TaskCompletionSource();
        _pause = pause.Task;
        await using var app = await StartAsync();
        var sent = Enumerable.Range(0, AlertEndpoint.MostAtOnce + 2).Select(_ => PostAsync(app, Body(), "secret")).ToList();
        for (var k = 0; k < AlertEndpoint.MostAtOnce; k++)
        {
            await _going.WaitAsync(Never);
        }

        await ArmedAsync(sent.Count);
        Assert.False(await _going.WaitAsync(TimeSpan.FromMilliseconds(100), Never));
        _time.Advance(AlertEndpoint.Patience);
        var first = await Task.WhenAny(sent);
        var second = await Task.WhenAny(sent.Where(one => one != first));
        Assert.All([await first, await second], answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, "others are being taken; send it again\n"), answer));
        pause.SetResult();
        Assert.Equal(AlertEndpoint.MostAtOnce, (await Task.WhenAll(sent)).Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(app, Body(), "secret")).Status);
    }

    [Fact]
    public async Task ABodyThatDoesNotArriveIsGivenUp()
    {
        await using var app = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(app.Urls.First()).Port, Never);
        await client.GetStream().WriteAsync("POST /api/v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray(), Never);
        await ArmedAsync(1);
        _time.Advance(AlertEndpoint.Patience);
        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync(Never).WaitAsync(TimeSpan.FromSeconds(20), Never);
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("the notification did not arrive within 10 s", answer, StringComparison.Ordinal);
        Assert.Empty(_taken);
    }

    /// <summary>Waits until so many wait for the clock.</summary>
    private async Task ArmedAsync(int timers)
    {
        while (_time.ArmedTimers < timers)
        {
            await Task.Delay(10, Never);
        }
    }

    private static string Body() => Notification.Of(Notification.Alert()).ToJsonString();

    private WebApplication Build(string? token, bool tls = false) => AlertListener.Build(
        new AlertListenerOptions(tls ? "https://127.0.0.1:0" : "http://127.0.0.1:0", token is null ? null : TokenFile, tls ? _folder : null) { Patience = TimeSpan.FromMilliseconds(500) },
        new AlertEndpoint(token is null ? null : new BearerTokenFile(TokenFile), () => _ready, TakeAsync, _metrics, _time, NullLogger<AlertEndpoint>.Instance), _time, NullLoggerFactory.Instance);

    private async Task<bool> TakeAsync(AlertmanagerMessage message, CancellationToken ct)
    {
        lock (_taken)
        {
            _taken.Add(message);
        }

        _going.Release();
        await _pause.WaitAsync(ct);
        return _take();
    }

    private async Task<WebApplication> StartAsync(string? token = "secret", bool tls = false)
    {
        await File.WriteAllTextAsync(TokenFile, $"{token}\n", Never);
        var app = Build(token, tls);
        await app.StartAsync(Never);
        return app;
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(WebApplication app, string body, string? token, bool chunked = false)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Urls.First() + AlertEndpoint.Path)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = true;
        using var response = await http.SendAsync(request, Never);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Never));
    }

    /// <summary>A certificate of its own with its key, in the folder.</summary>
    private string Certify(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(Path.Combine(_folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate.Thumbprint;
    }

    private async Task<string?> ShownAsync(WebApplication app)
    {
        string? shown = null;
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = certificate!.GetCertHashString()) is { } } });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Urls.First() + AlertEndpoint.Path)) { Content = new StringContent(Body()) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        using var response = await http.SendAsync(request, Never);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return shown;
    }
}
