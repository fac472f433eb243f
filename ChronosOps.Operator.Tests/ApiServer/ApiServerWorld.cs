using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;
using Xunit;

namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>A namespace of its own on a real API server, with a played kubelet, traffic and a scripted Prometheus, for one test.</summary>
internal sealed class ApiServerWorld : IAsyncDisposable
{
    public const string Account = "chronosops";
    public const string ControlMap = "chronosops-control";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly CancellationTokenSource _stopping = new();
    private Task _kubelet = Task.CompletedTask;

    private ApiServerWorld(ApiServerCluster cluster, string ns, ScriptedPrometheus prometheus)
    {
        (Cluster, Namespace, Prometheus) = (cluster, ns, prometheus);
        Kubelet = new PlayedKubelet(cluster.Client, ns, prometheus.Traffic);
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ApiServerCluster Cluster { get; }

    public string Namespace { get; }

    public ScriptedPrometheus Prometheus { get; }

    public PlayedKubelet Kubelet { get; }

    public KubernetesClient Client => Cluster.Client;

    /// <summary>The kubeconfig of the operator's own account.</summary>
    public string OperatorKubeconfig { get; private set; } = "";

    public string OperatorUser => $"system:serviceaccount:{Namespace}:{Account}";

    public static async Task<ApiServerWorld> StartAsync(bool control = true)
    {
        var cluster = await ApiServerCluster.GetAsync();
        var ns = $"otest-{Guid.NewGuid():n}"[..18];
        var world = new ApiServerWorld(cluster, ns, await ScriptedPrometheus.StartAsync(ns, new TrafficSimulation()));
        await cluster.Client.For(KubernetesResources.Namespaces).CreateAsync(new() { Metadata = { Name = ns } }, ct: Ct);
        world.OperatorKubeconfig = await cluster.NewAccountAsync(ns, Account);
        if (control)
        {
            await world.SetEmergencyStopAsync("false");
        }

        world._kubelet = world.Kubelet.RunAsync(world._stopping.Token);
        return world;
    }

    /// <summary>The policy, the Deployment at version 1, and an operator that has seen it serve well.</summary>
    public async Task<RunningOperator> ProtectedAsync(string workload = "web", string mode = "Autonomous")
    {
        await ApplyAsync(Manifests.Deployment(workload, Manifests.Image(1)));
        await ApplyAsync(Manifests.Policy("policy", workload, mode));
        var running = await RunningOperator.StartAsync(this);
        await this.PolicyConditionAsync("policy", "Protected", "True");
        return running;
    }

    /// <summary>Applies an object server-side, as the team would.</summary>
    public async Task<JsonNode> ApplyAsync(JsonObject manifest)
    {
        var kind = (string)manifest["kind"]!;
        var path = kind switch
        {
            "Deployment" or "StatefulSet" or "DaemonSet" => $"/apis/apps/v1/namespaces/{Namespace}/{kind.ToLowerInvariant()}s",
            "HorizontalPodAutoscaler" => $"/apis/autoscaling/v1/namespaces/{Namespace}/horizontalpodautoscalers",
            "RemediationPolicy" => $"/apis/chronosops.io/v1alpha1/namespaces/{Namespace}/remediationpolicies",
            "Incident" => $"/apis/chronosops.io/v1alpha1/namespaces/{Namespace}/incidents",
            _ => $"/api/v1/namespaces/{Namespace}/{kind.ToLowerInvariant()}s",
        };
        var result = await Client.SendAsync(HttpMethod.Patch, $"{path}/{manifest["metadata"]!["name"]}?fieldManager=team", manifest, "application/apply-patch+yaml", Ct);
        return result!;
    }

    /// <summary>Applies a version that behaves so.</summary>
    public Task ReleaseAsync(int version, PodFate fate, string workload = "web", Action<JsonObject>? change = null)
    {
        Kubelet.Fates[Manifests.Image(version)] = fate;
        var deployment = Manifests.Deployment(workload, Manifests.Image(version));
        change?.Invoke(deployment);
        return ApplyAsync(deployment);
    }

    public Task SetEmergencyStopAsync(string value) => ApplyAsync(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = ControlMap },
        ["data"] = new JsonObject { ["emergencyStop"] = value },
    });

    public async Task<JsonNode> DeploymentAsync(string workload = "web") =>
        (await Client.SendAsync(HttpMethod.Get, KubernetesResources.Deployments.Path(Namespace, workload), ct: Ct))!;

    public async Task<string> ImageAsync(string workload = "web") => (string)(await DeploymentAsync(workload)).AsObject().Container()["image"]!;

    public async Task<IReadOnlyList<Incident>> IncidentsAsync() =>
        (await Client.For(ApiResources.Incidents).ListAsync(Namespace, ct: Ct)).Items;

    /// <summary>Every accepted write of the operator that is not about its own objects, Events and postmortems.</summary>
    public IReadOnlyList<AuditedWrite> ForeignWrites() =>
        [.. Cluster.Audit.Of(OperatorUser).Where(write => write.IsForeign || write.Namespace != Namespace)];

    /// <summary>The operator changed the specs of exactly these workloads, each once, and wrote to nothing else of anybody's.</summary>
    public void AssertSpecWrites(params string[] workloads)
    {
        var writes = ForeignWrites();
        Assert.Equal(workloads, writes.Where(write => write.ChangedSpec).Select(write => write.Name));
        Assert.All(writes, write => Assert.Equal(("patch", "deployments", null, Namespace), (write.Verb, write.Resource, write.Subresource, write.Namespace)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAny(_kubelet);
        await Prometheus.DisposeAsync();
        await Client.For(KubernetesResources.Namespaces).DeleteAsync(Namespace);
        _stopping.Dispose();
    }
}
