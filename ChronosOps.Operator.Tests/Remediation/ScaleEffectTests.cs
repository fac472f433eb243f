using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Decisions;
using ChronosOps.Operator.Remediation;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Remediation;

public sealed class ScaleEffectTests
{
    private const string Autoscaler = """{ "metadata": { "uid": "uid-hpa", "annotations": { "team": "web" } }, "spec": { "minReplicas": 2, "maxReplicas": 5 } }""";
    private static readonly CancellationToken Never = CancellationToken.None;
    private static readonly Dictionary<string, string> Annotations = new() { ["team"] = "web" };

    [Theory]
    [InlineData(false, "/apis/apps/v1/namespaces/shop/deployments/checkout?fieldManager=chronosops")]
    [InlineData(true, "/apis/autoscaling/v1/namespaces/shop/horizontalpodautoscalers/web?fieldManager=chronosops")]
    public async Task OnePatchGoesToWhatSetsTheReplicas(bool byAutoscaler, string path)
    {
        using var api = new FakeApi(_ => new FakeAnswer(200, Autoscaler));
        var action = Action(byAutoscaler);
        Assert.Equal(EffectState.InPlace, (await new ScaleEffect(api.Client).ApplyAsync(Leave(action), SampleWorkload.Key, action, Annotations, Never)).State);
        var write = Assert.Single(api.Writes);
        Assert.Equal(("PATCH", path, "application/json-patch+json"), (write.Method, write.PathAndQuery, write.ContentType));
        Assert.Equal(ScalePlan.Patch(action, Annotations).ToJsonString(), write.Body!.ToJsonString());
    }

    [Fact]
    public async Task ARehearsalChangesNothing()
    {
        using var api = new FakeApi(_ => new FakeAnswer(200, Autoscaler));
        await new ScaleEffect(api.Client).RehearseAsync(SampleWorkload.Key, Action(byAutoscaler: false), Annotations, Never);
        Assert.EndsWith("&dryRun=All", Assert.Single(api.Writes).PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALeaveForAnotherActionIsNone()
    {
        using var api = new FakeApi(_ => new FakeAnswer(200, Autoscaler));
        var other = Action(byAutoscaler: false);
        other.Key = "uid-incident/2";
        await Assert.ThrowsAsync<ArgumentException>(() => new ScaleEffect(api.Client).ApplyAsync(Leave(other), SampleWorkload.Key, Action(byAutoscaler: false), Annotations, Never));
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task WhereTheAutoscalerIsGoneNothingIsWritten()
    {
        using var api = new FakeApi(_ => new FakeAnswer(404));
        var action = Action(byAutoscaler: true);
        Assert.Equal(EffectState.NotInPlace, (await new ScaleEffect(api.Client).ApplyAsync(Leave(action), SampleWorkload.Key, action, Annotations, Never)).State);
        Assert.Empty(api.Writes);
        Assert.Equal(EffectState.TargetGone, (await new ScaleEffect(api.Client).ObserveAsync(SampleWorkload.Key, action, Never)).State);
    }

    [Fact]
    public async Task ARefusalIsNoEffectAndASilenceIsNeither()
    {
        var action = Action(byAutoscaler: false);
        using var refusing = new FakeApi(_ => new FakeAnswer(422, """{ "kind": "Status", "message": "the test failed" }"""));
        Assert.Equal(EffectState.NotInPlace, (await new ScaleEffect(refusing.Client).ApplyAsync(Leave(action), SampleWorkload.Key, action, Annotations, Never)).State);
        using var silent = new FakeApi(_ => new FakeAnswer(0));
        await Assert.ThrowsAsync<KubernetesException>(() => new ScaleEffect(silent.Client).ApplyAsync(Leave(action), SampleWorkload.Key, action, Annotations, Never));
        Assert.Single(silent.Writes);
    }

    private static ActionRecord Action(bool byAutoscaler) =>
        ScalePlan.Write("uid-incident", 1, SampleWorkload.Settled(), byAutoscaler ? new AutoscalerFact("web", "uid-hpa", 2, 5, null, null) : null, 7, 10, SampleWorkload.Now);

    private static Permit Leave(ActionRecord action) => Permit.Request(action.Key, SampleGates.OpenForScale()).Permit!;
}
