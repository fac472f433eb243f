using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Remediation;

public sealed class RestartEffectTests
{
    private const string Pod = "/api/v1/namespaces/shop/pods/checkout-5f8d6c7b9-oooo2";
    private static readonly PodSnapshot Ill = SampleWorkload.Settled().Pods[1];
    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("v1beta1", "policy/v1beta1")]
    [InlineData("v1", "policy/v1")]
    public async Task EvictsTheVeryPodThatWasJudgedInTheVersionThatTheServerTakes(string served, string sent)
    {
        using var api = Api(new(201), served);
        Assert.Equal(EffectState.InPlace, (await ApplyAsync(api)).State);
        var eviction = Assert.Single(api.Writes);
        Assert.Equal(("POST", $"{Pod}/eviction?fieldManager=chronosops"), (eviction.Method, eviction.PathAndQuery));
        Assert.Equal((sent, "Eviction", Ill.Name, Ill.Uid),
            ((string?)eviction.Body!["apiVersion"], (string?)eviction.Body["kind"], (string?)eviction.Body["metadata"]!["name"], (string?)eviction.Body["deleteOptions"]!["preconditions"]!["uid"]));
    }

    [Fact]
    public async Task APermitForAnotherActionIsRefusedBeforeAnythingIsSent()
    {
        using var api = Api(new(201));
        await Assert.ThrowsAsync<ArgumentException>(() => new RestartEffect(api.Client).ApplyAsync(PermitFor("uid-1/2"), SampleWorkload.Key, Action(), new Dictionary<string, string>(), Never));
        Assert.Empty(api.Requests);
    }

    [Theory]
    [InlineData(429, "Cannot evict pod as it would violate the pod's disruption budget.", EffectState.HeldOff)]
    [InlineData(500, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.", EffectState.NotInPlace)]
    [InlineData(409, "Precondition failed: UID in precondition", EffectState.NotInPlace)]
    [InlineData(404, "pods not found", EffectState.NotInPlace)]
    [InlineData(403, "forbidden", EffectState.NotInPlace)]
    public async Task ARefusalIsNoEffect(int status, string message, EffectState state)
    {
        using var api = Api(new(status, $$"""{ "kind": "Status", "message": "{{message}}" }"""));
        var outcome = await ApplyAsync(api);
        Assert.Equal(state, outcome.State);
        Assert.Contains(message, outcome.Message, StringComparison.Ordinal);
        Assert.Single(api.Writes);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(0)]
    public async Task AnAnswerThatLeavesItOpenIsNeitherTakenForAnEffectNorSentAgain(int status)
    {
        using var api = Api(new(status));
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => ApplyAsync(api))).IsOutcomeUnknown);
        Assert.Single(api.Writes);
    }

    [Theory]
    [InlineData(404, "", EffectState.InPlace)]
    [InlineData(200, """{ "metadata": { "name": "checkout-5f8d6c7b9-oooo2", "uid": "another" } }""", EffectState.InPlace)]
    [InlineData(200, """{ "metadata": { "name": "checkout-5f8d6c7b9-oooo2", "uid": "uid-checkout-5f8d6c7b9-oooo2", "deletionTimestamp": "2026-01-01T00:00:00Z" } }""", EffectState.InPlace)]
    [InlineData(200, """{ "metadata": { "name": "checkout-5f8d6c7b9-oooo2", "uid": "uid-checkout-5f8d6c7b9-oooo2" } }""", EffectState.NotInPlace)]
    public async Task AProcessThatWasKilledInBetweenFindsTheEffect(int status, string body, EffectState state)
    {
        using var api = new FakeApi(_ => new FakeAnswer(status, body));
        Assert.Equal(state, (await new RestartEffect(api.Client).ObserveAsync(SampleWorkload.Key, Action(), Never)).State);
        Assert.Empty(api.Writes);
    }

    private static Task<EffectOutcome> ApplyAsync(FakeApi api) => new RestartEffect(api.Client).ApplyAsync(PermitFor("uid-1/1"), SampleWorkload.Key, Action(), new Dictionary<string, string>(), Never);

    private static Permit PermitFor(string key) => Permit.Request(key, SampleGates.OpenForRestart()).Permit!;

    private static ActionRecord Action() => RestartPlan.Write("uid-1", 1, SampleWorkload.Settled(), Ill, null, SampleWorkload.Now);

    private static FakeApi Api(FakeAnswer eviction, string version = "v1") => new(request => request.Method == "POST" ? eviction
        : request.PathAndQuery.Contains("/pods/", StringComparison.Ordinal) ? new FakeAnswer(200, $$"""{ "metadata": { "name": "{{Ill.Name}}", "uid": "{{Ill.Uid}}" } }""")
        : new FakeAnswer(200, $$"""{ "resources": [ { "name": "pods" }, { "name": "pods/eviction", "group": "policy", "version": "{{version}}" } ] }"""));
}
