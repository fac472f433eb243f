using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>Leads the operator's pod to the API server through a proxy of the test, as a kubeconfig would anywhere. Undone at the end.</summary>
internal sealed class OperatorDetour : IAsyncDisposable
{
    private const string Name = "detour";
    private readonly ApiProxy _proxy;

    private OperatorDetour(ApiProxy proxy) => _proxy = proxy;

    public static async Task<OperatorDetour> StartAsync(Func<ProxyMoment, string, string, string, Task<bool>> interfereAsync)
    {
        var address = Environment.GetEnvironmentVariable("CHRONOSOPS_HOST_IP")!;
        var proxy = await ApiProxy.StartAsync(KubernetesClientConfiguration.BuildConfigFromConfigFile(ClusterScripts.Kubeconfig), interfereAsync, address);
        var detour = new OperatorDetour(proxy);
        await ClusterScripts.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = OperatorPod.Namespace },
            ["data"] = new JsonObject { ["kubeconfig"] = Kubeconfig(proxy.Url) },
        }.ToJsonString());
        await PatchAsync($$"""
            [ { "op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--kubeconfig=/etc/{{Name}}/kubeconfig" },
              { "op": "add", "path": "/spec/template/spec/containers/0/volumeMounts/-", "value": { "name": "{{Name}}", "mountPath": "/etc/{{Name}}" } },
              { "op": "add", "path": "/spec/template/spec/volumes/-", "value": { "name": "{{Name}}", "configMap": { "name": "{{Name}}" } } } ]
            """);
        await OperatorPod.ReadyAsync();
        return detour;
    }

    public async ValueTask DisposeAsync()
    {
        await ClusterScripts.KubectlAsync("-n", OperatorPod.Namespace, "rollout", "undo", "deployment/chronosops");
        await OperatorPod.ReadyAsync();
        await ClusterScripts.KubectlAsync("-n", OperatorPod.Namespace, "delete", "configmap", Name);
        await _proxy.DisposeAsync();
    }

    private static Task PatchAsync(string patch) => ClusterScripts.KubectlAsync("-n", OperatorPod.Namespace, "patch", "deployment/chronosops", "--type=json", "-p", patch);

    /// <summary>With the pod's own token: the audit log names the same writer as without the detour.</summary>
    private static string Kubeconfig(Uri server) => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Config",
        ["clusters"] = new JsonArray(new JsonObject { ["name"] = Name, ["cluster"] = new JsonObject { ["server"] = server.ToString() } }),
        ["users"] = new JsonArray(new JsonObject { ["name"] = Name, ["user"] = new JsonObject { ["tokenFile"] = "/var/run/secrets/kubernetes.io/serviceaccount/token" } }),
        ["contexts"] = new JsonArray(new JsonObject { ["name"] = Name, ["context"] = new JsonObject { ["cluster"] = Name, ["user"] = Name } }),
        ["current-context"] = Name,
    }.ToJsonString();
}
