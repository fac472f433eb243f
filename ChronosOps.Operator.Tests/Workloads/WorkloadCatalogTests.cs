using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Xunit;

namespace ChronosOps.Operator.Tests.Workloads;

/// <summary>A pod that runs, beside one that its node has evicted and one of a node that was shut down; and a StatefulSet whose pod ends.</summary>
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

    /// <summary>A release of a StatefulSet is a minute old, and its only pod of the release before has 75 s more to end.</summary>
    [Fact]
    public async Task ThatAPodTakesItsTimeToEndDoesNotCountAgainstTheReleaseAfterIt()
    {
        using var api = new FakeApi(Answer);
        var time = new FakeTime();
        var caches = SampleCaches.Of(api.Client);
        var catalog = new WorkloadCatalog(caches, time);
        await SampleCaches.FillAsync(caches.StatefulSets, Never);
        await SampleCaches.FillAsync(caches.ControllerRevisions, Never);
        await SampleCaches.FillAsync(caches.Pods, Never);
        Assert.Equal(SampleWorkload.At(0), Web().RollingSince);
        time.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal(SampleWorkload.At(70), Web().RollingSince);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(SampleWorkload.At(75), Web().RollingSince);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(SampleWorkload.At(75), Web().RollingSince);

        WorkloadSnapshot Web() => catalog.Find(new WorkloadKey(WorkloadKind.StatefulSet, "shop", "web"))!;
    }

    private static FakeAnswer Answer(FakeRequest request) => request.PathAndQuery.Split('?')[0] switch
    {
        "/apis/apps/v1/deployments" => SampleCaches.List(request, $$"""{ "metadata": { "name": "checkout", "namespace": "shop", "uid": "uid-checkout" }, "spec": { "template": {{Template}} } }"""),
        "/apis/apps/v1/replicasets" => SampleCaches.List(request, $$"""{ "metadata": { "name": "checkout-1", "namespace": "shop", "uid": "uid-set", "ownerReferences": [ {{Owner("uid-checkout")}} ] }, "spec": { "template": {{Template}} } }"""),
        "/apis/apps/v1/statefulsets" => SampleCaches.List(request, $$"""
            { "metadata": { "name": "web", "namespace": "shop", "uid": "uid-web", "generation": 2 }, "spec": { "replicas": 1, "template": {{SampleTemplate.Of("registry.example/checkout:2").ToJsonString()}} },
              "status": { "observedGeneration": 2, "replicas": 1, "currentRevision": "web-1", "updateRevision": "web-2" } }
            """),
        "/apis/apps/v1/controllerrevisions" => SampleCaches.List(request, Revision(1, Template, "2024-01-01T00:00:00Z"), Revision(2, SampleTemplate.Of("registry.example/checkout:2").ToJsonString(), "2024-01-01T11:59:00Z")),
        "/apis/batch/v1/jobs" => SampleCaches.List(request, $$"""{ "metadata": { "name": "backup", "namespace": "shop", "uid": "uid-job" }, "spec": { "template": {{Template}} } }"""),
        "/api/v1/pods" => SampleCaches.List(request, [.. new[] { "uid-set", "uid-job" }.SelectMany(owner => new[] { Pod(owner, 1, "Running"), Pod(owner, 2, "Failed"), Pod(owner, 3, "Succeeded") }), Ending]),
        _ => new FakeAnswer(404),
    };

    private static string Template => SampleTemplate.Of("registry.example/checkout:1").ToJsonString();

    private static string Ending => $$"""
        { "metadata": { "name": "web-0", "namespace": "shop", "uid": "uid-web-0", "creationTimestamp": "2024-01-01T00:00:00Z", "deletionTimestamp": "2024-01-01T12:01:15Z",
                        "labels": { "controller-revision-hash": "web-1" }, "ownerReferences": [ {{Owner("uid-web")}} ] },
          "spec": { "containers": [ { "name": "app" } ] }, "status": { "phase": "Running" } }
        """;

    private static string Revision(int number, string template, string created) => $$"""
        { "metadata": { "name": "web-{{number}}", "namespace": "shop", "uid": "uid-web-rev-{{number}}", "creationTimestamp": "{{created}}", "ownerReferences": [ {{Owner("uid-web")}} ] },
          "revision": {{number}}, "data": { "spec": { "template": {{template}} } } }
        """;

    private static string Owner(string uid) => $$"""{ "apiVersion": "apps/v1", "kind": "Owner", "name": "owner", "uid": "{{uid}}", "controller": true }""";

    private static string Pod(string owner, int number, string phase) => $$"""
        { "metadata": { "name": "{{owner}}-{{number}}", "namespace": "shop", "uid": "{{owner}}-{{number}}", "ownerReferences": [ {{Owner(owner)}} ] },
          "spec": { "containers": [ { "name": "app" } ] },
          "status": { "phase": "{{phase}}", "conditions": [ { "type": "Ready", "status": "{{(phase == "Running" ? "True" : "False")}}" } ] } }
        """;
}
