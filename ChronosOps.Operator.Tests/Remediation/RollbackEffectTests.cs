using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using Xunit;

namespace ChronosOps.Operator.Tests.Remediation;

public sealed class RollbackEffectTests
{
    private const string Deployment = "/apis/apps/v1/namespaces/shop/deployments/checkout";
    private static readonly string ReplicaSet = Object(new JsonObject { ["template"] = SampleTemplate.Of("registry.example/checkout:1") });
    private static readonly Dictionary<string, string> None = new() { ["team.example.com/owner"] = "web" };
    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SendsOneConditionalPatchUnderOurName()
    {
        using var api = Api(patch: new(200));
        var outcome = await ApplyAsync(api, Action());
        Assert.Equal(EffectState.InPlace, outcome.State);
        var patch = Assert.Single(api.Writes);
        Assert.Equal(("PATCH", $"{Deployment}?fieldManager=chronosops", "application/json-patch+json"), (patch.Method, patch.PathAndQuery, patch.ContentType));
        Assert.Equal(["replace", "add"], patch.Body!.AsArray().Select(operation => operation!["op"]!.ToString()).SkipWhile(op => op == "test"));
    }

    /// <summary>The very patch, and nothing that is not a dry run.</summary>
    [Theory]
    [InlineData(200, EffectState.InPlace)]
    [InlineData(403, EffectState.NotInPlace)]
    public async Task ARehearsalAsksForADryRunOfThePatch(int status, EffectState expected)
    {
        using var api = Api(patch: new(status));
        var outcome = await new RollbackEffect(api.Client).RehearseAsync(SampleWorkload.Key, Action(), None, Never);
        Assert.Equal(expected, outcome.State);
        var patch = Assert.Single(api.Writes);
        Assert.Equal(("PATCH", $"{Deployment}?fieldManager=chronosops&dryRun=All"), (patch.Method, patch.PathAndQuery));
        using var real = Api(patch: new(200));
        await ApplyAsync(real, Action());
        Assert.Equal(real.Writes.Single().Body!.ToJsonString(), patch.Body!.ToJsonString());
    }

    [Fact]
    public async Task APermitForAnotherActionIsRefusedBeforeAnythingIsSent()
    {
        using var api = Api(patch: new(200));
        await Assert.ThrowsAsync<ArgumentException>(() => new RollbackEffect(api.Client).ApplyAsync(PermitFor("uid-1/2"), SampleWorkload.Key, Action(), None, Never));
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task WithoutTheReplicaSetNothingIsWritten()
    {
        using var api = Api(patch: new(200), replicaSet: new(404));
        var outcome = await ApplyAsync(api, Action());
        Assert.Equal((EffectState.NotInPlace, $"checkout-5f8d6c7b9 no longer holds revision {SampleWorkload.Old}"), (outcome.State, outcome.Message));
        Assert.Empty(api.Writes);
    }

    [Fact]
    public async Task WhereTheReplicaSetHoldsAnotherTemplateNothingIsWritten()
    {
        using var api = Api(patch: new(200), replicaSet: new(200, Object(new JsonObject { ["template"] = SampleTemplate.Of("registry.example/checkout:9") })));
        Assert.Equal(EffectState.NotInPlace, (await ApplyAsync(api, Action())).State);
        Assert.Empty(api.Writes);
    }

    [Theory]
    [InlineData(422)]
    [InlineData(409)]
    [InlineData(403)]
    [InlineData(400)]
    public async Task ARefusalIsNoEffect(int status)
    {
        using var api = Api(patch: new(status, """{ "kind": "Status", "message": "the server says no" }"""));
        var outcome = await ApplyAsync(api, Action());
        Assert.Equal(EffectState.NotInPlace, outcome.State);
        Assert.Contains("the server says no", outcome.Message, StringComparison.Ordinal);
        Assert.Single(api.Writes);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task AnAnswerThatLeavesItOpenIsNeitherTakenForAnEffectNorSentAgain(int status)
    {
        using var api = Api(patch: new(status));
        var error = await Assert.ThrowsAsync<KubernetesException>(() => ApplyAsync(api, Action()));
        Assert.True(error.IsOutcomeUnknown);
        Assert.Single(api.Writes);
    }

    [Fact]
    public async Task FieldsAreHandedBackOnlyOnTheVersionThatWasRead()
    {
        using var api = Api(patch: new(200));
        Assert.True(await new RollbackEffect(api.Client).SettleAsync(SampleWorkload.Key, new ActionRecord(), Never));
        var operations = Assert.Single(api.Writes).Body!.AsArray();
        Assert.Equal(["test /metadata/resourceVersion", "replace /metadata/managedFields"], operations.Select(operation => $"{operation!["op"]} {operation["path"]}"));
        Assert.Equal("42", operations[0]!["value"]!.ToString());
    }

    [Fact]
    public async Task FieldsThatAreNotOursAreLeftAlone()
    {
        using var api = new FakeApi(_ => new(200, """{ "metadata": { "resourceVersion": "42", "managedFields": [ { "manager": "team-ci", "fieldsV1": { "f:spec": {} } } ] } }"""));
        Assert.True(await new RollbackEffect(api.Client).SettleAsync(SampleWorkload.Key, new ActionRecord(), Never));
        Assert.Empty(api.Writes);
    }

    [Fact]
    public async Task AnActionThatDoesNotSayWhereItsTemplateIsHasNoEffect()
    {
        using var api = Api(patch: new(200));
        var action = Action();
        action.TargetReplicaSet = null;
        Assert.Equal(EffectState.NotInPlace, (await ApplyAsync(api, action)).State);
        Assert.Empty(api.Writes);
    }

    [Fact]
    public async Task AnObjectThatMovesOnIsReadAgainAFewTimes()
    {
        var refusals = 2;
        using var api = Patching(() => refusals-- > 0 ? new(422) : new(200));
        Assert.True(await new RollbackEffect(api.Client).SettleAsync(SampleWorkload.Key, new ActionRecord(), Never));
        Assert.Equal(3, api.Writes.Count());
    }

    [Fact]
    public async Task AnObjectThatNeverStandsStillKeepsItsFieldsForNow()
    {
        using var api = Api(patch: new(409));
        Assert.False(await new RollbackEffect(api.Client).SettleAsync(SampleWorkload.Key, new ActionRecord(), Never));
        Assert.InRange(api.Writes.Count(), 2, 10);
    }

    [Theory]
    [InlineData(201, true)]
    [InlineData(429, false)]
    [InlineData(403, false)]
    public async Task APodInTheWayIsEvictedAndNotedAndOneThatMayNotBeIsTriedAgain(int status, bool gone)
    {
        using var api = new FakeApi(request => request.Method == "POST" ? new FakeAnswer(status, """{ "kind": "Status", "message": "the budget says no" }""")
            : request.PathAndQuery.Contains("/pods/", StringComparison.Ordinal) ? new FakeAnswer(200, """{ "metadata": { "name": "web-2", "uid": "uid-web-2" } }""")
            : new FakeAnswer(200, """{ "resources": [ { "name": "pods/eviction", "version": "v1beta1" } ] }"""));
        var action = Action();
        action.PodsInTheWay = [new() { Name = "web-1", Uid = "uid-web-1", EvictedAt = SampleWorkload.At(-5) }, new() { Name = "web-2", Uid = "uid-web-2" }];
        var hindrance = await new RollbackEffect(api.Client).ClearAsync(PermitFor(action.Key), SampleWorkload.Key, action, SampleWorkload.Now, Never);
        Assert.Equal(gone, hindrance is null);
        Assert.Equal(gone ? SampleWorkload.Now : null, action.PodsInTheWay[1].EvictedAt);
        var eviction = Assert.Single(api.Writes);
        Assert.Equal(("/api/v1/namespaces/shop/pods/web-2/eviction?fieldManager=chronosops", "uid-web-2"), (eviction.PathAndQuery, (string?)eviction.Body!["deleteOptions"]!["preconditions"]!["uid"]));
    }

    /// <summary>What it was written down for is over.</summary>
    [Fact]
    public async Task APodThatHasBecomeReadyIsLeftAlone()
    {
        using var api = new FakeApi(_ => new FakeAnswer(200, """{ "metadata": { "name": "web-2", "uid": "uid-web-2" }, "status": { "conditions": [ { "type": "Ready", "status": "True" } ] } }"""));
        var action = Action();
        action.PodsInTheWay = [new() { Name = "web-2", Uid = "uid-web-2" }];
        Assert.Null(await new RollbackEffect(api.Client).ClearAsync(PermitFor(action.Key), SampleWorkload.Key, action, SampleWorkload.Now, Never));
        Assert.Empty(action.PodsInTheWay);
        Assert.Empty(api.Writes);
    }

    [Fact]
    public async Task OnePodIsEvictedAtALook()
    {
        using var api = new FakeApi(request => request.Method == "POST" ? new FakeAnswer(201)
            : request.PathAndQuery.Contains("/pods/", StringComparison.Ordinal) ? new FakeAnswer(200, $$"""{ "metadata": { "uid": "uid-{{request.PathAndQuery.Split('/')[^1]}}" } }""")
            : new FakeAnswer(200, "{}"));
        var action = Action();
        action.PodsInTheWay = [new() { Name = "web-2", Uid = "uid-web-2" }, new() { Name = "web-1", Uid = "uid-web-1" }];
        for (var look = 1; look <= 2; look++)
        {
            Assert.Null(await new RollbackEffect(api.Client).ClearAsync(PermitFor(action.Key), SampleWorkload.Key, action, SampleWorkload.Now, Never));
            Assert.Equal(look, api.Writes.Count());
        }

        Assert.All(action.PodsInTheWay, pod => Assert.Equal(SampleWorkload.Now, pod.EvictedAt));
    }

    private static Task<EffectOutcome> ApplyAsync(FakeApi api, ActionRecord action) =>
        new RollbackEffect(api.Client).ApplyAsync(PermitFor(action.Key), SampleWorkload.Key, action, None, Never);

    private static Permit PermitFor(string key) => Permit.Request(key, SampleGates.Open()).Permit!;

    private static ActionRecord Action() => RollbackPlan.Write("uid-1", 1, "Rollback", SampleWorkload.Rolling(), SampleWorkload.OldRevision, SampleWorkload.Now);

    private static FakeApi Api(FakeAnswer patch, FakeAnswer? replicaSet = null) => Patching(() => patch, replicaSet);

    private static FakeApi Patching(Func<FakeAnswer> patch, FakeAnswer? replicaSet = null) => new(request =>
        request.Method == "PATCH" ? patch()
        : request.PathAndQuery.Contains("/replicasets/checkout-5f8d6c7b9", StringComparison.Ordinal) ? replicaSet ?? new FakeAnswer(200, ReplicaSet)
        : new FakeAnswer(200, """{ "metadata": { "resourceVersion": "42", "managedFields": [ { "manager": "chronosops", "operation": "Update", "fieldsV1": { "f:spec": { "f:template": {} } } } ] } }"""));

    private static string Object(JsonObject spec) => new JsonObject { ["apiVersion"] = "apps/v1", ["metadata"] = new JsonObject { ["name"] = "x", ["namespace"] = "shop" }, ["spec"] = spec }.ToJsonString();
}
