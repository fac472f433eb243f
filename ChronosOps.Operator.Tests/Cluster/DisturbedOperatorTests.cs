using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>The operator as its container, killed in the middle of an incident; and Prometheus started anew.</summary>
[Trait("Tier", "cluster")]
[Collection("one cluster")]
public class DisturbedOperatorTests
{
    private const string OperatorNamespace = "chronosops-system";
    private const string Writer = $"system:serviceaccount:{OperatorNamespace}:chronosops";
    private const string Phases = "jsonpath={range .items[*]}{.metadata.name}={.status.phase} {end}";
    private static readonly string[] Operator = ["-n", OperatorNamespace, "get", "pods", "-l", "app.kubernetes.io/name=chronosops", "-o", "jsonpath={.items[*].metadata.uid} {.items[*].status.containerStatuses[*].restartCount}"];

    [Fact]
    public async Task AKilledOperatorPodGoesOnAndARestartedPrometheusIsNoIncident()
    {
        ClusterScripts.Need();
        var (ns, service) = await ScenarioAsync("killed");
        var environment = new Dictionary<string, string> { ["SEED"] = "killed", ["FAULT"] = "error-ratio", ["KEEP_RUNS"] = "1" };
        var demo = ClusterScripts.RunAsync("killed-demo", environment, "hack/demo");
        await ClusterScripts.UntilAsync("an incident", TimeSpan.FromMinutes(6), text => text.Contains('='), "get", "incidents", "-A", "-o", Phases);
        await KillAsync(ns);
        var (code, output) = await demo;
        Assert.True(code == 0, $"the demo was not healed; log: {ClusterScripts.LogOf("killed-demo")}\n{output}");
        Assert.Equal(1, SpecWrites(ns, service));

        await PrometheusIsNoIncidentAsync(ns);
        await SecondFaultAsync(ns, service);
    }

    /// <summary>Takes the container away without asking, each time the incident has moved on, three times.</summary>
    private static async Task KillAsync(string ns)
    {
        foreach (var phase in new[] { "Observing", "Verifying" })
        {
            await ClusterScripts.UntilAsync($"phase {phase} or later", TimeSpan.FromMinutes(2),
                text => text.Contains(phase, StringComparison.Ordinal) || text.Contains("Mitigated", StringComparison.Ordinal) || text.Contains("Resolved", StringComparison.Ordinal), "-n", ns, "get", "incidents", "-o", Phases);
            await ClusterScripts.KubectlAsync("-n", OperatorNamespace, "delete", "pod", "-l", "app.kubernetes.io/name=chronosops", "--grace-period=0", "--force");
        }
    }

    private static async Task PrometheusIsNoIncidentAsync(string ns)
    {
        await ClusterScripts.KubectlAsync("-n", OperatorNamespace, "rollout", "status", "deployment/chronosops", "--timeout=60s");
        var before = await ClusterScripts.KubectlAsync(Operator);
        var incidents = await ClusterScripts.KubectlAsync("-n", ns, "get", "incidents", "-o", "name");
        await ClusterScripts.KubectlAsync("-n", "monitoring", "delete", "pod", "-l", "app.kubernetes.io/name=prometheus", "--grace-period=0", "--force");
        await ClusterScripts.KubectlAsync("-n", "monitoring", "rollout", "status", "deployment/prometheus", "--timeout=60s");
        await ClusterScripts.UntilAsync("the series to be back", TimeSpan.FromMinutes(1), text => text == "True",
            "-n", ns, "get", "remediationpolicies", "-o", "jsonpath={.items[0].status.conditions[?(@.type=='SignalsAvailable')].status}");
        await Task.Delay(TimeSpan.FromSeconds(20), ClusterScripts.Ct);
        Assert.Equal(incidents, await ClusterScripts.KubectlAsync("-n", ns, "get", "incidents", "-o", "name"));
        Assert.Equal(before, await ClusterScripts.KubectlAsync(Operator));
    }

    /// <summary>Another bad release, which the same process heals.</summary>
    private static async Task SecondFaultAsync(string ns, string service)
    {
        var before = await ClusterScripts.KubectlAsync(Operator);
        await ClusterScripts.KubectlAsync("-n", ns, "set", "env", $"deployment/{service}", "--containers=app", "FAULT_ERROR_RATIO=0.45");
        await ClusterScripts.UntilAsync("the second incident to be resolved", TimeSpan.FromMinutes(3), text => text.Split("=Resolved").Length == 3, "-n", ns, "get", "incidents", "-o", Phases);
        Assert.Equal("", await ClusterScripts.KubectlAsync("-n", ns, "get", $"deployment/{service}", "-o", "jsonpath={.spec.template.spec.containers[?(@.name=='app')].env[?(@.name=='FAULT_ERROR_RATIO')].value}"));
        Assert.Equal(2, SpecWrites(ns, service));
        Assert.Equal(before, await ClusterScripts.KubectlAsync(Operator));
    }

    private static int SpecWrites(string ns, string service)
    {
        var own = new AuditLog(Environment.GetEnvironmentVariable("CHRONOSOPS_TEST_AUDIT_LOG")!).Of(Writer)
            .Where(write => write.Namespace == ns && write.Resource == "deployments" && write.ChangedSpec).ToList();
        Assert.All(own, write => Assert.Equal(service, write.Name));
        return own.Count;
    }

    private static async Task<(string Namespace, string Service)> ScenarioAsync(string seed)
    {
        var (code, output) = await ClusterScripts.RunAsync("pick", new Dictionary<string, string> { ["FAULT"] = "error-ratio" }, "hack/demo-lib/pick.py", seed);
        Assert.Equal(0, code);
        var picks = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));
        return (picks["NAMESPACE"], picks["SERVICE"]);
    }
}
