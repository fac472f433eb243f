using System.Text.Json;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Controllers;
using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Telemetry;
using ChronosOps.Operator.Tests.Incidents;
using ChronosOps.Operator.Tests.Support;
using ChronosOps.Operator.Workloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChronosOps.Operator.Tests.Intake;

/// <summary>
/// An API server with the Deployments checkout and lonely of the namespace shop, a pod of checkout, the Job backup that was given up ten seconds ago, a policy for checkout, and incidents that are kept: created once, changed only as
/// they were read. Makes replicas of the receiver, each with caches as they are when it is made.
/// </summary>
internal sealed class ShopApi : IDisposable
{
    private static readonly AlertReadings Readings = new(TimeSpan.FromHours(24));
    private readonly ChronosMetrics _metrics = new();
    private readonly FakeApi _api;
    private int _version = 100;

    public ShopApi() => _api = new FakeApi(Answer);

    public List<JsonObject> Incidents { get; } = [];

    public RemediationPolicy Policy { get; } = SamplePolicy.Applied();

    public FakeTime Time { get; } = new();

    /// <summary>What a write is answered with, in place of an answer of the server.</summary>
    public FakeAnswer? Fails { get; set; }

    public IEnumerable<FakeRequest> Writes => _api.Writes;

    /// <summary>The outcomes as the metrics have them.</summary>
    public string Metrics => _metrics.Exposition.Write();

    public Incident this[int index] => JsonSerializer.Deserialize(Incidents[index], ApiResources.Incidents.Json)!;

    /// <summary>The receiver of a replica that has just been started.</summary>
    public async Task<AlertIntake> ReplicaAsync(CancellationToken ct, AlertLabels? labels = null)
    {
        var (book, catalog, policies) = await CachesAsync(ct);
        return new AlertIntake(_api.Client, new AlertRouter(catalog, policies, book, labels ?? AlertLabels.Default), book, Opener(book), Readings, _metrics, Time, NullLogger<AlertIntake>.Instance);
    }

    /// <summary>One evaluation of a replica that has just been started and leads: the policy's own signals are well.</summary>
    public async Task EvaluateAsync(CancellationToken ct)
    {
        var (book, catalog, policies) = await CachesAsync(ct);
        var workload = catalog.Find(SampleWorkload.Key)!;
        var well = new WorkloadReading { Time = Time.GetUtcNow(), Workload = workload, Policy = policies.Governing(workload)!, Signals = [], Traffic = WorkloadTraffic.None };
        await Opener(book).OpenAsync([Readings.Join(well, book.KeeperOf(workload.Key))], ct);
    }

    /// <summary>Incidents of checkout, a quarter of an hour before now and later, in which an alert fired for a minute and went away by itself. The last ended a minute ago.</summary>
    public void Flap(int times, string signal)
    {
        for (var k = times - 1; k >= 0; k--)
        {
            var flap = FlappingTests.Flap(-2 - (k * 4));
            (flap.Metadata.Name, flap.Metadata.Uid, flap.Metadata.CreationTimestamp) = ($"checkout-{k}", $"uid-flap-{k}", flap.Status!.DetectedAt);
            (flap.Status.Suspect!.Hash, flap.Status.Signals[0].Name) = (SampleWorkload.Old, signal);
            Incidents.Add(Touch(JsonSerializer.SerializeToNode(flap, ApiResources.Incidents.Json)!.AsObject()));
        }
    }

    private IncidentOpener Opener(IncidentBook book) => new(_api.Client, book, _metrics, NullLogger<IncidentOpener>.Instance);

    private async Task<(IncidentBook Book, WorkloadCatalog Catalog, PolicyRegistry Policies)> CachesAsync(CancellationToken ct)
    {
        var caches = SampleCaches.Of(_api.Client);
        var policyCache = new Informer<RemediationPolicy>(_api.Client.For(ApiResources.Policies), new() { StreamLists = false });
        var incidentCache = new Informer<Incident>(_api.Client.For(ApiResources.Incidents), new() { StreamLists = false });
        var catalog = new WorkloadCatalog(caches, Time);
        await SampleCaches.FillAsync(caches.Deployments, ct);
        await SampleCaches.FillAsync(caches.ReplicaSets, ct);
        await SampleCaches.FillAsync(caches.Pods, ct);
        await SampleCaches.FillAsync(caches.Jobs, ct);
        await SampleCaches.FillAsync(policyCache, ct);
        await SampleCaches.FillAsync(incidentCache, ct);
        return (new IncidentBook(incidentCache), catalog, new PolicyRegistry(policyCache, catalog));
    }

    /// <summary>Ends an incident.</summary>
    public void End(int index) => Touch(Incidents[index])["status"] = new JsonObject { ["phase"] = "Resolved" };

    public void Dispose()
    {
        _api.Dispose();
        _metrics.Dispose();
    }

    private FakeAnswer Answer(FakeRequest request)
    {
        var path = request.PathAndQuery.Split('?')[0];
        const string incidents = "/apis/chronosops.io/v1alpha1/namespaces/shop/incidents";
        return request.Method == "GET" ? path switch
        {
            "/apis/apps/v1/deployments" => SampleCaches.List(request, Owning("checkout", "uid-checkout"), Owning("lonely", "uid-lonely")),
            "/apis/apps/v1/replicasets" => SampleCaches.List(request, Owning("checkout-1", "uid-set", ("Deployment", "checkout", "uid-checkout"))),
            "/api/v1/pods" => SampleCaches.List(request, Pod("checkout-1-abcde", "uid-set")),
            "/apis/batch/v1/jobs" => SampleCaches.List(request, Job),
            "/apis/chronosops.io/v1alpha1/remediationpolicies" => SampleCaches.List(request, JsonSerializer.Serialize(Policy, ApiResources.Policies.Json)),
            "/apis/chronosops.io/v1alpha1/incidents" => SampleCaches.List(request, [.. Incidents.Select(one => one.ToJsonString())]),
            _ => Find(path, incidents) is { } found ? new FakeAnswer(200, found.ToJsonString()) : new FakeAnswer(404),
        }
        : Fails is { } failure ? failure
        : request.Method == "POST" ? Create(request.Body!.AsObject())
        : Find(path, incidents) is { } changed ? Patch(changed, request.Body!.AsObject())
        : new FakeAnswer(404);
    }

    private JsonObject? Find(string path, string incidents) => Incidents.Find(one => path == $"{incidents}/{one["metadata"]!["name"]}");

    private FakeAnswer Create(JsonObject incident)
    {
        var name = (string)incident["metadata"]!["name"]!;
        if (Incidents.Exists(one => (string)one["metadata"]!["name"]! == name))
        {
            return new FakeAnswer(409, """{ "kind": "Status", "status": "Failure", "reason": "AlreadyExists", "message": "it exists", "code": 409 }""");
        }

        var created = incident.DeepClone().AsObject();
        created["metadata"]!["uid"] = $"uid-{Incidents.Count}";
        created["metadata"]!["creationTimestamp"] = Time.GetUtcNow().AddSeconds(Incidents.Count).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        Incidents.Add(Touch(created));
        return new FakeAnswer(201, created.ToJsonString());
    }

    private FakeAnswer Patch(JsonObject incident, JsonObject patch)
    {
        var change = patch["metadata"]!.AsObject();
        if ((string)change["resourceVersion"]! != (string)incident["metadata"]!["resourceVersion"]!)
        {
            return new FakeAnswer(409, """{ "kind": "Status", "status": "Failure", "reason": "Conflict", "message": "it was changed", "code": 409 }""");
        }

        var annotations = (incident["metadata"]!["annotations"] ??= new JsonObject()).AsObject();
        foreach (var (key, value) in change["annotations"]!.AsObject())
        {
            annotations.Remove(key);
            if (value is not null)
            {
                annotations[key] = value.DeepClone();
            }
        }

        return new FakeAnswer(200, Touch(incident).ToJsonString());
    }

    private JsonObject Touch(JsonObject incident)
    {
        incident["metadata"]!["resourceVersion"] = $"{++_version}";
        return incident;
    }

    private static string Job => new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = "backup", ["namespace"] = "shop", ["uid"] = "uid-backup" },
        ["spec"] = new JsonObject { ["template"] = SampleTemplate.Of("registry.example/backup:1").DeepClone() },
        ["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Failed", ["status"] = "True", ["lastTransitionTime"] = "2024-01-01T11:59:50Z" }) },
    }.ToJsonString();

    private static string Owning(string name, string uid, params (string Kind, string Name, string Uid)[] owners) => new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = "shop",
            ["uid"] = uid,
            ["ownerReferences"] = new JsonArray([.. owners.Select(owner => new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = owner.Kind, ["name"] = owner.Name, ["uid"] = owner.Uid, ["controller"] = true })]),
        },
        ["spec"] = new JsonObject { ["template"] = SampleTemplate.Of("registry.example/checkout:1").DeepClone() },
    }.ToJsonString();

    private static string Pod(string name, string owner) => $$"""
        { "metadata": { "name": "{{name}}", "namespace": "shop", "uid": "uid-{{name}}", "ownerReferences": [ { "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "checkout-1", "uid": "{{owner}}", "controller": true } ] },
          "spec": { "containers": [ { "name": "app" } ] }, "status": { "phase": "Running" } }
        """;
}
