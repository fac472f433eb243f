using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Operator.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>How Prometheus behaves.</summary>
internal enum PrometheusMood
{
    Well,
    Down,
    ServerError,
    Slow,
    Garbage,
    CutOff,
}

/// <summary>Answers the range queries of the operator from simulated traffic, over HTTP as Prometheus does, and fails as a test says.</summary>
internal sealed class ScriptedPrometheus : IAsyncDisposable
{
    private readonly TestHttpServer _server;

    private ScriptedPrometheus(TestHttpServer server) => _server = server;

    public Uri Url => _server.Url;

    public required string Namespace { get; init; }

    public required TrafficSimulation Traffic { get; init; }

    public PrometheusMood Mood { get; set; }

    /// <summary>Every query that was asked.</summary>
    public ConcurrentBag<string> Queries { get; } = [];

    public static async Task<ScriptedPrometheus> StartAsync(string ns, TrafficSimulation traffic)
    {
        ScriptedPrometheus? self = null;
        var server = await TestHttpServer.StartAsync(context => self!.AnswerAsync(context));
        return self = new ScriptedPrometheus(server) { Namespace = ns, Traffic = traffic };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        switch (Mood)
        {
            case PrometheusMood.Down:
                context.Abort();
                return;
            case PrometheusMood.ServerError:
                context.Response.StatusCode = 503;
                await context.Response.WriteAsync("the server is overloaded");
                return;
            case PrometheusMood.Slow:
                await Task.Delay(TimeSpan.FromSeconds(20), context.RequestAborted);
                return;
            case PrometheusMood.Garbage:
                await context.Response.WriteAsync("<html><body>Welcome to the login page</body></html>");
                return;
            case PrometheusMood.CutOff:
                await context.Response.WriteAsync("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"namespace":""");
                return;
        }

        var form = await context.Request.ReadFormAsync();
        var query = form["query"].ToString();
        Queries.Add(query);
        var grid = Grid(Number(form["start"]), Number(form["end"]), Number(form["step"]));
        var answer = new JsonObject
        {
            ["status"] = "success",
            ["data"] = new JsonObject { ["resultType"] = "matrix", ["result"] = query.Contains(Namespace, StringComparison.Ordinal) ? Result(query, grid) : new JsonArray() },
        };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private JsonArray Result(string query, List<DateTimeOffset> grid)
    {
        if (query.Contains("timestamp(", StringComparison.Ordinal) && query.Contains("label_replace", StringComparison.Ordinal))
        {
            return new JsonArray([.. grid.Take(1).Select(Newest).OfType<JsonNode>()]);
        }

        var series = query.Contains("_bucket", StringComparison.Ordinal) ? Pods().SelectMany(pod => TrafficSimulation.Bounds.Select((bound, i) => Series(pod, grid, s => s.Buckets[i], bound)))
            : query.Contains("5..", StringComparison.Ordinal) ? Pods().Select(pod => Series(pod, grid, s => s.Errors > 0 ? s.Errors : null))
            : query.Contains("http_requests_total", StringComparison.Ordinal) ? Pods().Select(pod => Series(pod, grid, s => s.Requests))
            : Pods().Select(pod => Series(pod, grid, s => s.Gauge));
        return new JsonArray([.. series.OfType<JsonNode>()]);

        IReadOnlyList<string> Pods() => Traffic.Pods;
    }

    /// <summary>When a pod was scraped last.</summary>
    private JsonObject? Newest(DateTimeOffset time) => Traffic.Pods.Select(pod => Traffic.At(pod, time)?.Time).Max() is { } last
        ? new JsonObject
        {
            ["metric"] = new JsonObject { ["namespace"] = Namespace },
            ["values"] = new JsonArray(new JsonArray(time.ToUnixTimeMilliseconds() / 1000.0, (last.ToUnixTimeMilliseconds() / 1000.0).ToString("0.###", CultureInfo.InvariantCulture))),
        }
        : null;

    private JsonObject? Series(string pod, List<DateTimeOffset> grid, Func<TrafficSimulation.Sample, double?> value, double? bound = null)
    {
        var values = new JsonArray();
        foreach (var time in grid)
        {
            if (Traffic.At(pod, time) is { } sample && value(sample) is { } number)
            {
                values.Add(new JsonArray(time.ToUnixTimeMilliseconds() / 1000.0, number.ToString("0.###", CultureInfo.InvariantCulture)));
            }
        }

        var labels = new JsonObject { ["namespace"] = Namespace, ["pod"] = pod };
        if (bound is { } le)
        {
            labels["le"] = double.IsPositiveInfinity(le) ? "+Inf" : le.ToString(CultureInfo.InvariantCulture);
        }

        return values.Count == 0 ? null : new JsonObject { ["metric"] = labels, ["values"] = values };
    }

    private static List<DateTimeOffset> Grid(double start, double end, double step) =>
        [.. Enumerable.Range(0, (int)Math.Floor(((end - start) / step) + 1.000001)).Select(k => DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round((start + (k * step)) * 1000)))];

    private static double Number(string? text) => double.Parse(text!, CultureInfo.InvariantCulture);
}
