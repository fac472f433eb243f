using System.Globalization;
using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>The demo's service in a namespace of its own, with the demo's load generator and its Autonomous policy, from the demo's manifests.</summary>
internal sealed class ServiceUnderTraffic : IAsyncDisposable
{
    public const int RequestsPerSecond = 30;
    private const int LoadPort = 9100;
    private readonly WorkloadKind _kind;
    private readonly Dictionary<string, string> _values;
    private readonly KubernetesClient _client = new(KubernetesClientConfiguration.BuildConfigFromConfigFile(ClusterScripts.Kubeconfig));
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });

    private ServiceUnderTraffic(string ns, string name, WorkloadKind kind)
    {
        (Namespace, Name, _kind) = (ns, name, kind);
        _values = new Dictionary<string, string>
        {
            ["SEED"] = "test",
            ["NAMESPACE"] = ns,
            ["SERVICE"] = name,
            ["POLICY"] = $"{name}-heal",
            ["PORT"] = "8080",
            ["METRICS_STYLE"] = "prometheus",
            ["REPLICAS"] = "2",
            ["SIDECAR"] = "",
            ["RPS"] = RequestsPerSecond.ToString(CultureInfo.InvariantCulture),
            ["SLOW_MS"] = "500",
            ["DEMO_IMAGE"] = "localhost/chronosops-demo:1",
            ["IMAGE"] = "localhost/chronosops-demo:1",
        };
    }

    public string Namespace { get; }

    public string Name { get; }

    /// <summary>The workload as kubectl takes it.</summary>
    public string Reference => $"{_kind.ToString().ToLowerInvariant()}/{Name}";

    /// <summary>Version 1.0.0 with two pods, a ConfigMap that they use, traffic and the policy.</summary>
    public static async Task<ServiceUnderTraffic> StartAsync(string ns, string name, WorkloadKind kind = WorkloadKind.Deployment)
    {
        var service = new ServiceUnderTraffic(ns, name, kind);
        TestNamespaces.Take(ns);
        await ClusterScripts.KubectlAsync("delete", "namespace", ns, "--ignore-not-found");
        await service.ApplyAsync("namespace");
        await ClusterScripts.KubectlAsync("-n", ns, "create", "configmap", "settings", "--from-literal=GREETING=hello");
        await service.ReleaseAsync("1.0.0");
        await ClusterScripts.KubectlAsync("-n", ns, "set", "env", service.Reference, "--containers=app", "--from=configmap/settings");
        service._values["SERVICE_IP"] = await ClusterScripts.KubectlAsync("-n", ns, "get", $"service/{name}", "-o", "jsonpath={.spec.clusterIP}");
        await ClusterScripts.RolledOutAsync(ns, service.Reference);
        await service.ApplyAsync("load");
        await service.ApplyAsync("policy");
        await ClusterScripts.RolledOutAsync(ns, "deployment/load");
        return service;
    }

    /// <summary>Applies a version, with a fault that it is born with or none.</summary>
    public Task ReleaseAsync(string version, string faultVariable = "", string faultValue = "")
    {
        (_values["VERSION"], _values["FAULT_VARIABLE"], _values["FAULT_VALUE"]) = (version, faultVariable, faultValue);
        return ApplyAsync("service");
    }

    /// <summary>The policy says that there is a revision to return to.</summary>
    public Task ProtectedAsync() => ClusterScripts.KubectlAsync("-n", Namespace, "wait", "--for=condition=Protected", $"remediationpolicy/{_values["POLICY"]}", "--timeout=240s");

    /// <summary>A second load generator as strong as the first: twice the traffic without a gap.</summary>
    public async Task DoubleTrafficAsync()
    {
        await ClusterScripts.ApplyAsync((await RenderAsync("load")).Replace("name: load", "name: load-more", StringComparison.Ordinal).Replace("app: load", "app: load-more", StringComparison.Ordinal));
        await ClusterScripts.RolledOutAsync(Namespace, "deployment/load-more");
    }

    /// <summary>Switches a fault on in every pod that serves now, for some seconds.</summary>
    public async Task SwitchFaultAsync(string kind, double value, double seconds)
    {
        foreach (var address in await AddressesAsync(Name))
        {
            await SwitchAsync(address, kind, value, seconds);
        }
    }

    /// <summary>Switches a fault on in one of the pods that serve now, until it ends.</summary>
    /// <returns>The pod's name.</returns>
    public async Task<string> SwitchFaultInOnePodAsync(string kind, double value)
    {
        var lines = await ClusterScripts.KubectlAsync("-n", Namespace, "get", "pods", "-l", $"app={Name}", "-o", "jsonpath={range .items[*]}{.metadata.name} {.status.podIP}{\"\\n\"}{end}");
        var pod = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)[0].Split(' ');
        await SwitchAsync(pod[1], kind, value, 3600);
        return pod[0];
    }

    /// <summary>Lets the policy restart a pod that is ill by itself.</summary>
    public Task AllowRestartAsync() => ClusterScripts.KubectlAsync("-n", Namespace, "patch", $"remediationpolicy/{_values["POLICY"]}", "--type=merge", "-p", """{"spec":{"remediation":{"ladder":["Rollback","Restart"]}}}""");

    /// <summary>Replaces the policy's signals by presets with these names and thresholds.</summary>
    public Task MeasureAsync(params (string Name, string Preset, string Threshold)[] signals)
    {
        var list = new JsonArray([.. signals.Select(signal => new JsonObject { ["name"] = signal.Name, ["preset"] = signal.Preset, ["threshold"] = signal.Threshold, ["window"] = "30s", ["for"] = "10s" })]);
        var patch = new JsonObject { ["spec"] = new JsonObject { ["signals"] = list } };
        return ClusterScripts.KubectlAsync("-n", Namespace, "patch", $"remediationpolicy/{_values["POLICY"]}", "--type=merge", "-p", patch.ToJsonString());
    }

    /// <summary>The policy says that every signal is measured.</summary>
    public Task MeasuredAsync() => ClusterScripts.KubectlAsync("-n", Namespace, "wait", "--for=condition=SignalsAvailable", $"remediationpolicy/{_values["POLICY"]}", "--timeout=120s");

    /// <summary>Requests that the load generators have seen answered well and badly so far.</summary>
    public async Task<(long Good, long Bad)> RequestsAsync()
    {
        var (good, bad) = (0L, 0L);
        foreach (var address in (IEnumerable<string>)[.. await AddressesAsync("load"), .. await AddressesAsync("load-more")])
        {
            var total = JsonNode.Parse(await _http.GetStringAsync(new Uri($"http://{address}:{LoadPort}/summary"), ClusterScripts.Ct))!;
            (good, bad) = (good + (long)total["ok"]! + (long)total["slow"]!, bad + (long)total["failed"]!);
        }

        return (good, bad);
    }

    /// <summary>The incidents opened since a moment (the API server's times are whole seconds), oldest first.</summary>
    public async Task<IReadOnlyList<Incident>> IncidentsAsync(DateTimeOffset since) =>
        [.. (await _client.For(ApiResources.Incidents).ListAsync(Namespace, ct: ClusterScripts.Ct)).Items
            .Where(incident => incident.Metadata.CreationTimestamp > since - TimeSpan.FromSeconds(1)).OrderBy(incident => incident.Metadata.CreationTimestamp)];

    /// <summary>A variable of the app container as the workload has it; empty where it has none.</summary>
    public Task<string> VariableAsync(string name) => ClusterScripts.KubectlAsync("-n", Namespace, "get", Reference, "-o",
        $"jsonpath={{.spec.template.spec.containers[?(@.name=='app')].env[?(@.name=='{name}')].value}}");

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _http.Dispose();
        await Kubectl.TryAsync("kubectl", ClusterScripts.Kubeconfig, null, "delete", "namespace", Namespace, "--wait=false");
        TestNamespaces.Leave(Namespace);
    }

    private async Task SwitchAsync(string address, string kind, double value, double seconds)
    {
        using var answer = await _http.PostAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{address}:{_values["PORT"]}/fault?kind={kind}&value={value}&seconds={seconds}")), null, ClusterScripts.Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(ClusterScripts.Ct));
    }

    /// <summary>The addresses of the pods that serve; one that is leaving no longer does.</summary>
    private async Task<IReadOnlyList<string>> AddressesAsync(string app)
    {
        var pods = JsonNode.Parse(await ClusterScripts.KubectlAsync("-n", Namespace, "get", "pods", "-l", $"app={app}", "-o", "json"))!["items"]!.AsArray();
        return
        [
            .. from pod in pods
               where pod["metadata"]!["deletionTimestamp"] is null
               where pod["status"]?["conditions"]?.AsArray().Any(condition => (string?)condition!["type"] == "Ready" && (string?)condition["status"] == "True") == true
               select (string)pod["status"]!["podIP"]!,
        ];
    }

    private async Task ApplyAsync(params string[] templates) => await ClusterScripts.ApplyAsync(await RenderAsync(templates));

    private async Task<string> RenderAsync(params string[] templates)
    {
        var (code, manifest) = await ClusterScripts.RunAsync($"render-{Namespace}", _values, "hack/demo-lib/render.py", [.. templates.Select(name => Path.Combine(ApiServerCluster.Repository, $"samples/demo/{name}.yaml"))]);
        Assert.True(code == 0, $"a manifest could not be rendered; log: {ClusterScripts.LogOf($"render-{Namespace}")}");
        return AsKind(manifest);
    }

    /// <summary>The demo's service is a Deployment. As another kind it has the same pods.</summary>
    private string AsKind(string manifest)
    {
        if (_kind == WorkloadKind.Deployment || manifest.Contains("app: load", StringComparison.Ordinal))
        {
            return manifest;
        }

        const string strategy = "  strategy:\n    type: RollingUpdate\n    rollingUpdate:\n      maxSurge: 1\n      maxUnavailable: 0\n";
        return manifest
            .Replace("kind: Deployment", $"kind: {_kind}", StringComparison.Ordinal)
            .Replace("  replicas: 2\n", _kind == WorkloadKind.DaemonSet ? "" : "  replicas: 2\n", StringComparison.Ordinal)
            .Replace(strategy, _kind == WorkloadKind.DaemonSet ? "" : $"  serviceName: {Name}\n", StringComparison.Ordinal);
    }
}
