using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChronosOps.Operator.Tests.Controllers;

/// <summary>What the condition SignalsAvailable of a policy says of series that make no sense, and of those that say too little.</summary>
public sealed class SignalConditionTests
{
    /// <summary>The points of a queue's length: seconds before now, and the value.</summary>
    private static readonly Dictionary<string, ((double Before, double Value)[] Points, string Status, string Told)> Queues = new()
    {
        ["NaN alone"] = ([(10, double.NaN), (5, double.NaN), (0, double.NaN)], "Unknown", "cannot be judged: checkout queue (the query gives no numbers, but NaN or infinity)"),
        ["infinity alone"] = ([(0, double.PositiveInfinity)], "Unknown", "cannot be judged: checkout queue (the query gives no numbers, but NaN or infinity)"),
        ["NaN after numbers"] = ([(60, 1), (5, double.NaN), (0, double.NaN)], "Unknown", "cannot be judged: checkout queue (the query gives no numbers, but NaN or infinity)"),
        ["nothing for a week"] = ([(604_805, 99), (604_800, 99)], "Unknown", "cannot be judged: checkout queue (the newest value of the query is too old)"),
        ["a gap of a week that is over"] = ([(604_800, 99), (5, 1), (0, 1)], "True", "every signal is measured"),
        ["1e308 is a number"] = ([(0, 1e308)], "True", "every signal is measured"),
        ["a time twice"] = ([(5, 1), (5, 1), (0, 1)], "True", "every signal is measured"),
    };

    public static TheoryData<string> Cases => [.. Queues.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ItTellsWhatIsWrongWithTheValuesOfAQuery(string name)
    {
        var (points, status, told) = Queues[name];
        var series = new Series(new Dictionary<string, string> { ["pod"] = "checkout-5f8d6c7b9-oooo1" }, [.. points.Select(point => new Point(SampleWorkload.At(-point.Before), point.Value))]);
        var queue = QueryJudge.Judge(SamplePolicy.Query(), SampleWorkload.Rolling(), [series], true, SampleTraffic.Step, SampleWorkload.Now);
        Assert.Equal((status, told), await WriteAsync(queue));
    }

    /// <summary>Counters so large that their sum is none, and one request in ten seconds, however many fail: steps of five seconds.</summary>
    [Theory]
    [InlineData(1e308, 1, "the counters of requests make no sense")]
    [InlineData(0.5, 0.5, "too little traffic")]
    public async Task ItTellsWhatIsWrongWithTheRequests(double requests, double errors, string told)
    {
        var traffic = SampleTraffic.Of((SampleWorkload.New, SampleTraffic.Steady(6, requests, errors)));
        var judged = TrafficJudge.Judge(SamplePolicy.Errors(), SampleWorkload.Rolling() with { RolloutStartedAt = SampleWorkload.At(-86400) }, traffic, SampleWorkload.Now);
        Assert.Equal(("Unknown", $"cannot be judged: checkout errors ({told})"), await WriteAsync(judged));
    }

    private static async Task<(string? Status, string Message)> WriteAsync(SignalReading signal)
    {
        var policy = SamplePolicy.Applied();
        using var api = new FakeApi(request =>
        {
            if (request is { Method: "PATCH", Body: JsonArray patch })
            {
                policy.Status = patch.Single(operation => (string?)operation!["path"] == "/status")!["value"].Deserialize(ChronosJson.Default.RemediationPolicyStatus);
            }

            return request.PathAndQuery.Contains("/remediationpolicies", StringComparison.Ordinal) ? new FakeAnswer(200, JsonSerializer.Serialize(policy, ChronosJson.Default.RemediationPolicy)) : new FakeAnswer(201);
        });
        var (book, time) = (new IncidentBook(new Informer<Incident>(api.Client.For(ApiResources.Incidents), new())), new FakeTime());
        var writer = new PolicyStatusWriter(
            api.Client, new KnownGoodBook(), book, new StormWatch(book, new SignalBoard(), StormLimits.Default), new EventRecorder(api.Client, "chronosops", "test", time), time, NullLogger<PolicyStatusWriter>.Instance);
        var effective = SamplePolicy.Effective();
        await writer.WriteAsync([new PolicyEntry(policy, effective, [])], [SampleContext.Well(effective) with { Signals = [signal] }], TestContext.Current.CancellationToken);
        var condition = policy.Status!.Conditions.GetCondition("SignalsAvailable")!;
        return (condition.Status, condition.Message);
    }
}
