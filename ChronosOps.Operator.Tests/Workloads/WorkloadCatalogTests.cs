using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

/// <summary>A pod that runs, beside one that its node has evicted and one of a node that was shut down.</summary>
public sealed class WorkloadCatalogTests
{
    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PodsThatWereEvictedAreNotTakenForPodsThatAreNotReady()
    {
        using var api = new FakeApi(Answer);
        var caches = SampleCaches.Of(api.Client);
        var catalog = new WorkloadCatalog(caches, new FakeTime());
        await SampleCaches.FillAsync(caches.Deployments, Never);
        await SampleCaches.FillAsync(caches.ReplicaSets, Never);
        await SampleCaches.FillAsync(caches.Pods, Never);
        var pod = Assert.Single(catalog.Find(SampleWorkload.Key)!.Pods);
        Assert.Equal(("uid-set-1", true), (pod.Uid, pod.Ready));
    }

    [Fact]
    public async Task ThePodsOfAJobAreKnownWhenTheyHaveEnded()
    {
        using var api = new FakeApi(Answer);
        var caches = SampleCaches.Of(api.Client);
        var catalog = new WorkloadCatalog(caches, new FakeTime());
        Assert.False(catalog.Sees(WorkloadKind.Job));
        await SampleCaches.FillAsync(caches.Jobs, Never);
        await SampleCaches.FillAsync(caches.Pods, Never);
        Assert.True(catalog.Sees(WorkloadKind.Job));
        Assert.Equal(["uid-job-1", "uid-job-2", "uid-job-3"], catalog.Find(new WorkloadKey(WorkloadKind.Job, "shop", "backup"))!.Pods.Select(pod => pod.Uid).Order());
    }

    private static FakeAnswer Answer(FakeRequest request) => request.PathAndQuery.Split('?')[0] switch
    {
        "/apis/apps/v1/deployments" => SampleCaches.List(request, $$"""{ "metadata": { "name": "checkout", "namespace": "shop", "uid": "uid-checkout" }, "spec": { "template": {{Template}} } }"""),
        "/apis/apps/v1/replicasets" => SampleCaches.List(request, $$"""{ "metadata": { "name": "checkout-1", "namespace": "shop", "uid": "uid-set", "ownerReferences": [ {{Owner("uid-checkout")}} ] }, "spec": { "template": {{Template}} } }"""),
        "/apis/batch/v1/jobs" => SampleCaches.List(request, $$"""{ "metadata": { "name": "backup", "namespace": "shop", "uid": "uid-job" }, "spec": { "template": {{Template}} } }"""),
        "/api/v1/pods" => SampleCaches.List(request, [.. new[] { "uid-set", "uid-job" }.SelectMany(owner => new[] { Pod(owner, 1, "Running"), Pod(owner, 2, "Failed"), Pod(owner, 3, "Succeeded") })]),
        _ => new FakeAnswer(404),
    };

    private static string Template => SampleTemplate.Of("registry.example/checkout:1").ToJsonString();

    private static string Owner(string uid) => $$"""{ "apiVersion": "apps/v1", "kind": "Owner", "name": "owner", "uid": "{{uid}}", "controller": true }""";

    private static string Pod(string owner, int number, string phase) => $$"""
        { "metadata": { "name": "{{owner}}-{{number}}", "namespace": "shop", "uid": "{{owner}}-{{number}}", "ownerReferences": [ {{Owner(owner)}} ] },
          "spec": { "containers": [ { "name": "app" } ] },
          "status": { "phase": "{{phase}}", "conditions": [ { "type": "Ready", "status": "{{(phase == "Running" ? "True" : "False")}}" } ] } }
        """;
}
