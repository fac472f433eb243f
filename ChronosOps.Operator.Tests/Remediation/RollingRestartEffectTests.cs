using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Remediation;

public sealed class RollingRestartEffectTests
{
    private const string Deployment = "/apis/apps/v1/namespaces/shop/deployments/checkout";
    private const string Bare = """{ "spec": { "template": { "metadata": { "labels": { "app": "checkout" } } } } }""";
    private const string Annotated = """{ "spec": { "template": { "metadata": { "annotations": { "team": "web" } } } } }""";
    private static readonly Dictionary<string, string> Annotations = new() { [ApiGroup.LastActionAnnotation] = "uid-0/1" };
    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Fact]
    public void TheActionIsBoundToTheWorkloadAsItWasJudgedAndChangesNoRevision()
    {
        var action = Action();
        Assert.Equal(("uid-1/2", "Restart", ActionState.Planned, true), (action.Key, action.Action, action.State, action.IsRollingRestart));
        Assert.Equal(("uid-checkout", 3L, "uid-0/1", "2"), (action.TargetUid, action.TargetGeneration, action.PreviousKey, action.PreviousNumber));
        Assert.Equal((null, SampleWorkload.Old, SampleWorkload.At(-7200)), (action.FromRevision, action.ToRevision, action.TargetPodCreatedAt));
        Assert.Equal("Rolling restart of checkout: all 3 pods of revision " + SampleWorkload.Old + ", as its strategy says", action.Message);
    }

    [Theory]
    [InlineData(Annotated, """{ "op": "add", "path": "/spec/template/metadata/annotations/chronosops.io~1restarted-at", "value": "2024-01-01T12:00:00Z" }""")]
    [InlineData(Bare, """{ "op": "add", "path": "/spec/template/metadata/annotations", "value": { "chronosops.io/restarted-at": "2024-01-01T12:00:00Z" } }""")]
    public async Task OnePatchTestsTheWorkloadAndStampsItsTemplate(string live, string stamp)
    {
        using var api = new FakeApi(_ => new FakeAnswer(200, live));
        var outcome = await new RollingRestartEffect(api.Client).ApplyAsync(PermitFor("uid-1/2"), SampleWorkload.Key, Action(), Annotations, Never);
        Assert.Equal(EffectState.InPlace, outcome.State);
        var sent = Assert.Single(api.Writes);
        Assert.Equal(("PATCH", $"{Deployment}?fieldManager=chronosops", "application/json-patch+json"), (sent.Method, sent.PathAndQuery, sent.ContentType));
        var expected = $$"""
            [
              { "op": "test", "path": "/metadata/uid", "value": "uid-checkout" },
              { "op": "test", "path": "/metadata/generation", "value": 3 },
              { "op": "test", "path": "/metadata/annotations/chronosops.io~1last-action", "value": "uid-0/1" },
              { "op": "test", "path": "/metadata/annotations/chronosops.io~1hold", "value": null },
              { "op": "test", "path": "/metadata/annotations/chronosops.io~1do-not-act", "value": null },
              { "op": "test", "path": "/metadata/annotations/chronosops.io~1do-not-restart", "value": null },
              {{stamp}},
              { "op": "add", "path": "/metadata/annotations/chronosops.io~1last-action", "value": "uid-1/2" }
            ]
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), sent.Body), sent.Body!.ToJsonString());
    }

    /// <summary>A restart is no release: what is known good stays so.</summary>
    [Fact]
    public void TheStampMakesNoOtherRevision()
    {
        var template = SampleTemplate.Of("registry.example/checkout:1");
        template["metadata"]!["annotations"] = new JsonObject { [ApiGroup.RestartedAtAnnotation] = "2024-01-01T12:00:00Z" };
        Assert.Equal(SampleWorkload.Old, TemplateFacts.Read(template).Revision);
    }

    [Fact]
    public async Task ARehearsalChangesNothing()
    {
        using var api = new FakeApi(_ => new FakeAnswer(200, Annotated));
        await new RollingRestartEffect(api.Client).RehearseAsync(SampleWorkload.Key, Action(), Annotations, Never);
        Assert.Equal($"{Deployment}?fieldManager=chronosops&dryRun=All", Assert.Single(api.Writes).PathAndQuery);
    }

    [Fact]
    public async Task APermitForAnotherActionIsRefusedBeforeAnythingIsSent()
    {
        using var api = new FakeApi(_ => new FakeAnswer(200, Annotated));
        await Assert.ThrowsAsync<ArgumentException>(() => new RollingRestartEffect(api.Client).ApplyAsync(PermitFor("uid-1/9"), SampleWorkload.Key, Action(), Annotations, Never));
        Assert.Empty(api.Requests);
    }

    [Theory]
    [InlineData(404, EffectState.NotInPlace)]
    [InlineData(422, EffectState.NotInPlace)]
    public async Task ARefusalIsNoEffect(int status, EffectState state)
    {
        using var api = new FakeApi(request => request.Method == "GET" && status != 404 ? new FakeAnswer(200, Annotated) : new FakeAnswer(status, """{ "kind": "Status", "message": "no" }"""));
        Assert.Equal(state, (await new RollingRestartEffect(api.Client).ApplyAsync(PermitFor("uid-1/2"), SampleWorkload.Key, Action(), Annotations, Never)).State);
    }

    [Theory]
    [InlineData("uid-1/2", 4, "3", EffectState.InPlace)]
    [InlineData("uid-0/1", 3, "2", EffectState.NotInPlace)]
    [InlineData("uid-0/1", 4, "2", EffectState.MovedOn)]
    [InlineData("uid-0/1", 4, "3", EffectState.Unknown)]
    [InlineData("uid-9/1", 4, "3", EffectState.Unknown)]
    public async Task AProcessThatWasKilledInBetweenFindsTheEffectOrRepeatsNothing(string key, long generation, string number, EffectState state)
    {
        using var api = new FakeApi(_ => new FakeAnswer(200, $$"""
            { "metadata": { "uid": "uid-checkout", "generation": {{generation}}, "annotations": { "chronosops.io/last-action": "{{key}}", "deployment.kubernetes.io/revision": "{{number}}" } },
              "status": { "observedGeneration": {{generation}} } }
            """));
        Assert.Equal(state, (await new RollingRestartEffect(api.Client).ObserveAsync(SampleWorkload.Key, Action(), Never)).State);
        Assert.Empty(api.Writes);
    }

    private static ActionRecord Action() => RestartPlan.Write("uid-1", 2, SampleWorkload.Settled() with { Annotations = Annotations }, SampleWorkload.Now);

    private static Permit PermitFor(string key) => Permit.Request(key, SampleGates.OpenForRollingRestart()).Permit!;
}
