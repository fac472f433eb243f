using System.Text.Json;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>Three namespaces are watched; every workload of shop falls ill, and of the others none.</summary>
public sealed class StormWatchTests
{
    private static readonly DateTimeOffset Now = FakeTime.Epoch.AddMinutes(10);

    [Fact]
    public async Task TheOutageOfANamespaceHoldsThatNamespaceAndNoOther()
    {
        using var api = Api(Ill("shop", 10));
        var watch = await WatchAsync(api, ("shop", 12), ("bank", 40));
        Assert.True(watch.Of("shop", Now)?.IsOn);
        Assert.False(watch.Of("bank", Now)?.IsOn);
        Assert.Contains("10 of the 12 watched workloads in namespace shop", watch.Of("shop", Now)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereAShareOfEverythingIsIllAllIsHeld()
    {
        using var api = Api([.. Ill("shop", 6), .. Ill("bank", 6)]);
        var watch = await WatchAsync(api, ("shop", 10), ("bank", 10), ("farm", 10));
        Assert.All(new[] { "shop", "bank", "farm" }, name => Assert.True(watch.Of(name, Now)?.IsOn));
        Assert.Equal([""], watch.All(Now).Select(one => one.Scope));
    }

    /// <summary>As many scenarios are played at once in one cluster, and as many tests.</summary>
    [Fact]
    public async Task HalfADozenUnrelatedIncidentsOfASmallInstallationAreNone()
    {
        using var api = Api([.. Enumerable.Range(0, 6).SelectMany(k => Ill($"space-{k}", 1))]);
        var watch = await WatchAsync(api, [.. Enumerable.Range(0, 6).Select(k => ($"space-{k}", 2))]);
        Assert.All(Enumerable.Range(0, 6), k => Assert.False(watch.Of($"space-{k}", Now)?.IsOn));
    }

    [Fact]
    public async Task BeforeTheFirstEvaluationItCannotBeTold()
    {
        using var api = Api(Ill("shop", 10));
        Assert.Null((await WatchAsync(api)).Of("shop", Now));
    }

    [Fact]
    public async Task ReportsOfWhatIsWellAndIncidentsOfJobsDoNotCount()
    {
        var reported = Ill("shop", 10);
        reported[0].Status!.Signals = [];
        using var api = Api(reported);
        Assert.False((await WatchAsync(api, ("shop", 12))).Of("shop", Now)?.IsOn);
        var failed = Ill("shop", 10);
        failed[0].Spec.WorkloadRef.Kind = WorkloadKind.Job;
        using var other = Api(failed);
        Assert.False((await WatchAsync(other, ("shop", 12))).Of("shop", Now)?.IsOn);
    }

    [Fact]
    public async Task AStormIsToldOnceWithAnEventOfTheIncidentThatMadeItOne()
    {
        using var api = Api(Ill("shop", 10));
        using var metrics = new ChronosMetrics();
        var book = await BookAsync(api);
        var journal = new IncidentJournal(api.Client, new EventRecorder(api.Client, "chronosops", "test", new FakeTime()), metrics, NullLogger<IncidentJournal>.Instance);
        var teller = new StormTeller(new StormWatch(book, Board(("shop", 12)), StormLimits.Default), book, journal, metrics, NullLogger<StormTeller>.Instance);
        await teller.TellAsync(Now, TestContext.Current.CancellationToken);
        await teller.TellAsync(Now.AddSeconds(15), TestContext.Current.CancellationToken);
        var written = Assert.Single(api.Writes);
        Assert.Equal(("Storm", "Warning", "shop-9"), ((string?)written.Body!["reason"], (string?)written.Body["type"], (string?)written.Body["involvedObject"]!["name"]));
        Assert.Contains("chronosops_storms 1\n", metrics.Exposition.Write(), StringComparison.Ordinal);
        await teller.TellAsync(Now.AddHours(1), TestContext.Current.CancellationToken);
        Assert.Contains("chronosops_storms 0\n", metrics.Exposition.Write(), StringComparison.Ordinal);
    }

    /// <summary>In words that stay while it lasts: a storm is no time for writing the status of every policy again and again.</summary>
    [Theory]
    [InlineData("shop", 10, "True", "since 2024-01-01 12:09:00Z many workloads in namespace shop fell ill; nothing new is done there until none has for 5m00s")]
    [InlineData("shop", 11, "True", "since 2024-01-01 12:09:00Z many workloads in namespace shop fell ill; nothing new is done there until none has for 5m00s")]
    [InlineData("shop", 9, "False", "no storm of incidents")]
    [InlineData("bank", 10, "False", "no storm of incidents")]
    public async Task ThePolicySaysThatAStormHoldsIt(string of, int ill, string status, string message)
    {
        var incidents = Ill(of, ill).Select(one => JsonSerializer.Serialize(one, ChronosJson.Default.Incident)).ToArray();
        using var api = new FakeApi(request => request switch
        {
            { Method: "GET" } when request.PathAndQuery.Contains("/incidents", StringComparison.Ordinal) => SampleCaches.List(request, incidents),
            _ when request.PathAndQuery.Contains("/remediationpolicies", StringComparison.Ordinal) => new FakeAnswer(200, JsonSerializer.Serialize(SamplePolicy.Applied(), ChronosJson.Default.RemediationPolicy)),
            _ => new FakeAnswer(201),
        });
        var (book, time) = (await BookAsync(api), new FakeTime(Now));
        var storms = new StormWatch(book, Board(("shop", 12), ("bank", 40)), StormLimits.Default);
        var writer = new PolicyStatusWriter(api.Client, new KnownGoodBook(), book, storms, new EventRecorder(api.Client, "chronosops", "test", time), time, NullLogger<PolicyStatusWriter>.Instance);
        await writer.WriteAsync([new PolicyEntry(SamplePolicy.Applied(), SamplePolicy.Effective(), [])], [], TestContext.Current.CancellationToken);
        var patch = api.Writes.Single(write => write.PathAndQuery.Contains("/remediationpolicies/checkout/status", StringComparison.Ordinal)).Body!.AsArray();
        var storm = patch.Single(operation => (string?)operation!["path"] == "/status")!["value"]!["conditions"]!.AsArray().Single(one => (string?)one!["type"] == "Storm")!;
        Assert.Equal((status, message), ((string?)storm["status"], (string?)storm["message"]));
    }

    private static async Task<StormWatch> WatchAsync(FakeApi api, params (string Namespace, int Workloads)[] watched) => new(await BookAsync(api), Board(watched), StormLimits.Default);

    private static async Task<IncidentBook> BookAsync(FakeApi api)
    {
        var cache = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(cache, TestContext.Current.CancellationToken);
        return new IncidentBook(cache);
    }

    private static SignalBoard Board(params (string Namespace, int Workloads)[] watched)
    {
        var (board, well) = (new SignalBoard(), SampleContext.Well(SamplePolicy.Effective()));
        board.Publish([.. from one in watched
                          from k in Enumerable.Range(0, one.Workloads)
                          select well with { Workload = well.Workload with { Key = new(WorkloadKind.Deployment, one.Namespace, $"{one.Namespace}-{k}") } }]);
        return board;
    }

    private static FakeApi Api(Incident[] incidents) =>
        new(request => request.Method == "GET" ? SampleCaches.List(request, [.. incidents.Select(one => JsonSerializer.Serialize(one, ChronosJson.Default.Incident))]) : new FakeAnswer(201));

    private static Incident[] Ill(string @namespace, int count) => [.. Enumerable.Range(0, count).Select(k => new Incident
    {
        Metadata = new() { Name = $"{@namespace}-{k}", NamespaceProperty = @namespace, Uid = $"uid-of-{@namespace}-{k}" },
        Spec = new IncidentSpec { WorkloadRef = new WorkloadReference { Name = $"{@namespace}-{k}" }, Source = IncidentSource.Operator },
        Status = new IncidentStatus { Phase = IncidentPhase.Deciding, WorkloadUid = $"{@namespace}-{k}", DetectedAt = Now.AddSeconds(-60 + k), Signals = [new SignalRecord { Name = "errors", State = "Firing" }] },
    })];
}
