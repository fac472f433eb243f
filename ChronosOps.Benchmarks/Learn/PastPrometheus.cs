using System.Diagnostics;
using System.Text;

namespace ChronosOps.Benchmarks.Learn;

/// <summary>A Prometheus that holds the past of many workloads, in a folder that goes with it.</summary>
internal sealed class PastPrometheus : IDisposable
{
    /// <summary>A length of blocks that Prometheus knows.</summary>
    private static readonly TimeSpan Block = TimeSpan.FromHours(18);

    private readonly string _folder = Directory.CreateTempSubdirectory("bench-learn").FullName;
    private Process? _process;

    public Uri Url { get; } = new($"http://127.0.0.1:{OwnProcess.FreePort()}/");

    public int Pid => _process!.Id;

    /// <summary>Makes the blocks, and starts it.</summary>
    /// <exception cref="InvalidOperationException">promtool or prometheus fails.</exception>
    public static async Task<PastPrometheus> StartAsync(LearnWorld world, CancellationToken ct)
    {
        var prometheus = new PastPrometheus();
        try
        {
            await prometheus.FillAsync(world, ct);
            await prometheus.RunAsync(ct);
            return prometheus;
        }
        catch
        {
            prometheus.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_process is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A block at a time, since all of it as text is gigabytes.</summary>
    private async Task FillAsync(LearnWorld world, CancellationToken ct)
    {
        var text = Path.Combine(_folder, "series");
        foreach (var (from, until) in LearnWorld.Parts(Block))
        {
            await using (var output = new StreamWriter(text, Encoding.ASCII, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 1 << 20 }))
            {
                world.Write(output, from, until);
            }

            using var promtool = Process.Start(new ProcessStartInfo("promtool", ["tsdb", "create-blocks-from", $"--max-block-duration={Block.TotalHours}h", "openmetrics", "--quiet", "series", "data"]) { WorkingDirectory = _folder })!;
            await promtool.WaitForExitAsync(ct);
            if (promtool.ExitCode != 0)
            {
                throw new InvalidOperationException($"promtool ended with {promtool.ExitCode}");
            }
        }

        File.Delete(text);
    }

    private async Task RunAsync(CancellationToken ct)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.yml"), "global: {}\n", ct);

        // Blocks are not put together while it is measured.
        _process = Process.Start(new ProcessStartInfo("prometheus",
            ["--config.file=config.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=100y", "--storage.tsdb.max-block-duration=2h", $"--web.listen-address={Url.Authority}", "--log.level=error"])
        { WorkingDirectory = _folder })!;
        using var http = new HttpClient(new SocketsHttpHandler());
        while (!await IsReadyAsync(http, ct))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"prometheus ended with {_process.ExitCode}");
            }

            await Task.Delay(50, ct);
        }
    }

    private async Task<bool> IsReadyAsync(HttpClient http, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Url, "-/ready"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
