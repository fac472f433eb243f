using System.Globalization;
using System.Net;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Integrations.Prometheus;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using ChronosOps.Samples.DemoService.Serve;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>
/// A Prometheus that has scraped the sample service twice: before its callees fell ill, and after. Of the four that it calls one answers with 500, one not at all, one says
/// that it does not know what is asked for, and one is well; a fifth answers well, and late.
/// </summary>
public sealed class PrometheusWithCalls : RealPrometheus
{
    private static readonly string[] Callees = ["broken", "silent", "choosy", "late", "well"];
    private readonly List<string> _samples = [];

    public override async ValueTask InitializeAsync()
    {
        var (calls, time, ill) = (new CallMetrics(), new FakeTime(), false);
        using var handler = new Callee(host => !ill || host.StartsWith("well", StringComparison.Ordinal) ? HttpStatusCode.OK
            : host.StartsWith("late", StringComparison.Ordinal) ? Late()
            : host.StartsWith("silent", StringComparison.Ordinal) ? null
            : host.StartsWith("choosy", StringComparison.Ordinal) ? HttpStatusCode.NotFound
            : HttpStatusCode.InternalServerError);
        var page = new MetricsPage(ServeOptions.FromEnvironment(_ => null), new RequestMetrics(), calls, new Capacity(null, TimeProvider.System), new FaultBoard(TimeProvider.System));
        Upstream[] upstreams = [.. Callees.Select(name => new Upstream(new Uri($"http://{name}.shop.svc:8080/api/orders"), calls, time, handler))];
        foreach (var at in new[] { -300, -60 })
        {
            foreach (var upstream in Enumerable.Repeat(upstreams, 10).SelectMany(all => all))
            {
                Assert.Equal(!ill || upstreams[^2..].Contains(upstream), await upstream.AnswersAsync(CancellationToken.None));
            }

            Scrape(page.Render(), SampleTime + at);
            ill = true;
        }

        await base.InitializeAsync();

        HttpStatusCode Late()
        {
            time.Advance(TimeSpan.FromMilliseconds(700));
            return HttpStatusCode.OK;
        }
    }

    /// <summary>Each series by itself, as the format has them.</summary>
    protected override IEnumerable<string> Samples() => _samples.OrderBy(line => line.Split('}')[0], StringComparer.Ordinal);

    /// <summary>Five minutes of a page, with the labels that a scrape adds.</summary>
    private void Scrape(string page, long until)
    {
        foreach (var line in page.Split('\n').Where(line => line.StartsWith("http_client_", StringComparison.Ordinal)))
        {
            for (var at = until - 210; at <= until; at += 30)
            {
                _samples.Add(string.Create(CultureInfo.InvariantCulture, $"{line.Replace("{", "{namespace=\"shop\",pod=\"checkout-1-abcde\",", StringComparison.Ordinal)} {at}"));
            }
        }
    }

    /// <summary>Answers for every host; null: it cannot be reached.</summary>
    private sealed class Callee(Func<string, HttpStatusCode?> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(request.RequestUri!.Host) is { } status ? Task.FromResult(new HttpResponseMessage(status)) : throw new HttpRequestException("connection refused");
    }
}

/// <summary>What the sample service writes of its calls, through a real Prometheus, as the operator reads it.</summary>
public sealed class DemoServiceCallsTests(PrometheusWithCalls prometheus) : IClassFixture<PrometheusWithCalls>
{
    private static readonly DateTimeOffset Began = DateTimeOffset.FromUnixTimeSeconds(RealPrometheus.SampleTime - 300);

    [Theory]
    [InlineData("broken", true)]
    [InlineData("silent", true)]
    [InlineData("choosy", false)]
    [InlineData("well", false)]
    [InlineData("late", false)]
    public async Task TheOperatorSeesWhichCallsFail(string callee, bool fails)
    {
        var graph = await ReadAsync();
        Assert.Equal(fails, graph.CallsFail(Key("checkout"), Key(callee), Began));
        Assert.False(graph.CallsFail(Key(callee), Key("checkout"), Began));
    }

    [Theory]
    [InlineData("late", true)]
    [InlineData("broken", false)]
    [InlineData("well", false)]
    public async Task TheOperatorSeesWhichCallsTakeLonger(string callee, bool longer)
    {
        var graph = await ReadAsync();
        Assert.Equal(longer ? 0.7 : 0, graph.CallsTakeLonger(Key("checkout"), Key(callee), Began, 0.25)?.Now ?? 0, 6);
        Assert.Null(graph.CallsTakeLonger(Key(callee), Key("checkout"), Began, 0.25));
    }

    private async Task<ServiceGraph> ReadAsync()
    {
        Assert.SkipUnless(prometheus.IsThere, "prometheus and promtool are not on the PATH");
        using var http = new HttpClient(new SocketsHttpHandler());
        var source = new PrometheusSeriesSource(http, new PrometheusOptions { Url = prometheus.Url }, TimeProvider.System);
        var graph = new ServiceGraph(source, TimeSpan.FromSeconds(15), (space, pod) => (space, pod) == ("shop", "checkout-1-abcde") ? Key("checkout") : null, (space, host) => HostNames.ServicesOf(host, space).Select(Key));
        await graph.ReadAsync(["shop"], DateTimeOffset.FromUnixTimeSeconds(RealPrometheus.SampleTime), TestContext.Current.CancellationToken);
        return graph;
    }

    private static WorkloadKey Key(string name) => new(WorkloadKind.Deployment, "shop", name);
}
