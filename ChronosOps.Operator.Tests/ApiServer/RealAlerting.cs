using System.Diagnostics;
using System.Net;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Web;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>Debian's Prometheus with one rule, and its Alertmanager, which sends on to the operator every few seconds. The rule fires while there is trouble.</summary>
internal sealed class RealAlerting : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("alerting").FullName;
    private readonly List<Process> _processes = [];
    private TestHttpServer? _target;

    /// <summary>Whether the rule's condition holds.</summary>
    public bool Trouble { get; set; }

    /// <summary>The file with the token that Alertmanager sends.</summary>
    public string TokenFile => Path.Combine(_folder, "token");

    /// <summary>Starts both, and waits until they are ready.</summary>
    /// <param name="ns">The namespace that the alert names.</param>
    /// <param name="deployment">The Deployment that the alert names.</param>
    /// <param name="receiver">The operator's address for alerts.</param>
    public static async Task<RealAlerting> StartAsync(string ns, string deployment, string receiver)
    {
        var prometheus = OnPath.Find("prometheus");
        var alertmanager = OnPath.Find("prometheus-alertmanager");
        Assert.SkipWhen(prometheus is null || alertmanager is null, "prometheus and prometheus-alertmanager are not in PATH; hack/test puts them there");
        var alerting = new RealAlerting();
        try
        {
            await alerting.StartAsync(ns, deployment, receiver, prometheus!, alertmanager!);
        }
        catch
        {
            await alerting.DisposeAsync();
            throw;
        }

        return alerting;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync();
            process.Dispose();
        }

        await (_target?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(string ns, string deployment, string receiver, string prometheus, string alertmanager)
    {
        _target = await TestHttpServer.StartAsync(context => context.Response.WriteAsync($"trouble{{namespace=\"{ns}\",deployment=\"{deployment}\"}} {(Trouble ? 1 : 0)}\n"));
        var (prometheusPort, alertmanagerPort) = (RunningOperator.FreePort(), RunningOperator.FreePort());
        await WriteAsync("token", "secret-of-the-test\n");
        await WriteAsync("rules.yml", """
            groups:
            - name: shop
              rules:
              - alert: ShopTrouble
                expr: trouble > 0
                labels: {severity: critical}
                annotations: {summary: "orders of {{ $labels.deployment }} fail"}
            """);
        await WriteAsync("prometheus.yml", $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: [rules.yml]
            alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:{{alertmanagerPort}}"]}]}]}
            scrape_configs:
            - job_name: shop
              static_configs: [{targets: ["{{_target.Url.Authority}}"]}]
            """);
        await WriteAsync("alertmanager.yml", $$"""
            route: {receiver: chronosops, group_by: [namespace], group_wait: 1s, group_interval: 1s, repeat_interval: 2s}
            receivers:
            - name: chronosops
              webhook_configs:
              - url: {{receiver}}{{AlertEndpoint.Path}}
                send_resolved: true
                http_config:
                  authorization:
                    credentials_file: {{TokenFile}}
            """);
        _processes.Add(StartAlertmanager(alertmanager, _folder, ["--config.file=alertmanager.yml", "--storage.path=alertmanager", $"--web.listen-address=127.0.0.1:{alertmanagerPort}", "--cluster.listen-address="]));
        _processes.Add(Start(prometheus, _folder, ["--config.file=prometheus.yml", "--storage.tsdb.path=data", $"--web.listen-address=127.0.0.1:{prometheusPort}", "--log.level=error"]));
        await ReadyAsync("Alertmanager", alertmanagerPort);
        await ReadyAsync("Prometheus", prometheusPort);
    }

    /// <summary>Starts Alertmanager. It looks for its template where the package would be installed.</summary>
    /// <param name="program">Where it is.</param>
    /// <param name="folder">Where it is started.</param>
    /// <param name="arguments">Its arguments.</param>
    internal static Process StartAlertmanager(string program, string folder, string[] arguments)
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(program)!, "..", ".."));
        return root == "/" ? Start(program, folder, arguments) : Start("unshare", folder, ["--mount", "--", "sh", "-c", """mount -t overlay overlay -o "lowerdir=$0/usr/share:/usr/share" /usr/share && exec "$0/usr/bin/prometheus-alertmanager" "$@" """.Trim(), root, .. arguments]);
    }

    private static Process Start(string program, string folder, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardError = false })!;

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_folder, name), text, ApiServerWorld.Ct);

    /// <summary>Waits until Prometheus or Alertmanager is ready.</summary>
    internal static async Task ReadyAsync(string what, int port)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        await Waiting.ForAsync($"{what} to be ready", async () =>
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/-/ready"), ApiServerWorld.Ct);
                return answer.StatusCode == HttpStatusCode.OK ? what : null;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        });
    }
}
