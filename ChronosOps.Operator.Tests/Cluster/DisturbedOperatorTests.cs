using ChronosOps.Operator.Tests.ApiServer;
using Xunit;

namespace ChronosOps.Operator.Tests.Cluster;

/// <summary>The demo as a user starts it, while the operator's pod is taken away in the middle of the incident.</summary>
[Trait("Tier", "cluster")]
[Collection(AloneOnTheCluster.Name)]
public class DisturbedOperatorTests
{
    private const string Phases = "jsonpath={range .items[*]}{.metadata.name}={.status.phase} {end}";

    [Fact]
    public async Task TheDemoHealsAlthoughTheOperatorsPodIsTakenAway()
    {
        ClusterScripts.Need();
        var ns = await NamespaceOfAsync("killed");
        var environment = new Dictionary<string, string> { ["SEED"] = "killed", ["FAULT"] = "error-ratio", ["KEEP_RUNS"] = "1" };
        var demo = ClusterScripts.RunAsync("killed-demo", environment, "hack/demo");
        await ClusterScripts.UntilAsync("an incident", TimeSpan.FromMinutes(6), text => text.Contains('='), "-n", ns, "get", "incidents", "--ignore-not-found", "-o", Phases);
        await TakeAwayAsync(ns);
        var (code, output) = await demo;
        Assert.True(code == 0, $"the demo was not healed; log: {ClusterScripts.LogOf("killed-demo")}\n{output}");
        Assert.Matches("spec writes +1 to [a-z]+, 0 to anything else", output);
        await Kubectl.TryAsync("kubectl", ClusterScripts.Kubeconfig, null, "delete", "namespace", ns, "--wait=false");
    }

    /// <summary>Each time the incident has moved on: the pod is gone without being asked, and another takes its place.</summary>
    private static async Task TakeAwayAsync(string ns)
    {
        foreach (var phase in new[] { "Observing", "Verifying" })
        {
            await ClusterScripts.UntilAsync($"phase {phase} or later", TimeSpan.FromMinutes(2),
                text => new[] { phase, "Mitigated", "Resolved" }.Any(one => text.Contains(one, StringComparison.Ordinal)), "-n", ns, "get", "incidents", "-o", Phases);
            await ClusterScripts.KubectlAsync("-n", OperatorPod.Namespace, "delete", "pod", "-l", "app.kubernetes.io/name=chronosops", "--grace-period=0", "--force");
        }
    }

    private static async Task<string> NamespaceOfAsync(string seed)
    {
        var (code, output) = await ClusterScripts.RunAsync("pick", new Dictionary<string, string> { ["FAULT"] = "error-ratio" }, "hack/demo-lib/pick.py", seed);
        Assert.Equal(0, code);
        return output.Split('\n').Single(line => line.StartsWith("NAMESPACE=", StringComparison.Ordinal)).Split('=')[1].Trim('\'');
    }
}
