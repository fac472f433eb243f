using ChronosOps.Operator.Api;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Detection;

/// <summary>Failed calls as Tempo, OpenTelemetry and Istio write them.</summary>
public sealed class FailedCallsTests
{
    private static readonly DateTimeOffset Start = FakeTime.Epoch;

    [Theory]
    [InlineData("0 0 3", "30:3")]
    [InlineData("- - 1", "30:1")]
    [InlineData("7 7 7", null)]
    [InlineData("7 8 8", "15:1")]
    [InlineData("7 0 0", null)]
    [InlineData("7 0 1", "30:1")]
    [InlineData("- 2 5", "15:2 30:3")]
    [InlineData("- 0 0", null)]
    [InlineData("NaN NaN NaN", null)]
    [InlineData("- - -", null)]
    public void CallsFailWhereTheCounterGrowsOrAppears(string counts, string? failed) =>
        Assert.Equal(failed, FailedCalls.In([Tempo("web", "cart", counts)], Start, OwnerOfPod, TargetsOf).TryGetValue(("shop", "web", "cart"), out var found)
            ? string.Join(' ', found.Select(step => $"{(step.Time - Start).TotalSeconds}:{step.Value}"))
            : null);

    [Fact]
    public void TheSchemesOfServiceGraphsAreRead() => Assert.Equal(
        [("shop", "cart", "db"), ("shop", "web", "cart")],
        FailedCalls.In([Tempo("web", "cart", "0 1"), Istio("shop", "cart", "shop", "db")], Start, OwnerOfPod, TargetsOf).Keys.Order());

    [Fact]
    public void CallsToAnotherNamespaceOrToNobodyAreNone() =>
        Assert.Empty(FailedCalls.In([Istio("shop", "web", "bank", "cart"), Tempo("web", "", "0 1"), Tempo("web", "web", "0 1"), One("0 1", ("namespace", "shop"), ("pod", "web-1"))], Start, OwnerOfPod, TargetsOf));

    [Fact]
    public void EveryPartOfTheQueryIsBoundToTheNamespaces()
    {
        var query = FailedCalls.Query(["shop", "bank", "shop"]);
        Assert.Contains("traces_service_graph_request_failed_total{namespace=~\"bank|shop\"}", query, StringComparison.Ordinal);
        Assert.Contains("istio_requests_total{source_workload_namespace=~\"bank|shop\", destination_workload_namespace=~\"bank|shop\", response_code=~\"5..\"}", query, StringComparison.Ordinal);
        Assert.Contains("http_client_request_duration_seconds_count{namespace=~\"bank|shop\", ", query, StringComparison.Ordinal);
        var all = FailedCalls.QueryOfAll(["shop"]);
        Assert.Contains("traces_service_graph_request_total{namespace=~\"shop\"}", all, StringComparison.Ordinal);
        Assert.Contains("istio_requests_total{source_workload_namespace=~\"shop\", destination_workload_namespace=~\"shop\"}", all, StringComparison.Ordinal);
        Assert.Contains("http_client_request_duration_seconds_count{namespace=~\"shop\"}", all, StringComparison.Ordinal);
        var seconds = FailedCalls.QueryOfSeconds(["shop"]);
        Assert.Contains("traces_service_graph_request_client_seconds_sum{namespace=~\"shop\"}", seconds, StringComparison.Ordinal);
        Assert.Contains("(istio_request_duration_milliseconds_sum{source_workload_namespace=~\"shop\", destination_workload_namespace=~\"shop\"}) / 1000", seconds, StringComparison.Ordinal);
        Assert.Contains("http_client_request_duration_seconds_sum{namespace=~\"shop\"}", seconds, StringComparison.Ordinal);
    }

    /// <summary>Ten of twenty calls that failed are known, and by the other source only that ten did.</summary>
    [Theory]
    [InlineData("0 20", true)]
    [InlineData("0 1000", false)]
    [InlineData(null, true)]
    public async Task CallsThatFailAreHeldAgainstAllWhereThoseAreCounted(string? all, bool fails)
    {
        var graph = new ServiceGraph(new Counting("0 10", all), TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => []);
        await graph.ReadAsync(["shop"], Start.AddSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(fails, graph.CallsFail(Key("web"), Key("cart"), Start));
        Assert.Null(graph.Failure);
    }

    /// <summary>Ten calls before the trouble and ten since, which took so many seconds together; none failed. Where they cannot be counted, nothing is known of one.</summary>
    [Theory]
    [InlineData("0 1 1 1 9", "0 10 10 10 20", 0.1, 0.8)]
    [InlineData("0 1 1 1 2", "0 10 10 10 20", null, null)]
    [InlineData("0 1 1 1 9", null, null, null)]
    [InlineData(null, "0 10 10 10 20", null, null)]
    public async Task HowLongCallsTakeIsReadAlsoWhereNoneFails(string? seconds, string? all, double? before, double? now)
    {
        var graph = new ServiceGraph(new Counting("0 0 0 0 0", all, seconds), TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => []);
        await graph.ReadAsync(["shop"], Start.AddSeconds(60), TestContext.Current.CancellationToken);
        var longer = graph.CallsTakeLonger(Key("web"), Key("cart"), Start.AddSeconds(45), 0.25);
        Assert.Equal((before, now), (longer?.Before, longer?.Now));
        Assert.Null(graph.CallsTakeLonger(Key("cart"), Key("web"), Start.AddSeconds(45), 0.25));
        Assert.False(graph.CallsFail(Key("web"), Key("cart"), Start));
        Assert.Null(graph.Failure);
    }

    [Fact]
    public async Task WithoutAnAnswerTheLastOneCountsForAsLongAsItLooksBack()
    {
        var source = new Answering([Tempo("web", "cart", "0 1")]);
        var graph = new ServiceGraph(source, TimeSpan.FromSeconds(15), (_, _) => null, (_, _) => []);
        await graph.ReadAsync(["shop"], Start, TestContext.Current.CancellationToken);
        Assert.True(graph.CallsFail(Key("web"), Key("cart"), Start));
        Assert.False(graph.CallsFail(Key("cart"), Key("web"), Start));
        Assert.Null(graph.Failure);
        source.Answer = null;
        await graph.ReadAsync(["shop"], Start.AddMinutes(9), TestContext.Current.CancellationToken);
        Assert.True(graph.CallsFail(Key("web"), Key("cart"), Start));
        Assert.Equal((4, "Unreachable"), (source.Asked, graph.Failure?.Reason));
        await graph.ReadAsync(["shop"], Start.AddMinutes(10), TestContext.Current.CancellationToken);
        Assert.False(graph.CallsFail(Key("web"), Key("cart"), Start));
        await graph.ReadAsync([], Start, TestContext.Current.CancellationToken);
        Assert.Equal((5, "Unreachable"), (source.Asked, graph.Failure?.Reason));
        source.Answer = [];
        await graph.ReadAsync(["shop"], Start, TestContext.Current.CancellationToken);
        Assert.Null(graph.Failure);
    }

    /// <summary>As the libraries that keep to OpenTelemetry's conventions tell of their calls; the pod is of web.</summary>
    [Theory]
    [InlineData("web-1", "cart", "cart")]
    [InlineData("web-1", "cart.shop", "cart")]
    [InlineData("web-1", "cart-svc", "cart")]
    [InlineData("web-1", "cart.shop.svc.cluster.local", "cart")]
    [InlineData("web-1", "cart-0.cart.shop.svc", "cart")]
    [InlineData("web-1", "cart.bank.svc", null)]
    [InlineData("web-1", "api.example.com", null)]
    [InlineData("web-1", "10.0.0.1", null)]
    [InlineData("web-1", "web", null)]
    [InlineData("gone", "cart", null)]
    public void TheCallersOwnMetricsTellWhomItCallsInVain(string pod, string address, string? callee)
    {
        var failing = FailedCalls.In([One("0 1", ("namespace", "shop"), ("pod", pod), ("server_address", address))], Start, OwnerOfPod, TargetsOf);
        Assert.Equal(callee is not null, failing.ContainsKey(("shop", "web", "cart")));
        Assert.Equal(callee is null, failing.Count == 0);
    }

    private static WorkloadKey? OwnerOfPod(string space, string pod) => (space, pod) == ("shop", "web-1") ? Key("web") : null;

    private static IEnumerable<WorkloadKey> TargetsOf(string space, string host) => HostNames.ServicesOf(host, space).Select(name => Key(name == "cart-svc" ? "cart" : name));

    private static WorkloadKey Key(string name) => new(WorkloadKind.Deployment, "shop", name);

    private static Series Tempo(string client, string server, string counts) => One(counts, ("namespace", "shop"), ("client", client), ("server", server));

    private static Series Istio(string from, string caller, string to, string callee) =>
        One("0 1", ("source_workload_namespace", from), ("source_workload", caller), ("destination_workload_namespace", to), ("destination_workload", callee));

    private static Series One(string counts, params (string Key, string Value)[] labels) => new(
        labels.ToDictionary(label => label.Key, label => label.Value),
        [.. counts.Split(' ').Index().Where(point => point.Item != "-").Select(point => new Point(Start.AddSeconds(15 * point.Index), double.Parse(point.Item, System.Globalization.CultureInfo.InvariantCulture)))]);

    /// <summary>Counts the calls of web to cart that failed, all of them or not, and how long they took or not.</summary>
    private sealed class Counting(string failed, string? all, string? seconds = null) : ISeriesSource
    {
        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken) =>
            (query == FailedCalls.QueryOfAll(["shop"]) ? all : query == FailedCalls.QueryOfSeconds(["shop"]) ? seconds : failed) is { } counts ? Task.FromResult<IReadOnlyList<Series>>([Tempo("web", "cart", counts)]) : throw new SeriesUnavailableException("TooLarge", "too large");
    }

    /// <summary>Answers every query alike, or not at all.</summary>
    private sealed class Answering(IReadOnlyList<Series>? answer) : ISeriesSource
    {
        public IReadOnlyList<Series>? Answer { get; set; } = answer;

        public int Asked { get; private set; }

        public Task<IReadOnlyList<Series>> QueryRangeAsync(string query, DateTimeOffset start, DateTimeOffset end, TimeSpan step, CancellationToken cancellationToken)
        {
            Asked++;
            return Answer is { } series ? Task.FromResult(series.Count > 0 ? series : []) : throw new SeriesUnavailableException("Unreachable", "down");
        }
    }
}
