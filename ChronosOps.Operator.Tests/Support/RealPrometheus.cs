using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Xunit;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>A Prometheus of its own on the loopback, with series that a test gives it and nothing to scrape; absent where the machine has no prometheus and promtool.</summary>
public class RealPrometheus : IAsyncLifetime
{
    /// <summary>The time of every sample, in seconds since 1970.</summary>
    public const long SampleTime = 1_700_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("prometheus").FullName;
    private readonly HttpClient _http = new(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(60) };
    private Process? _process;

    /// <summary>Whether it runs.</summary>
    public bool IsThere => _process is not null;

    /// <summary>The series that it holds, in OpenMetrics' text format, without times.</summary>
    public static IReadOnlyList<string> Lines { get; } =
    [
        .. from metric in new[] { "up", "http_requests_total", "job:errors:rate5m", "sum", "by", "offset", "_x", ":c", "start", "Count" }
           from pod in new[] { "web-1", "web-2" }
           select $"{metric}{{namespace=\"bank\",pod=\"{pod}\",a=\"b\",code=\"500\",c=\"x\",d=\"y\",by=\"x\",e=\"名\"}} 7",
        "http_request_duration_seconds_count{namespace=\"bank\",pod=\"web-3\",route=\"/\"} 9",
    ];

    /// <summary>Where it is.</summary>
    public Uri Url => _http.BaseAddress!;

    public virtual async ValueTask InitializeAsync()
    {
        if (OnPath.Find("prometheus") is not { } prometheus || OnPath.Find("promtool") is not { } promtool)
        {
            return;
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "series"), string.Concat(Samples().Select(sample => sample + "\n")) + "# EOF\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.yml"), "global: {}\n");
        using (var load = Process.Start(new ProcessStartInfo(promtool, ["tsdb", "create-blocks-from", "openmetrics", "series", "data"]) { WorkingDirectory = _folder, RedirectStandardOutput = true })!)
        {
            await load.StandardOutput.ReadToEndAsync();
            await load.WaitForExitAsync();
            Assert.Equal(0, load.ExitCode);
        }

        var port = FreePort();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}/");
        _process = Process.Start(new ProcessStartInfo(prometheus,
            ["--config.file=config.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=100y", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        { WorkingDirectory = _folder });
        var patience = Stopwatch.StartNew();
        while (!await IsReadyAsync())
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), "Prometheus is not ready");
            await Task.Delay(50);
        }
    }

    /// <summary>What the server's parser says of a query; null where it takes it.</summary>
    public async Task<string?> RefusalAsync(string query)
    {
        var answer = await AskAsync("api/v1/format_query", query);
        return (string?)answer["status"] == "success" ? null : (string?)answer["error"] ?? "";
    }

    /// <summary>The series of an instant query at <see cref="SampleTime"/>; null where the server does not evaluate it (types that do not fit, say).</summary>
    public async Task<JsonArray?> QueryAsync(string query) =>
        (await AskAsync("api/v1/query", query))["data"] is JsonObject data && data["result"] is JsonArray result && (string?)data["resultType"] is "vector" or "matrix" ? result : null;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The samples that it holds, in OpenMetrics' text format: from ten minutes before the time of the queries, so that ranges have points.</summary>
    protected virtual IEnumerable<string> Samples() => from line in Lines from k in Enumerable.Range(0, 21) orderby line, k select $"{line} {SampleTime - 600 + (k * 30)}";

    private async Task<JsonNode> AskAsync(string path, string query)
    {
        using var form = new FormUrlEncodedContent([new("query", query), new("time", $"{SampleTime}")]);
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), form);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("-/ready", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
