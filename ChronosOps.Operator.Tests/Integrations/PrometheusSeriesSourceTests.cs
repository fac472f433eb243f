using System.Net;
using System.Net.Sockets;
using System.Text;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ChronosOps.Operator.Tests.Integrations;

public sealed class PrometheusSeriesSourceTests : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly FakeTime _time = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task PostsTheQueryAsAFormUnderThePathPrefix()
    {
        var (path, form) = ("", new Dictionary<string, string>());
        await using var server = await TestHttpServer.StartAsync(async context =>
        {
            path = $"{context.Request.Method} {context.Request.Path}";
            form = (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString());
            await context.Response.WriteAsync(Matrix(""));
        });
        var source = Source(new Uri(server.Url, "/prom/"));
        await source.QueryRangeAsync("up{a=\"é&=+\"}", FakeTime.Epoch, FakeTime.Epoch.AddSeconds(30.5), TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal("POST /prom/api/v1/query_range", path);
        Assert.Equal("up{a=\"é&=+\"}", form["query"]);
        Assert.Equal(("1704110400", "1704110430.5", "5", "4s"), (form["start"], form["end"], form["step"], form["timeout"]));
    }

    [Fact]
    public async Task ReadsSeriesWithTheirLabelsAndPoints()
    {
        var series = await AskAsync(Matrix("""{"metric":{"__name__":"up","pod":"web-1","route":"名/🚀\"","empty":""},"values":[[1704110400,"1"],[1704110400.25,"2.5e-3"]]}"""));
        var one = Assert.Single(series);
        Assert.Equal(["__name__", "pod", "route"], one.Labels.Keys.Order());
        Assert.Equal("名/🚀\"", one.Labels["route"]);
        Assert.Equal([new Point(FakeTime.Epoch, 1), new Point(FakeTime.Epoch.AddMilliseconds(250), 0.0025)], one.Points);
    }

    /// <summary>What series have in common is kept once; none has what another has.</summary>
    [Fact]
    public async Task SeriesOfOtherNamesAndDistancesFollowEachOther()
    {
        var series = await AskAsync(Matrix("""
            {"metric":{"a":"1","b":"2","c":"3","d":"4","e":"5"},"values":[[10,"1"],[20,"2"],[30,"3"]]},{"metric":{"a":"6","b":"7"},"values":[[10,"4"],[20,"5"],[40,"6"]]},
            {"metric":{"a":"8","b":"9"},"values":[[10,"7"]]},{"metric":{"a":"","b":"10"},"values":[]}
            """));
        Assert.Equal(["a=1 b=2 c=3 d=4 e=5", "a=6 b=7", "a=8 b=9", "b=10"], series.Select(one => string.Join(' ', one.Labels.Select(label => $"{label.Key}={label.Value}"))));
        Assert.Equal(["10:1 20:2 30:3", "10:4 20:5 40:6", "10:7", ""], series.Select(one => string.Join(' ', one.Points.Select(point => $"{point.Time.ToUnixTimeSeconds()}:{point.Value}"))));
        Assert.Equal(("5", false, 5), (series[0].Labels["e"], series[1].Labels.ContainsKey("c"), series[0].Labels.Values.Count()));
    }

    [Fact]
    public async Task ReadsNaNAndTheInfinitiesAsTheyAre()
    {
        var one = Assert.Single(await AskAsync(Matrix("""{"metric":{},"values":[[1,"NaN"],[2,"+Inf"],[3,"-Inf"],[4,"-0"]]}""")));
        Assert.Equal([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0], one.Points.Select(p => p.Value));
    }

    [Fact]
    public async Task OrdersPointsByTimeAndKeepsTheLastOfTwins()
    {
        var one = Assert.Single(await AskAsync(Matrix("""{"metric":{},"values":[[3,"30"],[1,"10"],[3,"31"],[2,"20"]]}""")));
        Assert.Equal([10, 20, 31], one.Points.Select(p => p.Value));
    }

    [Fact]
    public async Task IgnoresHistogramsRemarksOfTheEngineAndFieldsOfNewerVersions()
    {
        var answer = """{"status":"success","warnings":["PromQL warning: x"],"infos":["y"],"isPartial":false,"data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"histograms":[[1,{"count":"1"}]],"new":[{}]}],"stats":{}}}""";
        Assert.Empty(Assert.Single(await AskAsync(answer)).Points);
    }

    [Theory]
    [InlineData(400, """{"status":"error","errorType":"bad_data","error":"parse error: unexpected }"}""", "BadQuery", "unexpected }")]
    [InlineData(422, """{"status":"error","errorType":"execution","error":"many-to-many matching not allowed"}""", "BadQuery", "many-to-many")]
    [InlineData(200, """{"status":"error","errorType":"internal","error":"disk\nfull"}""", "ServerError", "disk full")]
    [InlineData(503, """{"status":"error","errorType":"timeout","error":"query timed out"}""", "Timeout", "query timed out")]
    [InlineData(500, "oops", "ServerError", "500")]
    [InlineData(502, "<html><h1>Bad gateway</h1></html>", "ServerError", "502")]
    [InlineData(401, "", "ServerError", "bearer token")]
    [InlineData(404, "not found", "BadAnswer", "path")]
    [InlineData(302, "", "BadAnswer", "redirects")]
    [InlineData(200, "<html><body>Welcome to Grafana</body></html>", "BadAnswer", "not Prometheus")]
    [InlineData(200, "", "BadAnswer", "not Prometheus")]
    [InlineData(200, "null", "BadAnswer", "null")]
    [InlineData(200, "{}", "BadAnswer", "status")]
    [InlineData(200, """{"status":"success"}""", "BadAnswer", "result type")]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[]}}""", "BadAnswer", "vector")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix"}}""", "BadAnswer", "no result")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[null]}}""", "BadAnswer", "null")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"],[2""", "BadAnswer", "broke off")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,2]]}]}}""", "BadAnswer", "not Prometheus")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1e999x"]]}]}}""", "BadAnswer", "not Prometheus")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1e300,"1"]]}]}}""", "BadAnswer", "not Prometheus")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"pod":"a","pod":"b"},"values":[]}]}}""", "BadAnswer", "not Prometheus")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[]},"warnings":["PromQL warning: x","store-1:10901: connection\nrefused"]}""", "Partial", "store-1:10901")]
    [InlineData(200, """{"status":"success","warnings":["no"],"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"]]}]}}""", "Partial", "in part only")]
    [InlineData(200, """{"status":"success","isPartial":true,"data":{"resultType":"matrix","result":[]}}""", "Partial", "isPartial")]
    [InlineData(200, """{"status":"success","warnings":[],"warnings":["no"],"data":{"resultType":"matrix","result":[]}}""", "BadAnswer", "warnings once")]
    [InlineData(200, """{"status":"success","warnings":[{"text":"no"}],"data":{"resultType":"matrix","result":[]}}""", "BadAnswer", "not Prometheus")]
    public async Task SaysWhyAnAnswerIsOfNoUse(int status, string body, string reason, string named)
    {
        var unavailable = await Assert.ThrowsAsync<SeriesUnavailableException>(() => AskAsync(body, status));
        Assert.Equal(reason, unavailable.Reason);
        Assert.Contains(named, unavailable.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", unavailable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakesAPartialAnswerWhereItIsToldTo()
    {
        var answer = """{"status":"success","warnings":["store-1: refused"],"isPartial":true,"data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1,"1"]]}]}}""";
        await using var server = await TestHttpServer.StartAsync(context => context.Response.WriteAsync(answer));
        var source = new PrometheusSeriesSource(_http, new PrometheusOptions { Url = server.Url, AcceptsPartial = true }, _time);
        Assert.Single(Assert.Single(await QueryAsync(source)).Points);
    }

    [Fact]
    public async Task RefusesAnAnswerThatWouldFillTheMemory()
    {
        await using var server = await TestHttpServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[""");
            var points = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[1,\"1\"],", 10_000)));
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(points, context.RequestAborted);
            }
        });
        var unavailable = await Assert.ThrowsAsync<SeriesUnavailableException>(() => QueryAsync(Source(server.Url, maxBytes: 1_000_000)));
        Assert.Equal("TooLarge", unavailable.Reason);
    }

    /// <summary>Three bytes each, which take forty times as many in memory.</summary>
    [Theory]
    [InlineData(7812, null)]
    [InlineData(7813, "TooLarge")]
    public async Task SeriesWithoutAnythingInThemAreBoundedByTheirNumber(int count, string? reason)
    {
        await using var server = await TestHttpServer.StartAsync(context => context.Response.WriteAsync(Matrix(string.Join(',', Enumerable.Repeat("{}", count)))));
        var asked = QueryAsync(Source(server.Url, maxBytes: 1_000_000));
        Assert.Equal(reason, reason is null ? (await asked).Count == count ? null : "others" : (await Assert.ThrowsAsync<SeriesUnavailableException>(() => asked)).Reason);
    }

    [Fact]
    public async Task SaysThatNobodyListens()
    {
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // nobody else gets the port, and nobody listens on it
        var url = new Uri($"http://{bound.LocalEndPoint}");
        var unavailable = await Assert.ThrowsAsync<SeriesUnavailableException>(() => QueryAsync(Source(url)));
        Assert.Equal("Unreachable", unavailable.Reason);
    }

    [Fact]
    public async Task SaysThatTheConnectionBrokeOff()
    {
        await using var server = await TestHttpServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        var unavailable = await Assert.ThrowsAsync<SeriesUnavailableException>(() => QueryAsync(Source(server.Url)));
        Assert.Equal("Unreachable", unavailable.Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GivesUpASlowAnswerAfterTheTimeout(bool afterTheHeaders)
    {
        var asked = new TaskCompletionSource();
        await using var server = await TestHttpServer.StartAsync(context => HangAsync(context, asked, afterTheHeaders));
        var query = QueryAsync(Source(server.Url));
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(3.9));
        Assert.False(query.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        var unavailable = await Assert.ThrowsAsync<SeriesUnavailableException>(() => query);
        Assert.Equal("Timeout", unavailable.Reason);
        Assert.Contains("4 s", unavailable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndsWhenTheCallerSaysSo()
    {
        var asked = new TaskCompletionSource();
        await using var server = await TestHttpServer.StartAsync(context => HangAsync(context, asked, true));
        using var caller = new CancellationTokenSource();
        var query = Source(server.Url).QueryRangeAsync("up", FakeTime.Epoch, FakeTime.Epoch, TimeSpan.FromSeconds(5), caller.Token);
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
    }

    [Fact]
    public async Task SendsTheTokenThatIsInTheFileNow()
    {
        var seen = new List<string>();
        await using var server = await TestHttpServer.StartAsync(context =>
        {
            seen.Add(context.Request.Headers.Authorization.ToString());
            return context.Response.WriteAsync(Matrix(""));
        });
        var file = Path.GetTempFileName();
        var source = new PrometheusSeriesSource(_http, new PrometheusOptions { Url = server.Url, BearerTokenFile = file }, _time);
        var empty = await Assert.ThrowsAsync<SeriesUnavailableException>(() => QueryAsync(source));
        Assert.Contains(file, empty.Message, StringComparison.Ordinal);
        foreach (var token in new[] { "one", "two\n" })
        {
            await File.WriteAllTextAsync(file, token, TestContext.Current.CancellationToken);
            await QueryAsync(source);
        }

        Assert.Equal(["Bearer one", "Bearer two"], seen);
        File.Delete(file);
        Assert.Equal("Unreachable", (await Assert.ThrowsAsync<SeriesUnavailableException>(() => QueryAsync(source))).Reason);
    }

    internal static string Matrix(string series) => """{"status":"success","data":{"resultType":"matrix","result":[""" + series + "]}}";

    private static Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }

    private static async Task HangAsync(HttpContext context, TaskCompletionSource asked, bool afterTheHeaders)
    {
        if (afterTheHeaders)
        {
            await context.Response.WriteAsync("{\"status\":");
            await context.Response.Body.FlushAsync();
        }

        asked.SetResult();
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private async Task<IReadOnlyList<Series>> AskAsync(string body, int status = 200)
    {
        await using var server = await TestHttpServer.StartAsync(context => AnswerAsync(context, status, body));
        return await QueryAsync(Source(server.Url));
    }

    private static Task<IReadOnlyList<Series>> QueryAsync(PrometheusSeriesSource source) =>
        source.QueryRangeAsync("up", FakeTime.Epoch, FakeTime.Epoch, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

    private PrometheusSeriesSource Source(Uri url, long maxBytes = 64 << 20) => new(_http, new PrometheusOptions { Url = url, MaxAnswerBytes = maxBytes }, _time);
}
