using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Tests.Intake;
using ChronosOps.Operator.Tests.Integrations;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>What two real Alertmanagers send, each by itself, over TLS and with a limit of alerts, to the receiver as the operator builds it.</summary>
[Trait("Tier", "apiserver")]
public sealed class AlertDeliveryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delivery").FullName;
    private readonly ConcurrentQueue<AlertmanagerMessage> _taken = new();
    private readonly List<Process> _processes = [];
    private readonly ChronosMetrics _metrics = new();

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task TwoAlertmanagersSendTheSameOverTlsAndWhatTheyLeaveOutAndItIsOneIncident()
    {
        var alertmanager = OnPath.Find("prometheus-alertmanager");
        Assert.SkipWhen(alertmanager is null, "prometheus-alertmanager is not in PATH; hack/test puts it there");
        using var authority = PrometheusSourcesTests.Issue("CN=authority", null, server: false);
        using var server = PrometheusSourcesTests.Issue("CN=localhost", authority, server: true);
        await WriteAsync("ca.crt", authority.ExportCertificatePem());
        await WriteAsync("tls.crt", server.ExportCertificatePem());
        await WriteAsync("tls.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await WriteAsync("token", "secret-of-the-test\n");
        await using var receiver = AlertListener.Build(
            new AlertListenerOptions("https://127.0.0.1:0", Path.Combine(_folder, "token"), _folder),
            new AlertEndpoint(new BearerTokenFile(Path.Combine(_folder, "token")), () => true, TakeAsync, _metrics, TimeProvider.System, NullLogger<AlertEndpoint>.Instance),
            TimeProvider.System, NullLoggerFactory.Instance);
        await receiver.StartAsync(ApiServerWorld.Ct);
        var port = new Uri(receiver.Urls.First()).Port;
        foreach (var name in new[] { "one", "two" })
        {
            await SendAsync(alertmanager!, name, port);
        }

        await Waiting.ForAsync("both notifications", () => Task.FromResult(_taken.DistinctBy(message => message.Receiver).Count() == 2 ? "both" : null), () => Task.FromResult(_metrics.Exposition.Write()));
        var messages = _taken.DistinctBy(message => message.Receiver).ToList();
        Assert.All(messages, message => Assert.Equal((1, 2L), (message.Alerts.Count, message.Truncated)));
        using var shop = new ShopApi();
        foreach (var message in messages)
        {
            using var replica = await shop.ReplicaAsync(ApiServerWorld.Ct);
            Assert.True(await replica.TakeAsync(message, ApiServerWorld.Ct));
        }

        Assert.Single(shop.Incidents);
        Assert.Equal((1, "2"), (AlertAnnotations.Read(shop[0]).Count, shop[0].Metadata.Annotations![AlertAnnotations.Truncated]));
        Assert.Contains("chronosops_alerts_total{outcome=\"Opened\"} 1", shop.Metrics, StringComparison.Ordinal);
        Assert.Contains("chronosops_alerts_total{outcome=\"Repeated\"} 1", shop.Metrics, StringComparison.Ordinal);
    }

    private Task<bool> TakeAsync(AlertmanagerMessage message, CancellationToken ct)
    {
        _taken.Enqueue(message);
        return Task.FromResult(true);
    }

    /// <summary>Starts an Alertmanager and gives it three alerts, of which it sends one.</summary>
    private async Task SendAsync(string program, string name, int receiver)
    {
        var port = RunningOperator.FreePort();
        await WriteAsync($"{name}.yml", $$"""
            route: {receiver: {{name}}, group_by: [namespace], group_wait: 1s, group_interval: 5m, repeat_interval: 4h}
            receivers:
            - name: {{name}}
              webhook_configs:
              - url: https://localhost:{{receiver}}{{AlertEndpoint.Path}}
                max_alerts: 1
                http_config:
                  authorization: {credentials_file: {{Path.Combine(_folder, "token")}}}
                  tls_config: {ca_file: {{Path.Combine(_folder, "ca.crt")}}}
            """);
        _processes.Add(RealAlerting.StartAlertmanager(
            program, _folder, [$"--config.file={name}.yml", $"--storage.path={name}", $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=error"]));
        await RealAlerting.ReadyAsync($"Alertmanager {name}", port);
        var alerts = string.Join(',', new[] { "High", "Slow", "Full" }.Select(alert =>
            $$"""{"labels":{"alertname":"{{alert}}","namespace":"shop","deployment":"checkout"},"annotations":{"summary":"orders fail"},"startsAt":"{{SampleWorkload.At(-60):yyyy-MM-dd'T'HH:mm:ss'Z'}}"}"""));
        using var http = new HttpClient(new SocketsHttpHandler());
        using var content = new StringContent($"[{alerts}]", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri($"http://127.0.0.1:{port}/api/v2/alerts"), content, ApiServerWorld.Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_folder, name), text, ApiServerWorld.Ct);
}
