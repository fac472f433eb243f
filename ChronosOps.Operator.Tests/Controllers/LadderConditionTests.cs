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

/// <summary>Actions of a ladder that are never taken for workloads of the policy's kind: it is in force, and says so.</summary>
public sealed class LadderConditionTests : IDisposable
{
    private readonly FakeApi _api;
    private readonly PolicyStatusWriter _writer;
    private readonly RemediationPolicy _policy = SamplePolicy.Applied();

    public LadderConditionTests()
    {
        _api = new FakeApi(Answer);
        var (book, time) = (new IncidentBook(new Informer<Incident>(_api.Client.For(ApiResources.Incidents), new())), new FakeTime());
        _writer = new PolicyStatusWriter(_api.Client, new KnownGoodBook(), book, new StormWatch(book, new SignalBoard(), StormLimits.Default), new EventRecorder(_api.Client, "chronosops", "test", time), time, NullLogger<PolicyStatusWriter>.Instance);
    }

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData(WorkloadKind.Deployment, "Rollback Restart Scale", "True", "EveryAction", "every action of the ladder can be taken for a Deployment")]
    [InlineData(WorkloadKind.StatefulSet, "Rollback Restart", "True", "EveryAction", "every action of the ladder can be taken for a StatefulSet")]
    [InlineData(WorkloadKind.DaemonSet, "Rollback Restart", "True", "EveryAction", "every action of the ladder can be taken for a DaemonSet")]
    [InlineData(WorkloadKind.StatefulSet, "Rollback Scale", "False", "KindNotScaled", "never taken: Scale, since a StatefulSet is not scaled: its pods hold state, or stand for nodes")]
    [InlineData(WorkloadKind.DaemonSet, "Scale Restart", "False", "KindNotScaled", "never taken: Scale, since a DaemonSet is not scaled: its pods hold state, or stand for nodes")]
    [InlineData(WorkloadKind.Job, "Rollback", "False", "KindNotActedOn", "never taken: Rollback, since a Job is explained, and never acted on")]
    [InlineData(WorkloadKind.CronJob, "Restart Scale", "False", "KindNotActedOn", "never taken: Restart, Scale, since a CronJob is explained, and never acted on")]
    [InlineData(WorkloadKind.Job, "", "True", "EmptyLadder", "the policy allows no action")]
    public async Task TheConditionNamesActionAndKind(WorkloadKind kind, string ladder, string status, string reason, string message)
    {
        await WriteAsync(kind, ladder);
        Assert.Equal((status, reason, message), Condition("LadderApplies"));
        var ready = Condition("Ready");
        Assert.Equal(("True", "InForce"), (ready.Status, ready.Reason));
        Assert.Equal(status == "False" ? message[..message.IndexOf(", since", StringComparison.Ordinal)] : "", ready.Message.Replace("valid; governs 1 workload in mode Autonomous", "", StringComparison.Ordinal).TrimStart(';', ' '));
    }

    /// <summary>What a policy has that names no ladder nobody asked for.</summary>
    [Theory]
    [InlineData(WorkloadKind.Deployment, "Rollback Scale", 0)]
    [InlineData(WorkloadKind.StatefulSet, "Rollback Scale", 1)]
    [InlineData(WorkloadKind.Job, "Rollback Restart", 1)]
    [InlineData(WorkloadKind.Job, "Rollback", 0)]
    public async Task AnEventTellsOfItOnce(WorkloadKind kind, string ladder, int told)
    {
        await WriteAsync(kind, ladder);
        _policy.Status!.Conditions.RemoveAll(condition => condition.Type == "Storm"); // Something else is to be written.
        await WriteAsync(kind, ladder);
        Assert.Equal(2, StatusWrites().Count());
        Assert.Equal(told, Events().Count());
    }

    [Fact]
    public async Task AnotherLadderThatIsNeverTakenIsToldOfAnew()
    {
        await WriteAsync(WorkloadKind.Job, "Scale");
        await WriteAsync(WorkloadKind.Job, "Scale Restart");
        Assert.Equal(["never taken: Scale, since a Job is explained, and never acted on", "never taken: Scale, Restart, since a Job is explained, and never acted on"], Events());
    }

    /// <summary>It watches in the place of one that is not valid.</summary>
    [Fact]
    public async Task APolicyThatStandsInForAnotherSaysSo()
    {
        var policy = SamplePolicy.Effective();
        await _writer.WriteAsync([new PolicyEntry(_policy, policy, [])], [SampleContext.Well(policy with { StandsInFor = "first" })], TestContext.Current.CancellationToken);
        Assert.EndsWith("; not acted on: checkout, since policy first comes first and is not valid", Condition("Ready").Message, StringComparison.Ordinal);
    }

    private Task WriteAsync(WorkloadKind kind, string ladder)
    {
        var policy = SamplePolicy.Effective() with { WorkloadKind = kind, Ladder = [.. ladder.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<RemediationAction>)], MaxReplicas = 4 };
        return _writer.WriteAsync([new PolicyEntry(_policy, policy, [])], [SampleContext.Well(policy)], TestContext.Current.CancellationToken);
    }

    private FakeAnswer Answer(FakeRequest request)
    {
        if (request is { Method: "PATCH", Body: JsonArray patch })
        {
            _policy.Status = patch.Single(operation => (string?)operation!["path"] == "/status")!["value"].Deserialize(ChronosJson.Default.RemediationPolicyStatus);
        }

        return request.PathAndQuery.Contains("/remediationpolicies", StringComparison.Ordinal) ? new FakeAnswer(200, JsonSerializer.Serialize(_policy, ChronosJson.Default.RemediationPolicy)) : new FakeAnswer(201);
    }

    private (string? Status, string? Reason, string Message) Condition(string type)
    {
        var condition = _policy.Status!.Conditions.GetCondition(type)!;
        return (condition.Status, condition.Reason, condition.Message);
    }

    private IEnumerable<FakeRequest> StatusWrites() => _api.Writes.Where(write => write.PathAndQuery.Contains("/remediationpolicies/checkout/status", StringComparison.Ordinal));

    private IEnumerable<string?> Events() => _api.Writes.Where(write => write is { Method: "POST", Body: JsonObject told } && (string?)told["type"] == "Warning").Select(write => (string?)write.Body!["message"]);
}
