using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ChronosOps.Operator.Cli;
using ChronosOps.Operator.Integrations.Prometheus;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>The operator, in this process or as a process of its own that can be killed.</summary>
internal sealed class RunningOperator : IAsyncDisposable
{
    // Below the ports that the kernel gives to connections that go out, and to who binds to port 0: between choosing one and listening on it nobody takes it.
    private const int FirstPort = 10_000;
    private const int Ports = 16_000;
    private static int s_nextPort = Random.Shared.Next(Ports);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<string> _said = new();
    private Task<int> _inProcess = Task.FromResult(0);
    private Process? _process;

    private RunningOperator(int port) => Address = $"http://127.0.0.1:{port}";

    public string Address { get; }

    /// <summary>The built program, and where its runtime is: its environment has to name it as DOTNET_ROOT.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, "chronosops");

    /// <summary>See <see cref="Program"/>.</summary>
    public static string DotnetRoot => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>Runs the operator in this process, for the world's namespace. Keeps incidents for ever, where nothing else is said.</summary>
    public static async Task<RunningOperator> StartAsync(ApiServerWorld world, TimeSpan retention = default)
    {
        var running = new RunningOperator(FreePort());
        var options = new RunOptions
        {
            Prometheus = new PrometheusOptions { Url = world.Prometheus.Url, Timeout = TimeSpan.FromSeconds(1) },
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
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_ROOT"] = DotnetRoot;
        running._process = Process.Start(start)!;
        running._process.OutputDataReceived += (_, line) => running.Keep(line.Data);
        running._process.ErrorDataReceived += (_, line) => running.Keep(line.Data);
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
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
        if (HasExited)
        {
            Assert.Fail($"the operator ended instead of becoming ready: {LastWords()}");
        }

        try
        {
            return (await GetAsync("/readyz")).Status == HttpStatusCode.OK ? this : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    });

    private string LastWords()
    {
        if (_process is not { } process)
        {
            return _inProcess.Exception?.GetBaseException().Message ?? "no exception";
        }

        process.WaitForExit(); // until all that it wrote is read
        lock (_said)
        {
            return $"exit code {process.ExitCode}, {string.Join(" | ", _said)}";
        }
    }

    private void Keep(string? line)
    {
        lock (_said)
        {
            if (line is { Length: > 0 })
            {
                _said.Enqueue(line);
            }

            if (_said.Count > 20)
            {
                _said.Dequeue();
            }
        }
    }

    /// <summary>A port of the loopback that nobody else takes meanwhile.</summary>
    internal static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (Interlocked.Increment(ref s_nextPort) % Ports);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one, then.
            }
        }
    }
}
