using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Tests.Incidents;
using ChronosOps.Operator.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>The errors of checkout have flapped until a minute ago and are held down for five minutes; the threshold is 5 %. Now something fires.</summary>
public sealed class HoldDownTests
{
    private static readonly FlappingSignal Flaps = new("errors", 3, SampleWorkload.At(-60), TimeSpan.FromMinutes(5));

    public static TheoryData<string> Situations => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public void AnIncidentIsOpenedWhere(string situation)
    {
        var (change, opens) = Table[situation];
        Assert.Equal(opens, HoldDown.Opens(change(Fires(0.07)), [Flaps, Flaps with { Signal = "alert/HighErrorRate" }]));
    }

    [Fact]
    public void WithoutAFlapEverythingOpens() => Assert.True(HoldDown.Opens(Fires(0.07), []));

    [Fact]
    public void WhereNothingFiresNothingOpens() => Assert.False(HoldDown.Opens(SampleContext.Well(SamplePolicy.Effective()), []));

    /// <summary>Three incidents are in the cache, and the operator has just started.</summary>
    [Theory]
    [InlineData(0.07, 3, 0)]
    [InlineData(0.07, 2, 1)]
    [InlineData(0.5, 3, 1)]
    public async Task TheOpenerAsksTheIncidentsThatExist(double errors, int before, int opened)
    {
        using var api = Api(before);
        using var metrics = new ChronosMetrics();
        await new IncidentOpener(api.Client, await BookAsync(api), metrics, NullLogger<IncidentOpener>.Instance).OpenAsync([Fires(errors)], TestContext.Current.CancellationToken);
        Assert.Equal(opened, api.Writes.Count(write => write is { Method: "POST" } && write.PathAndQuery.Contains("/incidents", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(2, "False", "NoneFlaps")]
    [InlineData(3, "True", "FiresAndRecovers")]
    public async Task ThePolicySaysWhatFlapsAndAnEventToo(int before, string status, string reason)
    {
        using var api = Api(before);
        var (book, time) = (await BookAsync(api), new FakeTime());
        var writer = new PolicyStatusWriter(api.Client, new KnownGoodBook(), book, new StormWatch(book, new SignalBoard(), StormLimits.Default), new EventRecorder(api.Client, "chronosops", "test", time), time, NullLogger<PolicyStatusWriter>.Instance);
        await writer.WriteAsync([new PolicyEntry(SamplePolicy.Applied(), SamplePolicy.Effective(), [])], [Fires(0.07)], TestContext.Current.CancellationToken);
        var patch = api.Writes.Single(write => write.PathAndQuery.Contains("/remediationpolicies/checkout/status", StringComparison.Ordinal)).Body!.AsArray();
        var conditions = patch.Single(operation => (string?)operation!["path"] == "/status")!["value"]!["conditions"]!.AsArray();
        var condition = conditions.Single(one => (string?)one!["type"] == "SignalsFlapping")!;
        Assert.Equal((status, reason), ((string?)condition["status"], (string?)condition["reason"]));
        Assert.Equal(status == "True", ((string)condition["message"]!).Contains("checkout errors (3 incidents", StringComparison.Ordinal));
        Assert.Equal(status == "True", api.Writes.Any(write => write.Body is JsonObject told && (string?)told["reason"] == "SignalsFlapping"));
    }

    private static readonly Dictionary<string, (Func<WorkloadReading, WorkloadReading> Change, bool Opens)> Table = new()
    {
        ["not: it fires a little beyond the threshold"] = (reading => reading, false),
        ["the hold is over"] = (reading => reading with { Time = SampleWorkload.At(240) }, true),
        ["not: the hold is not yet over"] = (reading => reading with { Time = SampleWorkload.At(239), Signals = [Errors(0.07, SampleWorkload.At(200))] }, false),
        ["it is twice the threshold"] = (_ => Fires(0.1), true),
        ["not: it is not quite twice the threshold"] = (_ => Fires(0.099), false),
        ["a high share is half of the way to all"] = (reading => Fires(0.8) with { Policy = reading.Policy with { Signals = [SamplePolicy.Errors() with { Threshold = 0.6 }] } }, true),
        ["not: a high share is less than that"] = (reading => Fires(0.79) with { Policy = reading.Policy with { Signals = [SamplePolicy.Errors() with { Threshold = 0.6 }] } }, false),
        ["it has lasted as long as the hold"] = (reading => reading with { Signals = [Errors(0.07, SampleWorkload.At(-300))] }, true),
        ["another signal fires"] = (reading => reading with { Signals = [.. reading.Signals, SampleBundle.Fires("latency", null)] }, true),
        ["pods show it"] = (reading => reading with { Signals = [.. reading.Signals, SampleBundle.Sign(PodSigns.CrashLoop)] }, true),
        ["not: an alert fires that flaps"] = (reading => reading with { Signals = [Alert("HighErrorRate", -20)] }, false),
        ["an alert that flaps has lasted as long as the hold"] = (reading => reading with { Signals = [Alert("HighErrorRate", -300)] }, true),
        ["another alert fires"] = (reading => reading with { Signals = [Alert("Slow", -20)] }, true),
        ["not: it is unlike the usual, by less than 5 sigma"] = (_ => Unlike(4.9), false),
        ["it is critically unlike the usual"] = (_ => Unlike(5), true),
        ["not: where that takes 5 sigma, by less than twice as much"] = (_ => Unlike(9.9, BaselineSensitivity.Low), false),
        ["where that takes 5 sigma, by twice as much"] = (_ => Unlike(10, BaselineSensitivity.Low), true),
        ["it is unlike the usual and has no value"] = (_ => Unlike(4, value: null), true),
        ["not: it is unlike the usual, and what is usual is not known"] = (_ => Learnt(null, null), false),
        ["not: it is on its way to a limit"] = (_ => Learnt(null, TimeSpan.FromHours(1)), false),
        ["a limit that it was on its way to is reached"] = (_ => Learnt(null, TimeSpan.Zero), true),
        ["it has no value"] = (reading => reading with { Signals = [Errors(0.07, SampleWorkload.At(-20)) with { Value = null }] }, true),
    };

    private static WorkloadReading Fires(double errors) => SampleContext.Well(SamplePolicy.Effective()) with { Signals = [Errors(errors, SampleWorkload.At(-20))] };

    /// <summary>Judged by a baseline alone, so many sigma off.</summary>
    private static WorkloadReading Unlike(double sigma, BaselineSensitivity sensitivity = BaselineSensitivity.Medium, double? value = 0.07) =>
        Learnt(new ExpectedRange(0, 0.01, sigma, 5000), null, sensitivity, value);

    private static WorkloadReading Learnt(ExpectedRange? expected, TimeSpan? left, BaselineSensitivity sensitivity = BaselineSensitivity.Medium, double? value = 0.07)
    {
        var reading = Fires(0.07);
        return reading with
        {
            Policy = reading.Policy with { Signals = [SamplePolicy.Errors() with { Threshold = double.PositiveInfinity, Baseline = new EffectiveBaseline(sensitivity, BaselineDirection.Above) }] },
            Signals = [reading.Signals[0] with { Value = value, Expected = expected, TimeLeft = left }],
        };
    }

    private static SignalReading Alert(string name, double since) => SampleBundle.Fires(SignalReading.AlertPrefix + name, null) with { Value = null, Since = SampleWorkload.At(since) };

    private static SignalReading Errors(double value, DateTimeOffset since) => SampleBundle.Fires("errors", null) with { Value = value, Since = since };

    private static FakeApi Api(int flaps)
    {
        var revision = SampleContext.Well(SamplePolicy.Effective()).Workload.Current.Revision;
        string[] incidents = [.. Enumerable.Range(0, flaps).Select(k =>
        {
            var flap = FlappingTests.Flap(-2 - (k * 4));
            (flap.Metadata.Name, flap.Metadata.Uid, flap.Status!.Suspect!.Hash) = ($"checkout-{k}", $"uid-{k}", revision);
            return JsonSerializer.Serialize(flap, ChronosJson.Default.Incident);
        })];
        return new FakeApi(request => request switch
        {
            { Method: "GET" } when request.PathAndQuery.Contains("/incidents", StringComparison.Ordinal) => SampleCaches.List(request, incidents),
            _ when request.PathAndQuery.Contains("/remediationpolicies", StringComparison.Ordinal) => new FakeAnswer(200, JsonSerializer.Serialize(SamplePolicy.Applied(), ChronosJson.Default.RemediationPolicy)),
            _ => new FakeAnswer(201),
        });
    }

    private static async Task<IncidentBook> BookAsync(FakeApi api)
    {
        var cache = new Informer<Incident>(api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        await SampleCaches.FillAsync(cache, TestContext.Current.CancellationToken);
        return new IncidentBook(cache);
    }
}
