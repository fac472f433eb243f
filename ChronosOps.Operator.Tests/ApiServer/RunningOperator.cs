using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ChronosOps.Operator.Cli;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>The operator, in this process or as a process of its own that can be killed.</summary>
internal sealed class RunningOperator : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task<int> _inProcess = Task.FromResult(0);
    private Process? _process;

    private RunningOperator(int port) => Address = $"http://127.0.0.1:{port}";

    public string Address { get; }

    /// <summary>Runs the operator in this process, for the world's namespace. Keeps incidents for ever, where nothing else is said.</summary>
    public static async Task<RunningOperator> StartAsync(ApiServerWorld world, TimeSpan retention = default)
    {
        var running = new RunningOperator(FreePort());
        var options = new RunOptions
        {
            PrometheusUrl = world.Prometheus.Url,
            PrometheusTimeout = TimeSpan.FromSeconds(1),
            EvaluationInterval = TimeSpan.FromSeconds(1),
            IncidentRetention = retention,
            Namespace = world.Namespace,
            LogLevel = LogLevel.Warning,
            Listen = running.Address,
            ControlConfigMap = ApiServerWorld.ControlMap,
            ControlNamespace = world.Namespace,
            LeaseName = "chronosops",
            LeaseNamespace = world.Namespace,
            Kubeconfig = world.OperatorKubeconfig,
        };
        running._inProcess = Task.Run(() => OperatorHost.RunAsync(options, running._stopping.Token));
        await running.ReadyAsync();
        return running;
    }

    /// <summary>Runs the built program.</summary>
    /// <param name="world">Where.</param>
    /// <param name="kubeconfig">Another way to the API server than the world's own.</param>
    /// <param name="more">More flags.</param>
    public static async Task<RunningOperator> StartProcessAsync(ApiServerWorld world, string? kubeconfig = null, params string[] more)
    {
        var running = new RunningOperator(FreePort());
        string[] arguments =
        [
            "run", "--prometheus-url", world.Prometheus.Url.ToString(), "--prometheus-timeout", "1s", "--evaluation-interval", "1s", "--namespace", world.Namespace,
            "--listen", running.Address, "--control-configmap", ApiServerWorld.ControlMap, "--control-namespace", world.Namespace,
            "--kubeconfig", kubeconfig ?? world.OperatorKubeconfig, "--log-level", "warning", .. more,
        ];
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "chronosops"), arguments);
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        running._process = Process.Start(start)!;
        try
        {
            await running.ReadyAsync();
        }
        catch
        {
            await running.DisposeAsync(); // nobody else could end it
            throw;
        }

        return running;
    }

    /// <summary>Ends the process at once, as the kernel does when memory runs out.</summary>
    public void Kill() => _process!.Kill();

    /// <summary>Tells the process to stop, as the kubelet does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"])!;
        await WaitForExitAsync();
        return _process.ExitCode;
    }

    public bool HasExited => _process?.HasExited ?? _inProcess.IsCompleted;

    public Task WaitForExitAsync() => _process!.WaitForExitAsync(ApiServerWorld.Ct);

    /// <summary>What one of the operator's own pages says.</summary>
    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        using var response = await http.GetAsync(new Uri(Address + path), ApiServerWorld.Ct);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(ApiServerWorld.Ct));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_process is { } process)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync();
            process.Dispose();
        }

        Assert.Equal(0, await _inProcess);
        _stopping.Dispose();
    }

    private Task ReadyAsync() => Waiting.ForAsync("the operator to be ready", async () =>
    {
        Assert.False(HasExited, "the operator ended instead of becoming ready");
        try
        {
            return (await GetAsync("/readyz")).Status == HttpStatusCode.OK ? this : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
